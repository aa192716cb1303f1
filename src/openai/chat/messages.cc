#include <iterator>

#include "openai/chat/assistant.h"
#include "openai/chat/content.h"
#include "openai/chat/instruction.h"
#include "openai/chat/result.h"

// Roles and turns (wire.md 6.2). Where a turn ends up never depends on what follows it, so that a
// history that grows keeps its prefix; only thinking may be left out later (6.4, contiguity).

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;

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

class MessageConverter {
 public:
  explicit MessageConverter(Conversion& c) : c_(c) {}

  Status run(Reader messages) {
    for (const Reader message : messages.elements()) {
      PROXX_TRY(add(message));
      ++position_;
    }
    return finish(messages);
  }

 private:
  using Handler = Status (MessageConverter::*)(Reader, const MessageFields&);
  struct RoleRow {
    std::string_view role;
    Handler handler;
  };

  Status add(Reader message) {
    static constexpr RoleRow kRoles[] = {
        {"system", &MessageConverter::add_system}, {"developer", &MessageConverter::add_system},
        {"user", &MessageConverter::add_user},     {"assistant", &MessageConverter::add_assistant},
        {"tool", &MessageConverter::add_tool},     {"function", &MessageConverter::add_function}};
    PROXX_TRY(message.expect(Type::object));
    const auto members = read_members(message, kMessageFields, c_.notices);
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
    return refuse(fields.role,
                  "unknown role; expected system, developer, user, assistant, tool or function",
                  "invalid_value");
  }

  // The first message that is no system message ends the leading part.
  Status begin_turn(const MessageFields& fields, bool may_be_first) {
    if (!leading_) return {};
    leading_ = false;
    if (may_be_first) return {};
    return refuse(fields.role, "the conversation must begin with a user message", "invalid_value");
  }

  Status drop_name(const MessageFields& fields) {
    if (!fields.name) return {};
    PROXX_TRY(fields.name.expect(Type::string));
    c_.notices.drop(fields.name, "participants have no names upstream");
    return {};
  }

  void drop_unless_assistant(const MessageFields& fields) {
    for (const Reader& field : {fields.tool_calls, fields.function_call, fields.refusal,
                                fields.audio, fields.thinking_blocks, fields.reasoning_details,
                                fields.reasoning_content, fields.reasoning}) {
      if (field) c_.notices.drop(field, "only an assistant message has it");
    }
  }

  Status add_system(Reader message, const MessageFields& fields) {
    PROXX_TRY(drop_name(fields));
    drop_unless_assistant(fields);
    PROXX_ASSIGN(Content content, convert_content(c_, Speaker::system, fields.content));
    auto& blocks = content.blocks;
    if (blocks.empty()) return {};
    PROXX_TRY(set_message_cache_control(c_, blocks, fields.cache_control));
    if (leading_) {
      append(c_.system, std::move(blocks));
      return {};
    }
    if (!c_.model.mid_conversation_system) {
      for (Block& block : blocks) tag_as_system(block);
      c_.notices.adjust(message,
                        "the model has no system messages inside a conversation; sent as "
                        "tagged text of the user turn");
      if (last_is(Turn::Role::user)) {
        append(c_.turns.back().blocks, std::move(blocks));
        return {};
      }
    }
    if (waiting_.empty()) waiting_at_ = message;
    append(waiting_, std::move(blocks));
    return {};
  }

  Status add_user(Reader message, const MessageFields& fields) {
    PROXX_TRY(begin_turn(fields, true));
    PROXX_TRY(open_.expect_none_open());
    PROXX_TRY(drop_name(fields));
    drop_unless_assistant(fields);
    PROXX_ASSIGN(Content content, convert_content(c_, Speaker::user, fields.content));
    if (content.blocks.empty()) {
      c_.notices.drop(message, "empty");
      return {};
    }
    PROXX_TRY(set_message_cache_control(c_, content.blocks, fields.cache_control));
    append(user_turn(), std::move(content.blocks));
    return {};
  }

  Status add_assistant(Reader message, const MessageFields& fields) {
    PROXX_TRY(begin_turn(fields, false));
    PROXX_TRY(open_.expect_none_open());
    PROXX_TRY(drop_name(fields));
    open_.clear();
    PROXX_ASSIGN(AssistantTurn turn,
                 convert_assistant(c_, message, fields, position_, ids_, open_));
    if (c_.options.drop_thinking) {
      if (!turn.thinking.pieces.empty() && !told_dropped_) {
        c_.notices.drop(turn.thinking.at, "thinking left out of the history");
        told_dropped_ = true;
      }
      turn.thinking = {};
    }
    const bool thinking_only = turn.blocks.empty() && !turn.thinking.pieces.empty();
    if (turn.thinking.broken || thinking_only) {
      const Reader at = turn.thinking.at;
      // Reasoning without any signature is what most clients send; that it goes nowhere is no news.
      forget_thinking(at, at == fields.reasoning_content || at == fields.reasoning);
    }
    if (turn.blocks.empty()) {
      c_.notices.drop(message, "empty");
      if (last_is(Turn::Role::user)) {
        waiting_for_empty_answer_ = waiting_.size();
        empty_answer_ = message;
      }
      return {};
    }
    if (!turn.thinking.pieces.empty()) hole_.note_thinking();
    auto blocks = turn.thinking.broken
                      ? std::move(turn.blocks)
                      : with_thinking(std::move(turn.thinking), std::move(turn.blocks));
    end_user_turn();
    if (!last_is(Turn::Role::assistant)) c_.turns.push_back({Turn::Role::assistant, {}});
    append(c_.turns.back().blocks, std::move(blocks));
    return {};
  }

