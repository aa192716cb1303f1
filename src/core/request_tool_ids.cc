#include "core/request_tool_ids.h"

#include <algorithm>

#include "core/hash.h"

namespace proxx::request {
namespace {

/// wire.md 1.5; no longer limit than this is known to work.
constexpr size_t kMaxIdBytes = 64;

bool is_upstream_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

/// An id as it is shown in an error: it is the client's text.
std::string shown(std::string_view id) {
  constexpr size_t kMaxShown = 80;
  return '\'' + std::string(id.substr(0, kMaxShown)) + '\'';
}

}  // namespace

std::string ToolIds::assign(std::string_view id) {
  std::string candidate(id);
  if (!is_upstream_id(candidate) || used_.count(candidate) > 0) {
    uint64_t& seed = next_seed_.try_emplace(std::string(id), 0).first->second;
    do {
      candidate = "call_" + hex(stable_hash(id, seed++));
    } while (used_.count(candidate) > 0);
  }
  used_.insert(candidate);
  return candidate;
}

Status OpenCalls::add(json::Reader message, json::Reader call, std::string id,
                      std::string upstream_id) {
  auto& same = by_id_[id];
  if (!same.empty() && !id.empty()) {
    return refuse(call, "two calls of one message have the id " + shown(id), "invalid_value");
  }
  same.push_back(calls_.size());
  calls_.push_back({message, std::move(id), std::move(upstream_id)});
  ++open_;
  return {};
}

Result<std::string> OpenCalls::answer(json::Reader message, const std::string& id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) {
    return refuse(message, "no call of the assistant message before it has the id " + shown(id),
                  "invalid_value");
  }
  size_t& count = answered_[id];
  if (count == found->second.size()) {
    return refuse(message, "the call " + shown(id) + " is answered twice", "invalid_value");
  }
  Call& call = calls_[found->second[count++]];
  call.answered = true;
  --open_;
  return call.upstream_id;
}

Status OpenCalls::expect_none_open() const {
  if (open_ == 0) return {};
  const auto call = std::find_if(calls_.begin(), calls_.end(),
                                 [](const Call& candidate) { return !candidate.answered; });
  return refuse(call->message,
                "its tool call " + shown(call->id) +
                    " has no result; a tool message for each call must follow directly",
                "invalid_value");
}

void OpenCalls::clear() {
  calls_.clear();
  by_id_.clear();
  answered_.clear();
  open_ = 0;
}

}  // namespace proxx::request
