#include "policy/conversation.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "policy/instruction.h"

namespace proxx::policy {
namespace {

using anthropic::InputBlock;
using anthropic::Turn;
using namespace json::literals;

/// The turns that stand in for a user's are part of cached prompts and of what thinking signatures
/// cover: they must never change.
constexpr json::Raw kBeginning = "(conversation begins)"_raw;

constexpr const char* kNotContinued =
    "the model does not continue an assistant message; sent Continue. after it";

bool is_result(const InputBlock& block) {
  return block.kind == InputBlock::Kind::tool_result;
}

/// In the turn that answers calls, the upstream wants their results before all else.
void put_results_first(std::vector<InputBlock>& blocks) {
  // Usually already in order; stable_partition would allocate a buffer.
  if (std::is_partitioned(blocks.begin(), blocks.end(), is_result)) return;
  std::stable_partition(blocks.begin(), blocks.end(), is_result);
}

}  // namespace

Conversation::Conversation(const Model& model, History history, anthropic::MessagesRequest& request,
                           NoticeLog& notices)
    : model_(model),
      history_(history),
      request_(request),
      turns_(request.turns),
      notices_(notices) {}

Status Conversation::begin(Role role, const Place& item, const Place& role_at) {
  item_ = item;
  ++index_;
  if (role == Role::system) return {};
  if (leading_ && role == Role::result) {
    return err(role_at, "the conversation must begin with a user message", "invalid_value");
  }
  leading_ = false;
  const bool answers = role == Role::result || role == Role::answering;
  if (!answers) PROXX_TRY(open_.expect_none_open());
  if (role == Role::assistant) open_.clear();
  return {};
}

void Conversation::add_system(Blocks texts) {
  if (texts.empty()) return note_nothing_said();
  if (leading_) {
    last_leading_ = item_;
    return append(std::move(texts), request_.system);
  }
  if (!model_.mid_conversation_system) {
    for (InputBlock& block : texts) tag_as_system(block);
    notices_.adjust(
        item_,
        "the model has no system messages inside a conversation; sent as tagged text of "
        "the user turn");
    if (ends_with(Turn::Role::user)) return append(std::move(texts), turns_.back().blocks);
  }
  if (waiting_.empty()) waiting_at_ = item_;
  append(std::move(texts), waiting_);
}

void Conversation::add_user(Blocks blocks) {
  if (blocks.empty()) {
    notices_.drop(item_, "empty");
    return note_nothing_said();
  }
  append(std::move(blocks), user_turn());
}

Result<std::string_view> Conversation::open_call(const Place& call, std::string_view id,
                                                 std::string_view seed) {
  const std::string_view upstream_id = ids_.assign(seed);
  PROXX_TRY(open_.add(item_, call, id, upstream_id));
  return upstream_id;
}

void Conversation::add_assistant(Blocks blocks, ThinkingHistory thinking) {
  thinking = usable(std::move(thinking), blocks.empty());
  if (blocks.empty()) return drop_empty_assistant();
  if (!thinking.pieces.empty()) hole_.note_thinking();
  prepare_for_assistant();
  if (!ends_with(Turn::Role::assistant)) turns_.push_back({Turn::Role::assistant, {}});
  append(with_thinking(std::move(thinking), std::move(blocks)), turns_.back().blocks);
}

/// The thinking that can be sent. The rest makes a hole: the thinking before it goes, too.
/// `alone`: the item holds nothing else.
ThinkingHistory Conversation::usable(ThinkingHistory thinking, bool alone) {
  const bool has_pieces = !thinking.pieces.empty();
  if (history_ == History::without_thinking) {
    if (has_pieces && !told_dropped_thinking_) {
      notices_.drop(thinking.at, "thinking left out of the history");
      told_dropped_thinking_ = true;
    }
    return {};
  }
  if (!thinking.broken && !(alone && has_pieces)) return thinking;
  if (hole_.move_to_end(turns_)) {
    notices_.drop(thinking.at,
                  "cannot be sent back; the thinking of earlier turns is left out too");
  } else if (!thinking.quiet) {
    notices_.drop(thinking.at, "cannot be sent back as it is");
  }
  return {};
}

void Conversation::drop_empty_assistant() {
  notices_.drop(item_, "empty");
  if (!waiting_.empty() && ends_with(Turn::Role::assistant)) turn_waiting_into_user_turn();
  if (!ends_with(Turn::Role::user)) return;
  waiting_before_empty_answer_ = waiting_.size();
  empty_answer_ = item_;
}

Result<std::string_view> Conversation::answer_call(std::string_view id) {
  return open_.answer(item_, id);
}

void Conversation::add_result(InputBlock result) {
  if (result.origin.item < 0) result.origin.item = index_;
  user_turn().push_back(std::move(result));
}

Status Conversation::finish(const Place& list) {
  PROXX_TRY(open_.expect_none_open());
  if (!waiting_.empty() && ends_with(Turn::Role::assistant)) turn_waiting_into_user_turn();
  if (turns_.empty()) turn_system_into_user_turn();
  end_user_turn();
  hole_.remove_thinking_before(turns_);
  if (turns_.empty()) {
    return err(list, "no user message with content to begin with", "invalid_value");
  }
  for (Turn& turn : turns_) put_results_first(turn.blocks);
  if (ends_with(Turn::Role::assistant) && !model_.prefill) {
    add_continue_turn(request_);
    notices_.adjust(list, kNotContinued, kPrefillUnsupported);
  }
  return {};
}

bool Conversation::ends_with(Turn::Role role) const {
  return !turns_.empty() && turns_.back().role == role;
}

/// The user turn at the end, which is begun if there is none.
Conversation::Blocks& Conversation::user_turn() {
  if (waiting_before_empty_answer_ > 0) stand_in_for_empty_answer();
  if (!ends_with(Turn::Role::user)) {
    turns_.push_back({Turn::Role::user, {}});
    if (!model_.mid_conversation_system) {
      turns_.back().blocks = std::move(waiting_);
      waiting_.clear();
    }
  }
  return turns_.back().blocks;
}

void Conversation::prepare_for_assistant() {
  if (turns_.empty()) {
    append({anthropic::text_block(kBeginning)}, user_turn());
    notices_.adjust(item_,
                    "a conversation begins with the user; sent behind (conversation begins)");
  }
  end_user_turn();
  const Place nothing_said = std::exchange(nothing_said_, {});
  if (!ends_with(Turn::Role::assistant)) return;
  if (!waiting_.empty()) {
    turn_waiting_into_user_turn();
  } else if (nothing_said) {
    add_continue_turn(request_);
    notices_.adjust(nothing_said, kNotContinued, kPrefillUnsupported);
  }
}

/// When the answer after it was asked for, `Continue.` was said instead.
void Conversation::note_nothing_said() {
  if (!model_.prefill && ends_with(Turn::Role::assistant)) nothing_said_ = item_;
}

/// The system messages after the assistant's last turn.
void Conversation::turn_waiting_into_user_turn() {
  if (model_.mid_conversation_system) {
    for (InputBlock& block : waiting_) tag_as_system(block);
    notices_.adjust(waiting_at_,
                    "no user message follows the assistant's; sent as tagged text of a user turn");
  }
  turns_.push_back({Turn::Role::user, std::move(waiting_)});
  waiting_.clear();
}

/// There are only system messages.
void Conversation::turn_system_into_user_turn() {
  constexpr const char* kStandsAlone = "no user message; sent as the user's";
  if (!waiting_.empty()) {
    notices_.adjust(waiting_at_, kStandsAlone);
    turns_.push_back({Turn::Role::user, std::move(waiting_)});
    waiting_.clear();
    return;
  }
  Blocks& system = request_.system;
  if (!last_leading_) return;
  const int32_t item = system.back().origin.item;
  const auto begin = std::find_if(system.begin(), system.end(), [&](const InputBlock& block) {
    return block.origin.item == item;
  });
  notices_.adjust(last_leading_, kStandsAlone);
  turns_.push_back({Turn::Role::user, {}});
  std::move(begin, system.end(), std::back_inserter(turns_.back().blocks));
  system.erase(begin, system.end());
}

/// System messages come directly after the whole user turn that they came before or within.
void Conversation::end_user_turn() {
  if (waiting_.empty() || !ends_with(Turn::Role::user)) return;
  turns_.push_back({Turn::Role::system, std::move(waiting_)});
  waiting_.clear();
  waiting_before_empty_answer_ = 0;
}

/// The system messages before an empty answer were sent after their user turn when the answer was
/// asked for. They must stay there, and only an assistant turn can follow them
/// (docs/protocol.md 1.4; docs/mapping-chat.md 6.0 rule 1).
void Conversation::stand_in_for_empty_answer() {
  const auto answered = waiting_.begin() + static_cast<ptrdiff_t>(waiting_before_empty_answer_);
  Blocks later(std::make_move_iterator(answered), std::make_move_iterator(waiting_.end()));
  waiting_.erase(answered, waiting_.end());
  end_user_turn();
  turns_.push_back({Turn::Role::assistant, {anthropic::text_block("(no answer)"_raw)}});
  waiting_ = std::move(later);
  notices_.adjust(empty_answer_,
                  "an answer has to follow the system message before it; sent as (no answer)");
}

void Conversation::append(Blocks blocks, Blocks& to) const {
  for (InputBlock& block : blocks) {
    if (block.origin.item < 0) block.origin.item = index_;
  }
  if (to.empty()) {
    to = std::move(blocks);
  } else {
    std::move(blocks.begin(), blocks.end(), std::back_inserter(to));
  }
}

}  // namespace proxx::policy
