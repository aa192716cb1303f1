#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "anthropic/input_block.h"
#include "base/result.h"
#include "openai/responses/items.h"
#include "policy/conversation.h"
#include "policy/notice_log.h"

namespace proxx::openai::responses {

/// Joins items to what policy::Conversation takes (docs/mapping-responses.md 4.0): all that the
/// assistant said before it was answered is one assistant item there, though a client may put the
/// outputs of some calls between others. While calls of a turn are open, what the assistant side
/// says belongs to that turn; outputs come behind it in their order, and then what the client said
/// meanwhile.
class Turns {
 public:
  using Blocks = std::vector<anthropic::InputBlock>;

  /// Both must outlive this.
  Turns(policy::Conversation& conversation, policy::NoticeLog& notices)
      : conversation_(conversation), notices_(notices) {}

  // The assistant's side. Blocks need no item in their origin.
  Status add_answer(const Item& item, Blocks texts);
  Status add_thinking(const Item& item, Blocks blocks);
  /// Thinking that was there, but cannot be rebuilt; `at` is the place of the notice.
  Status break_thinking(const Item& item, const policy::Place& at);
  /// `use` is a tool_use block, whose text begins with what follows its id.
  Status add_call(const Item& item, anthropic::InputBlock use);

  // The client's side.
  /// `result` is a tool_result block, whose text begins with what follows its id. Errors: no open
  /// call has the item's call_id.
  Status add_result(const Item& item, anthropic::InputBlock result);
  /// `role_at` is the place of the role.
  Status add_message(policy::Conversation::Role role, const Item& item,
                     const policy::Place& role_at, Blocks blocks);

  /// Ends the last turn. `list` is the place of all items.
  Status finish(const policy::Place& list);

 private:
  struct Call {
    json::Reader item;
    std::string id;
    size_t block;  ///< its place in others_
  };
  struct Result {
    json::Reader item;
    std::string call_id;
    anthropic::InputBlock block;
  };
  struct Message {
    policy::Conversation::Role role;
    json::Reader item;
    policy::Place role_at;
    Blocks blocks;
  };

  /// The turn that an item of the assistant's side belongs to is begun.
  Status join(const Item& item);
  /// Hands the turn over.
  Status flush();
  Status say(Message message);

  policy::Conversation& conversation_;
  policy::NoticeLog& notices_;

  bool begun_ = false;
  json::Reader first_item_;
  Blocks others_;
  policy::ThinkingHistory thinking_;
  std::vector<Call> calls_;
  std::map<std::string, size_t, std::less<>> open_;  ///< ids of calls without an output; how many
  size_t open_count_ = 0;
  std::vector<Result> results_;
  std::vector<Message> messages_;
};

}  // namespace proxx::openai::responses
