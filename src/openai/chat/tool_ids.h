#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "openai/chat/context.h"

namespace proxx::request {

/// The upstream's ids for the client's tool calls (wire.md 6.2): an id that the upstream takes
/// stays, any other becomes a hash of itself. No two calls of a conversion share one. An id depends
/// on nothing but itself and the ids before it, so that a history that grows keeps its own.
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
  /// `message` is the assistant's, for errors; `upstream_id` is of ToolIds. Errors: two calls of
  /// one non-empty id.
  Status add(json::Reader message, json::Reader call, std::string_view id,
             std::string_view upstream_id);
  /// The upstream's id of the call that a result with `id` answers. Calls with empty ids are
  /// answered in order. Errors at `message`: no such call, or answered already.
  Result<std::string_view> answer(json::Reader message, std::string_view id);
  /// Before anything but a result. Errors: a call without one.
  [[nodiscard]] Status expect_none_open() const;
  void clear();

 private:
  struct Call {
    json::Reader message;
    std::string_view id;  ///< the key of by_id_; "" has none
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

}  // namespace proxx::request