  Status add_tool(Reader message, const MessageFields& fields) {
    if (!fields.tool_call_id) return missing(message, "tool_call_id");
    PROXX_TRY(fields.tool_call_id.expect(Type::string));
    std::string decoded;
    return add_result(message, fields, fields.tool_call_id.text(decoded));
  }

  Status add_function(Reader message, const MessageFields& fields) {
    if (!fields.name) return missing(message, "name");
    PROXX_ASSIGN(const std::string name, fields.name.string());
    MessageFields rest = fields;
    rest.name = Reader();
    return add_result(message, rest, legacy_call_id(name));
  }

  Status add_result(Reader message, const MessageFields& fields, std::string_view id) {
    PROXX_TRY(begin_turn(fields, false));
    PROXX_TRY(drop_name(fields));
    drop_unless_assistant(fields);
    PROXX_ASSIGN(const std::string_view upstream_id, open_.answer(message, id));
    PROXX_ASSIGN(Block block, convert_result(c_, upstream_id, fields));
    block.origin.message = position_;
    user_turn().push_back(std::move(block));
    return {};
  }

  Status finish(Reader messages) {
    PROXX_TRY(open_.expect_none_open());
    if (!waiting_.empty() && last_is(Turn::Role::assistant)) {
      return refuse(waiting_at_,
                    "a system message after the last assistant message has no user turn to stand "
                    "with; put it before a user message");
    }
    end_user_turn();
    hole_.remove_thinking_before(c_.turns);
    if (c_.turns.empty() || c_.turns.front().role != Turn::Role::user) {
      return refuse(messages, "no user message with content to begin with", "invalid_value");
    }
    for (Turn& turn : c_.turns) put_results_first(turn.blocks);
    if (last_is(Turn::Role::assistant) && !c_.model.prefill) {
      return refuse(messages,
                    "the model does not continue an assistant message; end with a user message",
                    "prefill_unsupported");
    }
    note_thinking(c_);
    return {};
  }

  /// What cannot be rebuilt makes a hole: the thinking before it goes, too.
  void forget_thinking(Reader at, bool quietly) {
    if (hole_.put_behind(c_.turns)) {
      c_.notices.drop(at, "cannot be sent back; the thinking of earlier turns is left out too");
    } else if (!quietly) {
      c_.notices.drop(at, "cannot be sent back as it is");
    }
  }

  bool last_is(Turn::Role role) const { return !c_.turns.empty() && c_.turns.back().role == role; }

  std::vector<Block>& user_turn() {
    if (waiting_for_empty_answer_ > 0) stand_in_for_empty_answer();
    if (!last_is(Turn::Role::user)) {
      c_.turns.push_back({Turn::Role::user, {}});
      if (!c_.model.mid_conversation_system) append(c_.turns.back().blocks, std::move(waiting_));
      if (!c_.model.mid_conversation_system) waiting_.clear();
    }
    return c_.turns.back().blocks;
  }

  /// System messages stand directly behind the whole user turn that they came before or within.
  void end_user_turn() {
    if (waiting_.empty() || !last_is(Turn::Role::user)) return;
    c_.turns.push_back({Turn::Role::system, std::move(waiting_)});
    waiting_.clear();
    waiting_for_empty_answer_ = 0;
  }

  /// System messages that an empty answer came to have been sent behind their user turn. There they
  /// must stay, and only an assistant turn can follow them (wire.md 1.4, 6.0 rule 1).
  void stand_in_for_empty_answer() {
    const auto answered = waiting_.begin() + static_cast<ptrdiff_t>(waiting_for_empty_answer_);
    std::vector<Block> later(std::make_move_iterator(answered),
                             std::make_move_iterator(waiting_.end()));
    waiting_.erase(answered, waiting_.end());
    end_user_turn();
    c_.turns.push_back({Turn::Role::assistant, {text_block("(no answer)")}});
    waiting_ = std::move(later);
    c_.notices.adjust(empty_answer_,
                      "an answer has to follow the system message before it; sent as (no answer)");
  }

  void append(std::vector<Block>& to, std::vector<Block> blocks) const {
    for (Block& block : blocks) {
      if (block.origin.message < 0) block.origin.message = position_;
    }
    if (to.empty()) {
      to = std::move(blocks);
    } else {
      std::move(blocks.begin(), blocks.end(), std::back_inserter(to));
    }
  }

  Conversion& c_;
  ToolIds ids_;
  OpenCalls open_;
  std::vector<Block> waiting_;  ///< system text, until a user turn ends or (in tags) begins
  Reader waiting_at_;
  size_t waiting_for_empty_answer_ = 0;  ///< how many of them stood before an empty answer
  Reader empty_answer_;
  int32_t position_ = 0;
  bool leading_ = true;
  bool told_dropped_ = false;
  ThinkingHole hole_;
};

}  // namespace

Status convert_messages(Conversion& c) {
  const Reader messages = c.in["messages"];
  if (!messages) return missing(c.root, "messages");
  PROXX_TRY(messages.expect(Type::array));
  if (!messages.at(0)) {
    return refuse(messages, "must hold at least one message", "invalid_value");
  }
  PROXX_TRY(MessageConverter(c).run(messages));
  if (!c.answer_duty.empty()) add_system_text(c, c.answer_duty);
  return {};
}

}  // namespace proxx::request
