#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/request_context.h"

namespace proxx::request {

/// The upstream's ids for the client's tool calls (wire.md 6.2): an id that the upstream takes
/// stays, any other becomes a hash of itself. No two calls of a conversion share one. An id depends
/// on nothing but itself and the ids before it, so that a history that grows keeps its own.
class ToolIds {
 public:
  std::string assign(std::string_view id);

 private:
  std::set<std::string, std::less<>> used_;
  std::map<std::string, uint64_t, std::less<>> next_seed_;
};

/// The calls of the newest assistant turn, waiting for their results.
class OpenCalls {
 public:
  /// `message` is the assistant's, for errors. Errors: two calls of one non-empty id.
  Status add(json::Reader message, json::Reader call, std::string id, std::string upstream_id);
  /// The upstream's id of the call that a result with `id` answers. Calls with empty ids are
  /// answered in order. Errors at `message`: no such call, or answered already.
  Result<std::string> answer(json::Reader message, const std::string& id);
  /// Before anything but a result. Errors: a call without one.
  [[nodiscard]] Status expect_none_open() const;
  void clear();

 private:
  struct Call {
    json::Reader message;
    std::string id;
    std::string upstream_id;
    bool answered = false;
  };
  std::vector<Call> calls_;
  std::map<std::string, std::vector<size_t>, std::less<>> by_id_;  ///< in order
  std::map<std::string, size_t, std::less<>> answered_;            ///< how many of an id
  size_t open_ = 0;
};

}  // namespace proxx::request
