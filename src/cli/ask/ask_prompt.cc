#include "cli/ask/ask_prompt.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/media_type.h"
#include "cli/ask/attach.h"
#include "cli/ask/schema_words.h"
#include "cli/io/input.h"
#include "cli/io/process.h"
#include "cli/io/terminal.h"
#include "cli/io/text_reader.h"
#include "json/writer.h"

namespace proxx::cli {
namespace {

/// How long a pipe may be silent before the user is told what is being waited for.
constexpr int kSilenceMs = 2'000;

bool names_stdin(const std::string& argument) {
  return argument == "-" || argument.starts_with("-;");
}

bool stdin_is_taken(const AskOptions& options) {
  return options.no_stdin || options.file == "-" || options.schema == "-" ||
         options.system == "@-" ||
         std::any_of(options.attachments.begin(), options.attachments.end(), names_stdin);
}

void wait_for_pipe(bool quiet) {
  pollfd watch{STDIN_FILENO, POLLIN, 0};
  if (poll(&watch, 1, kSilenceMs) == 0 && !quiet) {
    say("reading stdin (use --no-stdin or </dev/null to skip)");
  }
}

Result<std::string> read_text(TextReader& reader, const std::string& path) {
  PROXX_ASSIGN(std::string text, reader.read(path));
  text.erase(text.find_last_not_of('\n') + 1);
  return text;
}

/// stdin as the shell left it: "" for a terminal, /dev/null, a socket, or one that is closed.
Result<std::string> read_stdin(bool quiet) {
  struct stat info {};
  if (!was_open(STDIN_FILENO) || fstat(STDIN_FILENO, &info) != 0) return std::string();
  if (!S_ISFIFO(info.st_mode) && !S_ISREG(info.st_mode)) return std::string();
  if (S_ISFIFO(info.st_mode)) wait_for_pipe(quiet);
  return read_input("-");
}

/// An image or a PDF in a pipe goes to `attached`. Input first, then the file, then the words: the
/// question comes last.
Result<std::string> read_prompt(TextReader& reader, const AskOptions& options,
                                std::vector<std::string>& attached) {
  std::vector<std::string> parts;
  if (!stdin_is_taken(options)) {
    PROXX_ASSIGN(const std::string bytes, read_stdin(options.quiet));
    if (const std::string type{sniff_media_type(bytes)};
        !type.empty() && !type.starts_with("text/")) {
      PROXX_ASSIGN(std::string part, bytes_part("-", bytes, type, reader));
      attached.push_back(std::move(part));
    } else {
      PROXX_ASSIGN(std::string text, reader.decode("stdin", bytes));
      text.erase(text.find_last_not_of('\n') + 1);
      parts.push_back(std::move(text));
    }
  }
  if (!options.file.empty()) {
    PROXX_ASSIGN(std::string text, read_text(reader, options.file));
    parts.push_back(std::move(text));
  }
  std::string words;
  for (const std::string& word : options.words) {
    PROXX_ASSIGN(const std::string text, reader.decode("the prompt's words", word));
    words += (words.empty() ? "" : " ") + text;
  }
  parts.push_back(std::move(words));

  std::string prompt;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    prompt += (prompt.empty() ? "" : "\n\n") + part;
  }
  return prompt;
}

Result<std::string> read_system(TextReader& reader, const std::string& value) {
  if (value.starts_with('@')) return read_text(reader, value.substr(1));
  return reader.decode("--system", value);
}

void write_content(json::Writer& writer, const std::vector<std::string>& parts,
                   const std::string& prompt) {
  if (parts.empty()) {
    writer.string(prompt);
    return;
  }
  writer.begin_array();
  for (const std::string& part : parts) writer.raw(part);
  if (!prompt.empty()) {
    writer.begin_object().key("type").string("text").key("text").string(prompt).end_object();
  }
  writer.end_array();
}

std::string message(std::string_view role, const std::vector<std::string>& parts,
                    const std::string& text) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("role").string(role).key("content");
  write_content(writer, parts, text);
  writer.end_object();
  return out;
}

/// What a conversation's file says beside its messages, as far as no flag says it.
void write_members(json::Writer& writer, const Conversation& conversation,
                   const AskOptions& options) {
  const auto has_flag = [&options](std::string_view key) {
    if (key == "temperature") return options.temperature.has_value();
    if (key == "max_tokens" || key == "max_completion_tokens")
      return options.max_tokens.has_value();
    if (key == "reasoning_effort") return !options.reasoning.empty();
    return key == "response_format" && options.schema.has_value();
  };
  for (const auto& [key, value] : conversation.members()) {
    if (!has_flag(key)) writer.text_key(key).raw(value);
  }
}

}  // namespace

Result<AskRequest> ask_request(const AskOptions& options) {
  AskRequest asked;
  if (!options.conversation.empty()) {
    PROXX_ASSIGN(asked.conversation, Conversation::read(options.conversation));
  }
  TextReader reader;
  std::vector<std::string> parts;
  PROXX_ASSIGN(const std::string prompt, read_prompt(reader, options, parts));
  for (const std::string& argument : options.attachments) {
    PROXX_ASSIGN(std::string part, attachment_part(argument, reader));
    parts.push_back(std::move(part));
  }
  if (prompt.empty() && parts.empty()) {
    return err(ErrorKind::usage, "no prompt: give words, -f FILE or a pipe; see proxx ask --help");
  }
  PROXX_ASSIGN(const std::string system, read_system(reader, options.system));
  if (const std::string notice = reader.notice(); !notice.empty() && !options.quiet) say(notice);

  Conversation conversation = asked.conversation ? *asked.conversation : Conversation();
  if (!system.empty()) conversation.set_system(message("system", {}, system));
  conversation.add(message("user", parts, prompt));
  json::Writer writer(asked.body);
  writer.begin_object();
  write_members(writer, conversation, options);
  writer.key("messages").begin_array();
  for (const std::string& each : conversation.messages()) writer.raw(each);
  writer.end_array();
  if (asked.conversation) asked.conversation = std::move(conversation);
  if (options.temperature) writer.key("temperature").number(*options.temperature);
  if (options.max_tokens) writer.key("max_completion_tokens").integer(*options.max_tokens);
  if (!options.reasoning.empty()) writer.key("reasoning_effort").string(options.reasoning);
  if (options.schema) {
    PROXX_ASSIGN(const std::string schema, read_schema(*options.schema));
    writer.key("response_format").begin_object().key("type").string("json_schema");
    writer.key("json_schema").begin_object().key("name").string("answer");
    writer.key("strict").boolean(true).key("schema").raw(schema).end_object().end_object();
  }
  writer.end_object();
  return asked;
}

}  // namespace proxx::cli
