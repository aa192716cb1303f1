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
/// (docs/protocol.md 1.4; docs/mapping-chat.md 6.2). This is the one place with rules for how items
/// become turns:
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
/// The upstream wants a user turn first and, of most models, a user turn last; clients do not
/// always send them. Fixed user turns stand in, with a notice:
///
/// - before a first assistant turn, `(conversation begins)`;
/// - after an assistant turn that the model does not continue, `Continue.`, if it is the last or an
///   empty item follows;
/// - for system items between assistant items, or after the last of them, their tagged text;
/// - for want of anything but system items, the last of them.
///
/// Where an item ends up never depends on what follows it, so a history that grows keeps its
/// prefix: the upstream's prompt cache and its check of signatures need that. Only thinking may be
/// left out later, and two stand-ins last no longer than they are needed: `Continue.`, and a system
/// item as the user's.
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
  /// `answering`: a user item that holds results of calls beside what the user says.
  enum class Role { system, user, assistant, result, answering };
  enum class History { whole, without_thinking };

  /// `model`, `request` and `notices` must outlive this. `without_thinking` leaves out all
  /// thinking, for the second try after the upstream refused it (docs/mapping-chat.md 6.4).
  Conversation(const Model& model, History history, anthropic::MessagesRequest& request,
               NoticeLog& notices);

  /// Begins the next item. Notices and errors name `item`, or `role_at` if the role is wrong.
  /// Blocks whose origin names no item get the number of begin() calls before this one. Errors: the
  /// first item that is not a system item is a result; a call has no result.
  Status begin(Role role, const Place& item, const Place& role_at);

  void add_system(std::vector<anthropic::InputBlock> texts);
  void add_user(std::vector<anthropic::InputBlock> blocks);

  /// Announces a call of the current assistant item. Returns the id that its tool_use block must
  /// have, made from `seed`; it lives as long as this. Results will name the call by `id`. Errors
  /// at `call`: the item has a call with this id already.
  Result<std::string_view> open_call(const Place& call, std::string_view id, std::string_view seed);
  /// `blocks`: text and tool_use.
  void add_assistant(std::vector<anthropic::InputBlock> blocks, ThinkingHistory thinking);

  /// Returns the id that the tool_result block of the current result must have. Errors: the
  /// assistant item before it has no call `id`, or the call is answered already.
  Result<std::string_view> answer_call(std::string_view id);
  void add_result(anthropic::InputBlock result);

  /// `list` is the place of all items. Errors: there is nothing to send; a call has no result.
  Status finish(const Place& list);

 private:
  using Blocks = std::vector<anthropic::InputBlock>;

  [[nodiscard]] ThinkingHistory usable(ThinkingHistory thinking, bool alone);
  void drop_empty_assistant();
  /// Ends what is before a turn of the assistant's, so that one may follow.
  void prepare_for_assistant();
  void turn_waiting_into_user_turn();
  void turn_system_into_user_turn();
  void note_nothing_said();
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
  Place last_leading_;   ///< the last of them that is not empty

  Blocks waiting_;  ///< system text, until a user turn ends or (as tagged text) begins
  Place waiting_at_;
  size_t waiting_before_empty_answer_ = 0;  ///< how many of them came before an empty answer
  Place empty_answer_;
  Place nothing_said_;  ///< an empty item after an assistant turn that the model does not continue
};

}  // namespace proxx::policy
