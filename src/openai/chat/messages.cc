#include <cstdint>
#include <string>
#include <utility>

#include "anthropic/white_space.h"
#include "base/ascii.h"
#include "json/string.h"
#include "openai/anthropic_fields.h"
#include "openai/cache_fields.h"
#include "openai/chat/assistant.h"
#include "openai/chat/request_reader.h"
#include "openai/content/content.h"
#include "openai/members.h"
#include "policy/conversation.h"

// messages (docs/mapping-chat.md 6.2): their syntax. policy/conversation.h says how they become
// turns.

namespace proxx::openai::chat {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;
using policy::Conversation;
using namespace json::literals;

/// Bytes of the control character or line end that `text` begins with; 0 for any other.
size_t line_end_bytes(std::string_view text) {
  if (is_control(text.front())) return 1;
  for (const size_t bytes : {2, 3}) {
    if (!json::line_end_escape(text.substr(0, bytes)).empty()) return bytes;
  }
  return 0;
}

/// A name before a text stays on its line: the inside of a JSON string with spaces for line ends.
json::RawString one_line(json::Raw raw) {
  std::string text = json::unescape(raw);
  bool changed = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t bytes = line_end_bytes(std::string_view(text).substr(at));
    if (bytes == 0) continue;
    text.replace(at, bytes, " ");
    changed = true;
  }
  return changed ? json::escaped(text) : json::RawString(raw);
}

constexpr std::string_view kMessageFields[] = {"role",
                                               "content",
                                               "name",
                                               "tool_calls",
                                               "function_call",
                                               "tool_call_id",
                                               "refusal",
                                               "audio",
                                               "thinking_blocks",
                                               "reasoning_details",
                                               "reasoning_content",
                                               "reasoning",
                                               "annotations",
                                               "cache_control",
                                               "parsed"};  // the content once more, by SDKs

class MessageReader {
 public:
  MessageReader(const Model& model, Conversation::History history, Names names, Draft& draft)
      : notices_(draft.notices),
        names_(names),
        breakpoint_(breakpoint_for(draft.wishes.cache)),
        conversation_(model, history, draft.request, draft.notices),
        assistant_(breakpoint_, conversation_, draft.notices) {}

  Status read(Reader messages) {
    for (const Reader message : messages.elements()) {
      PROXX_TRY(read_message(message));
      ++position_;
    }
    return conversation_.finish(messages);
  }

 private:
  using Handler = Status (MessageReader::*)(Reader, const MessageFields&);
  struct RoleRow {
    std::string_view role;
    Handler handler;
  };

  Status read_message(Reader message) {
    static constexpr RoleRow kRoles[] = {
        {"system", &MessageReader::read_system}, {"developer", &MessageReader::read_system},
        {"user", &MessageReader::read_user},     {"assistant", &MessageReader::read_assistant},
        {"tool", &MessageReader::read_tool},     {"function", &MessageReader::read_function}};
    PROXX_TRY(message.expect(Type::object));
    const auto members = read_members(message, kMessageFields, notices_);
    const MessageFields fields{members[0],  members[1],  members[2],  members[3], members[4],
                               members[5],  members[6],  members[7],  members[8], members[9],
                               members[10], members[11], members[12], members[13]};
    if (!fields.role) return missing(message, "role");
    PROXX_TRY(fields.role.expect(Type::string));
    std::string decoded;
    const std::string_view role = fields.role.text(decoded);
    for (const RoleRow& row : kRoles) {
      if (role == row.role) return (this->*row.handler)(message, fields);
    }
    return err(fields.role,
               "unknown role; expected system, developer, user, assistant, tool or function",
               "invalid_value");
  }

  Status read_system(Reader message, const MessageFields& fields) {
    PROXX_TRY(conversation_.begin(Conversation::Role::system, message, fields.role));
    PROXX_TRY(drop_name(fields));
    drop_unless_assistant(fields);
    PROXX_ASSIGN(auto blocks, read_blocks(Speaker::system, fields));
    conversation_.add_system(std::move(blocks));
    return {};
  }

  Status read_user(Reader message, const MessageFields& fields) {
    PROXX_ASSIGN(const bool answers, holds_results(fields.content));
    PROXX_TRY(conversation_.begin(
        answers ? Conversation::Role::answering : Conversation::Role::user, message, fields.role));
    drop_unless_assistant(fields);
    PROXX_ASSIGN(auto blocks, read_blocks(Speaker::user, fields));
    std::vector<InputBlock> said;
    for (InputBlock& block : blocks) {
      if (block.kind == InputBlock::Kind::tool_result) {
        conversation_.add_result(std::move(block));
      } else {
        said.push_back(std::move(block));
      }
    }
    PROXX_TRY(read_name(fields, said));
    if (!said.empty() || !answers) conversation_.add_user(std::move(said));
    return {};
  }

