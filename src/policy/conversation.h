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
/// (wire.md 1.4, 6.2). This is the one place with rules for how items become turns:
///
/// - System items before all others become `system`. A later one becomes a system message directly
///   after the user turn that it came before or within. Where the model takes none there, it
///   becomes tagged text of that user turn.
/// - Adjacent items of one role become one turn. Results of tool calls belong to user turns and
/// come
///   first there. Empty items are left out with a notice.
/// - Every tool call must be answered, once, before anything else follows.
/// - Thinking goes back complete or not at all (thinking_history.h).
///
/// Where an item ends up never depends on what follows it, so a history that grows keeps its
/// prefix: the upstream's prompt cache and its check of signatures need that. Only thinking may be
/// left out later.
///
/// For each item call begin(), read the item, then call one of the add functions; without one it
/// adds nothing. After the last item call finish(). After an error the conversation is useless. An
/// assistant item is all that the assistant said before a result or a user spoke: a reader whose
/// API spreads that over several items joins them first.
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

  /// Begins the next item. Notices and errors name `item`, or `role_at` if the role is wrong.
  /// Blocks whose origin names no item get the number of begin() calls before this one. Errors: the
  /// first item that is not a system item is not a user item; a call has no result.
  Status begin(Role role, const Place& item, const Place& role_at);

  void add_system(std::vector<anthropic::InputBlock> texts);
  void add_user(std::vector<anthropic::InputBlock> blocks);

  /// Announces a call of the current assistant item. Returns the id that its tool_use block must
  /// have, made from `seed`; it lives as long as this. Results will name the call by `id`. Errors
  /// at `call`: the item has a call with this id already.
  Result<std::string_view> open_call(const Place& call, std::string_view id, std::string_view seed);
  /// `blocks`: text, then tool_use.
  void add_assistant(std::vector<anthropic::InputBlock> blocks, ThinkingHistory thinking);

  /// Returns the id that the tool_result block of the current result must have. Errors: the
  /// assistant item before it has no call `id`, or the call is answered already.
  Result<std::string_view> answer_call(std::string_view id);
  void add_result(anthropic::InputBlock result);

  /// `list` is the place of all items. Errors: there is no user turn; the last turn is the
  /// assistant's and the model does not continue it; a call has no result; a system item has no
  /// user turn to go with.
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
