#include "policy/tool_calls.h"

#include <algorithm>

#include "base/hash.h"

namespace proxx::policy {
namespace {

/// docs/protocol.md 1.5; nothing longer is known to work.
constexpr size_t kMaxIdBytes = 64;

bool is_upstream_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

/// For errors: an id is the client's text, of any length.
std::string shown(std::string_view id) {
  constexpr size_t kMaxShown = 80;
  return '\'' + std::string(id.substr(0, kMaxShown)) + '\'';
}

}  // namespace

std::string_view ToolIds::assign(std::string_view id) {
  if (is_upstream_id(id)) {
    const auto [own, is_new] = used_.emplace(id);
    if (is_new) return *own;
  }
  uint64_t& seed = next_seed_.try_emplace(std::string(id), 0).first->second;
  for (;;) {
    const auto [other, is_new] = used_.insert("call_" + hex(stable_hash(id, seed++)));
    if (is_new) return *other;
  }
}

Status OpenCalls::add(const Place& item, const Place& call, std::string_view id,
                      std::string_view upstream_id) {
  if (id.empty()) {
    nameless_.push_back(calls_.size());
  } else {
    const auto [own, is_new] = by_id_.emplace(id, calls_.size());
    if (!is_new) {
      return err(call, "two calls of one message have the id " + shown(id), "invalid_value");
    }
    id = own->first;
  }
  calls_.push_back({item, id, upstream_id});
  ++open_;
  return {};
}

OpenCalls::Call* OpenCalls::find(std::string_view id) {
  if (id.empty()) {
    if (nameless_.empty()) return nullptr;
    return &calls_[nameless_[std::min(nameless_answered_, nameless_.size() - 1)]];
  }
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &calls_[found->second];
}

Result<std::string_view> OpenCalls::answer(const Place& item, std::string_view id) {
  Call* const call = find(id);
  if (call == nullptr) {
    return err(item, "no call of the assistant message before it has the id " + shown(id),
               "invalid_value");
  }
  if (call->answered) {
    return err(item, "the call " + shown(id) + " is answered twice", "invalid_value");
  }
  call->answered = true;
  if (id.empty()) ++nameless_answered_;
  --open_;
  return call->upstream_id;
}

Status OpenCalls::expect_none_open() const {
  if (open_ == 0) return {};
  const auto call = std::find_if(calls_.begin(), calls_.end(),
                                 [](const Call& candidate) { return !candidate.answered; });
  return err(call->item,
             "its tool call " + shown(call->id) +
                 " has no result; a tool message for each call must follow directly",
             "invalid_value");
}

void OpenCalls::clear() {
  calls_.clear();
  by_id_.clear();
  nameless_.clear();
  nameless_answered_ = 0;
  open_ = 0;
}

}  // namespace proxx::policy