  Status read_assistant(Reader message, const MessageFields& fields) {
    PROXX_TRY(conversation_.begin(Conversation::Role::assistant, message, fields.role));
    PROXX_TRY(drop_name(fields));
    return assistant_.read(fields, position_);
  }

  Status read_tool(Reader message, const MessageFields& fields) {
    if (!fields.tool_call_id) return missing(message, "tool_call_id");
    PROXX_TRY(fields.tool_call_id.expect(Type::string));
    std::string decoded;
    return read_result(message, fields, fields.tool_call_id.text(decoded));
  }

  Status read_function(Reader message, const MessageFields& fields) {
    if (!fields.name) return missing(message, "name");
    PROXX_ASSIGN(const std::string name, fields.name.string());
    MessageFields rest = fields;
    rest.name = Reader();
    return read_result(message, rest, legacy_call_id(name));
  }

  Status read_result(Reader message, const MessageFields& fields, std::string_view id) {
    PROXX_TRY(conversation_.begin(Conversation::Role::result, message, fields.role));
    PROXX_TRY(drop_name(fields));
    drop_unless_assistant(fields);
    PROXX_ASSIGN(const std::string_view upstream_id, conversation_.answer_call(id));
    InputBlock result;
    result.kind = InputBlock::Kind::tool_result;
    result.head = R"({"type":"tool_result","tool_use_id":")";
    result.json.append(upstream_id).push_back('"');
    PROXX_TRY(set_result_content(fields.content, breakpoint_, result, notices_));
    PROXX_TRY(anthropic::set_cache_control(result, fields.cache_control));
    conversation_.add_result(std::move(result));
    return {};
  }

  Result<std::vector<InputBlock>> read_blocks(Speaker speaker, const MessageFields& fields) {
    PROXX_ASSIGN(Content content,
                 read_content(speaker, fields.content, breakpoint_, notices_, &conversation_));
    if (!content.blocks.empty()) {
      PROXX_TRY(set_message_cache_control(content.blocks, fields.cache_control, notices_));
    }
    return std::move(content.blocks);
  }

  Status drop_name(const MessageFields& fields) {
    if (!fields.name) return {};
    PROXX_TRY(fields.name.expect(Type::string));
    notices_.drop(fields.name, "participants have no names upstream");
    return {};
  }

  /// A user's name: the message's text begins with it, or it is dropped (convert.names).
  Status read_name(const MessageFields& fields, std::vector<InputBlock>& blocks) {
    if (!fields.name || names_ == Names::drop || blocks.empty()) return drop_name(fields);
    PROXX_TRY(fields.name.expect(Type::string));
    if (anthropic::is_blank(fields.name.raw_string())) return {};
    // Part of cached prompts: it must never change.
    json::RawString before = one_line(fields.name.raw_string());
    before.append(":"_raw);
    if (anthropic::is_made_text(blocks.front())) {
      before.append(" "_raw).append(anthropic::text_of(blocks.front()));
      anthropic::set_text(blocks.front(), std::move(before));
    } else {
      InputBlock name = anthropic::own_text_block(std::move(before));
      name.origin = blocks.front().origin;
      blocks.insert(blocks.begin(), std::move(name));
    }
    notices_.adjust(fields.name, "sent before the message's text");
    return {};
  }

  void drop_unless_assistant(const MessageFields& fields) {
    for (const Reader& field : {fields.tool_calls, fields.function_call, fields.refusal,
                                fields.audio, fields.thinking_blocks, fields.reasoning_details,
                                fields.reasoning_content, fields.reasoning}) {
      if (field) notices_.drop(field, "only an assistant message has it");
    }
  }

  policy::NoticeLog& notices_;
  const Names names_;
  std::string_view breakpoint_;
  Conversation conversation_;
  AssistantReader assistant_;
  int32_t position_ = 0;
};

}  // namespace

Status read_messages(Reading& r) {
  r.draft.notices.about(policy::Topic::conversation);
  if (const Reader system = r.in["system"]) PROXX_TRY(read_system(system, r.draft));
  const Reader messages = r.in["messages"];
  if (!messages) return missing(r.root, "messages");
  PROXX_TRY(messages.expect(Type::array));
  if (!messages.at(0)) return err(messages, "must hold at least one message", "invalid_value");
  r.draft.wishes.conversation = messages;
  const auto history = r.options.drop_thinking ? Conversation::History::without_thinking
                                               : Conversation::History::whole;
  return MessageReader(r.model, history, r.options.names, r.draft).read(messages);
}

}  // namespace proxx::openai::chat
