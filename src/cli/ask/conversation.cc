#include "cli/ask/conversation.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "cli/io/input.h"
#include "cli/io/output.h"
#include "json/reader.h"
#include "json/writer.h"

namespace proxx::cli {
namespace {

bool is_missing(const std::string& path) {
  return access(path.c_str(), F_OK) != 0 && errno == ENOENT;
}

Result<std::string> read_or_nothing(const std::string& path) {
  if (is_missing(path)) return std::string();
  return read_input(path);
}

bool is_system(const std::string& message) {
  json::Document document;
  if (!document.parse(message, {.allow_lone_surrogates = true})) return false;
  const json::Reader role = document.root().get("role");
  return role.equals("system") || role.equals("developer");
}

}  // namespace

Result<Conversation> Conversation::read(std::string path) {
  Conversation conversation(std::move(path));
  const std::string& name = conversation.path_;
  PROXX_ASSIGN(conversation.text_, read_or_nothing(name));
  if (conversation.text_.empty()) return conversation;
  json::Document document;
  if (const Status status = document.parse(conversation.text_, {.allow_lone_surrogates = true});
      !status) {
    return err(ErrorKind::usage, name + ": " + status.error().message);
  }
  const json::Reader messages = document.root().get("messages");
  if (!document.root().is_object() || !messages.is_array()) {
    return err(ErrorKind::usage,
               name + ": expected a conversation, an object with a list of messages");
  }
  for (const json::Reader message : messages.elements()) {
    conversation.messages_.emplace_back(message.raw());
  }
  for (const auto& member : document.root().members()) {
    if (member.raw_key.bytes() == "messages") continue;
    conversation.members_.emplace_back(member.key(), member.value.raw());
  }
  return conversation;
}

void Conversation::set_system(std::string message) {
  if (!messages_.empty() && is_system(messages_.front())) messages_.erase(messages_.begin());
  messages_.insert(messages_.begin(), std::move(message));
}

Status Conversation::save(std::string_view answer) {
  const auto now = read_or_nothing(path_);
  if (!now || *now != text_) {
    return err(ErrorKind::output_failed,
               path_ + " was changed meanwhile: the question and its answer were not added");
  }
  std::string message;
  json::Writer writer(message);
  writer.begin_object().key("role").string("assistant").key("content").string(answer).end_object();
  messages_.push_back(std::move(message));
  std::string text;
  json::Writer head(text);
  head.begin_object();
  for (const auto& [key, value] : members_) head.text_key(key).raw(value);
  text += members_.empty() ? "" : ",\n";
  text += "\"messages\":[\n";
  for (size_t i = 0; i < messages_.size(); ++i) {
    text += messages_[i] + (i + 1 == messages_.size() ? "\n" : ",\n");
  }
  text += "]}\n";
  Output file(path_);
  PROXX_TRY(file.write_whole(text));
  return file.close();
}

}  // namespace proxx::cli
