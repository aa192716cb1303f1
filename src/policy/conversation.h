#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "anthropic/models.h"
#include "anthropic/request.h"
#include "base/result.h"
#include "policy/notice_log.h"
#include "policy/thinking_history.h"
#include "policy/tool_calls.h"

namespace proxx::policy {

/// Builds `system` and `turns` of a MessagesRequest from a client's list of items, whatever the API
/// (wire.md 1.4, 6.2). It is the one place with rules for how items become turns:
///
/// - System items before all others become `system`. A later one becomes a system message directly
///   after the user turn that it came before or within; where the model takes none there, tagged
///   text of that user turn.
/// - Adjacent items of one role become one turn. Results of tool calls are parts of user turns and
/// come
///   first there. Empty items are left out with a notice.
/// - Every tool call must be answered, once, before anything else follows.
/// - Thinking goes back complete or not at all (thinking_history.h).
///
/// Where an item ends up never depends on what follows it, so a history that grows keeps its
/// prefix: the upstream's prompt cache and its check of signatures need that. Only thinking may be
/// left out later.
///
/// For each item call begin(), then read the item, then one of the add functions (or none: then it
/// adds nothing); after the last item finish(). After an error the conversation is of no use.
///
///     PROXX_TRY(conversation.begin(Conversation::Role::user, message, message.get("role")));
///     conversation.add_user(blocks_of(message));
class Conversation {
 public:
  enum class Role { system, user, assistant, result };
  enum class History { whole, without_thinking };

  /// `model`, `request` and `notices` must outlive this. `without_thinking` leaves out all
  /// thinking, for the second try after the upstream refused it (wire.md 6.4).
  Conversation(const Model& model, History history, anthropic::MessagesRequest& request,
               NoticeLog& notices);

  /// The next item, in notices and errors named by `item`, or by `role` if it is its role that is
  /// wrong. Errors: no user item comes first; a call before it has no result.
  Status begin(Role role, const Place& item, const Place& role_at);

  void add_system(std::vector<anthropic::InputBlock> texts);
  void add_user(std::vector<anthropic::InputBlock> blocks);

  /// Announces a call of the assistant item that was begun, for its results. The id that its
  /// tool_use block must have is made from `seed`; results name the call by `id`. The view lives as
  /// long as this. Errors at `call`: the item has a call of this id already.
  Result<std::string_view> open_call(const Place& call, std::string_view id, std::string_view seed);
  /// `blocks`: text, then tool_use.
  void add_assistant(std::vector<anthropic::InputBlock> blocks, ThinkingHistory thinking);

  /// The id that the tool_result block of the result that was begun must have. Errors: no such call
  /// in the assistant turn before it, or answered already.
  Result<std::string_view> answer_call(std::string_view id);
  void add_result(anthropic::InputBlock result);

  /// `list` is all items, for errors. Errors: no user turn; an assistant turn at the end where the
  /// model does not continue one; a call without a result; a system item that has no user turn to
  /// be with.
  Status finish(const Place& list);

 private:
  using Blocks = std::vector<anthropic::InputBlock>;

  [[nodiscard]] ThinkingHistory usable(ThinkingHistory thinking, bool alone);
  void drop_empty_assistant();
  [[nodiscard]] bool ends_with(anthropic::Turn::Role role) const;
  Blocks& user_turn();
  void end_user_turn();
  void stand_in_for_empty_answer();
  /// Marks the blocks as parts of the current item and moves them to the end of `to`.
  void append(Blocks blocks, Blocks& to) const;

  const Model& model_;
  const History history_;
  anthropic::MessagesRequest& request_;
  std::vector<anthropic::Turn>& turns_;
  NoticeLog& notices_;
  ToolIds ids_;
  OpenCalls open_;
  ThinkingHole hole_;
  bool told_dropped_thinking_ = false;

  Place item_;  ///< the current one
  int32_t index_ = -1;
  bool leading_ = true;  ///< only system items so far

  Blocks waiting_;  ///< system text, until a user turn ends or (as tagged text) begins
  Place waiting_at_;
  size_t waiting_before_empty_answer_ = 0;  ///< how many of them came before an empty answer
  Place empty_answer_;
};

}  // namespace proxx::policy
