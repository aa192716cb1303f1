#include "openai/responses/turns.h"

#include <cstdint>
#include <iterator>
#include <utility>

namespace proxx::openai::responses {

using anthropic::InputBlock;
using policy::Conversation;
using policy::err;
using policy::Place;

Status Turns::join(const Item& item) {
  const bool over = open_count_ == 0 && (!results_.empty() || !messages_.empty());
  if (begun_ && over) PROXX_TRY(flush());
  if (!begun_) {
    begun_ = true;
    first_item_ = item.value;
  }
  return {};
}

Status Turns::add_answer(const Item& item, Blocks texts) {
  PROXX_TRY(join(item));
  for (InputBlock& text : texts) text.origin.item = item.index;
  std::move(texts.begin(), texts.end(), std::back_inserter(others_));
  return {};
}

Status Turns::add_thinking(const Item& item, Blocks blocks) {
  PROXX_TRY(join(item));
  if (thinking_.broken) return {};
  thinking_.at = item.value.get("encrypted_content");
  for (InputBlock& block : blocks) {
    block.origin.item = item.index;
    const auto index = static_cast<int64_t>(thinking_.pieces.size() + others_.size());
    thinking_.pieces.push_back({std::move(block), index});
  }
  return {};
}

Status Turns::break_thinking(const Item& item, const Place& at) {
  PROXX_TRY(join(item));
  if (thinking_.broken) notices_.drop(at, "cannot be sent back as it is");
  thinking_ = {};
  thinking_.broken = true;
  thinking_.at = at;
  return {};
}

Status Turns::add_call(const Item& item, InputBlock use) {
  PROXX_TRY(join(item));
  use.origin.item = item.index;
  size_t& open = open_[item.call_id];
  if (open > 0 && !item.call_id.empty()) {
    return err(item.value, "two calls of one turn have this call_id", "invalid_value");
  }
  ++open;
  ++open_count_;
  calls_.push_back({item.value, item.call_id, others_.size()});
  others_.push_back(std::move(use));
  return {};
}

Status Turns::add_result(const Item& item, InputBlock result) {
  const auto open = open_.find(item.call_id);
  if (open == open_.end() || open->second == 0) {
    const json::Reader id = item.value.optional("call_id");
    const bool twice = open != open_.end();
    const char* const reason =
        twice ? "the call has an output already"
        : item.position == 0
            ? "no call before it has this call_id; proxx keeps no responses: send the whole "
              "conversation in `input`"
            : "no open call before it has this call_id";
    return err(id ? id : item.value, reason, "invalid_value");
  }
  --open->second;
  --open_count_;
  result.origin.item = item.index;
  results_.push_back({item.value, item.call_id, std::move(result)});
  return {};
}

Status Turns::add_message(Conversation::Role role, const Item& item, const Place& role_at,
                          Blocks blocks) {
  for (InputBlock& block : blocks) block.origin.item = item.index;
  Message message{role, item.value, role_at, std::move(blocks)};
  if (!begun_) return say(std::move(message));
  messages_.push_back(std::move(message));
  return {};
}

Status Turns::say(Message message) {
  PROXX_TRY(conversation_.begin(message.role, message.item, message.role_at));
  if (message.role == Conversation::Role::system) {
    conversation_.add_system(std::move(message.blocks));
  } else {
    conversation_.add_user(std::move(message.blocks));
  }
  return {};
}

Status Turns::flush() {
  if (!begun_) return {};
  PROXX_TRY(conversation_.begin(Conversation::Role::assistant, first_item_, first_item_));
  for (const Call& call : calls_) {
    PROXX_ASSIGN(const std::string_view id, conversation_.open_call(call.item, call.id, call.id));
    others_[call.block].json.insert(0, id);
  }
  conversation_.add_assistant(std::move(others_), std::move(thinking_));
  for (Result& result : results_) {
    PROXX_TRY(conversation_.begin(Conversation::Role::result, result.item, result.item));
    PROXX_ASSIGN(const std::string_view id, conversation_.answer_call(result.call_id));
    result.block.json.insert(0, id);
    conversation_.add_result(std::move(result.block));
  }
  std::vector<Message> messages = std::move(messages_);
  begun_ = false;
  others_.clear();
  thinking_ = {};
  calls_.clear();
  open_.clear();
  open_count_ = 0;
  results_.clear();
  messages_.clear();
  for (Message& message : messages) PROXX_TRY(say(std::move(message)));
  return {};
}

Status Turns::finish(const Place& list) {
  PROXX_TRY(flush());
  return conversation_.finish(list);
}

}  // namespace proxx::openai::responses
