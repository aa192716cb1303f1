#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/place.h"

namespace proxx::policy {

/// The upstream's ids for the client's tool calls (docs/mapping-chat.md 6.2). An id that the
/// upstream takes stays, any other becomes a hash of itself. No two calls of a conversation share
/// one. An id depends only on itself and the ids before it, so a history that grows keeps its ids.
class ToolIds {
 public:
  /// The view lives as long as this.
  std::string_view assign(std::string_view id);

 private:
  std::set<std::string, std::less<>> used_;
  std::map<std::string, uint64_t, std::less<>> next_seed_;
};

/// The calls of the newest assistant turn, waiting for their results.
class OpenCalls {
 public:
  /// `item` is the assistant's message and `call` the call, for errors. `upstream_id` is from
  /// ToolIds. Errors: two calls of one non-empty id.
  Status add(const Place& item, const Place& call, std::string_view id,
             std::string_view upstream_id);
  /// The upstream's id of the call that a result with `id` answers. Calls with empty ids are
  /// answered in order. Errors at `item`: no such call, or answered already.
  Result<std::string_view> answer(const Place& item, std::string_view id);
  /// To be asked before anything but a result. Errors: a call without one.
  [[nodiscard]] Status expect_none_open() const;
  void clear();

 private:
  struct Call {
    Place item;
    std::string_view id;  ///< the key in by_id_; "" for none
    std::string_view upstream_id;
    bool answered = false;
  };
  /// The call that a result with `id` answers, or has answered; null if there is none.
  [[nodiscard]] Call* find(std::string_view id);

  std::vector<Call> calls_;
  std::map<std::string, size_t, std::less<>> by_id_;
  std::vector<size_t> nameless_;  ///< calls with an empty id, in order
  size_t nameless_answered_ = 0;
  size_t open_ = 0;
};

}  // namespace proxx::policy
