#include "cli/ask_prompt.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "cli/attach.h"
#include "cli/input.h"
#include "cli/process.h"
#include "cli/terminal.h"
#include "cli/text_reader.h"
#include "json/reader.h"
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
Result<std::string> read_stdin(TextReader& reader, bool quiet) {
  struct stat info {};
  if (!was_open(STDIN_FILENO) || fstat(STDIN_FILENO, &info) != 0) return std::string();
  if (!S_ISFIFO(info.st_mode) && !S_ISREG(info.st_mode)) return std::string();
  if (S_ISFIFO(info.st_mode)) wait_for_pipe(quiet);
  return read_text(reader, "-");
}

/// Input first, then the file, then the words: the question comes last.
Result<std::string> read_prompt(TextReader& reader, const AskOptions& options) {
  std::vector<std::string> parts;
  if (!stdin_is_taken(options)) {
    PROXX_ASSIGN(std::string text, read_stdin(reader, options.quiet));
    parts.push_back(std::move(text));
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

Result<std::string> read_schema(const std::string& path) {
  PROXX_ASSIGN(std::string text, read_input(path));
  json::Document document;
  if (const Status status = document.parse(text, {.allow_lone_surrogates = true}); !status) {
    return fail(ErrorKind::usage, path + ": " + status.error().message);
  }
  if (!document.root().is_object()) {
    return fail(ErrorKind::usage, path + ": expected a JSON Schema, an object");
  }
  return std::string(document.root().raw());
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

void write_message(json::Writer& writer, std::string_view role,
                   const std::vector<std::string>& parts, const std::string& text) {
  writer.begin_object().key("role").string(role).key("content");
  write_content(writer, parts, text);
  writer.end_object();
}

}  // namespace

Result<std::string> ask_request(const AskOptions& options) {
  TextReader reader;
  PROXX_ASSIGN(const std::string prompt, read_prompt(reader, options));
  std::vector<std::string> parts;
  for (const std::string& argument : options.attachments) {
    PROXX_ASSIGN(std::string part, attachment_part(argument, reader));
    parts.push_back(std::move(part));
  }
  if (prompt.empty() && parts.empty()) {
    return fail(ErrorKind::usage, "no prompt: give words, -f FILE or a pipe; see proxx ask --help");
  }
  PROXX_ASSIGN(const std::string system, read_system(reader, options.system));
  if (const std::string notice = reader.notice(); !notice.empty() && !options.quiet) say(notice);

  std::string request;
  json::Writer writer(request);
  writer.begin_object().key("messages").begin_array();
  if (!system.empty()) write_message(writer, "system", {}, system);
  write_message(writer, "user", parts, prompt);
  writer.end_array();
  if (options.temperature) writer.key("temperature").number(*options.temperature);
  if (options.max_tokens) writer.key("max_completion_tokens").integer(*options.max_tokens);
  if (!options.reasoning.empty()) writer.key("reasoning_effort").string(options.reasoning);
  if (!options.schema.empty()) {
    PROXX_ASSIGN(const std::string schema, read_schema(options.schema));
    writer.key("response_format").begin_object().key("type").string("json_schema");
    writer.key("json_schema").begin_object().key("name").string("answer");
    writer.key("strict").boolean(true).key("schema").raw(schema).end_object().end_object();
  }
  writer.end_object();
  return request;
}

}  // namespace proxx::cli
