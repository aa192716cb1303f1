#include <map>
#include <set>
#include <vector>

#include "mock/rules/check.h"

// Every tool_use has its tool_result in the next user message, in front, and the request has tools
// (docs/protocol.md 1.4).

namespace proxx::mock {
namespace {

std::vector<Place> blocks_of(const Place& message, std::string_view type) {
  std::vector<Place> out;
  const Place content = *message.find("content");
  if (!content.value->is_array()) return out;
  for (size_t i = 0; i < content.value->size(); ++i)
    if (type.empty() || content.item(i).text("type") == type) out.push_back(content.item(i));
  return out;
}

using Ids = std::set<std::string, std::less<>>;

Verdict check_calls(const Place& message, Ids& calls, Ids& all_calls) {
  for (const Place& call : blocks_of(message, "tool_use")) {
    const std::string id(call.text("id"));
    if (!all_calls.insert(id).second)
      return Place{nullptr, "messages"}.refuse("`tool_use` ids must be unique");
    calls.insert(id);
  }
  return {};
}

Verdict check_results(const Place& message, const Ids& calls) {
  Ids answered;
  bool other_seen = false;
  for (const Place& block : blocks_of(message, "")) {
    if (block.text("type") != "tool_result") {
      other_seen = true;
      continue;
    }
    const std::string id(block.text("tool_use_id"));
    if (!calls.contains(id))
      return block.refuse("unexpected `tool_use_id` found in `tool_result` blocks: " + id +
                          ". Each `tool_result` block must have a corresponding `tool_use` block "
                          "in the previous message.");
    if (!answered.insert(id).second)
      return block.refuse(
          "each tool_use must have a single result. Found multiple `tool_result` "
          "blocks with id: " +
          id);
    if (other_seen)
      return block.refuse("`tool_result` blocks must come first in the content of a message");
  }
  return {};
}

Verdict check_all_answered(const Place& caller, const Place* next, const Ids& calls) {
  Ids open = calls;
  if (next)
    for (const Place& result : blocks_of(*next, "tool_result"))
      open.erase(std::string(result.text("tool_use_id")));
  if (open.empty()) return {};
  std::string ids;
  for (const std::string& id : open) ids += (ids.empty() ? "" : ", ") + id;
  return caller.refuse(
      "`tool_use` ids were found without `tool_result` blocks immediately after: " + ids +
      ". Each `tool_use` block must have a corresponding `tool_result` block in "
      "the next message.");
}

/// A server tool that has not answered yet leaves room for nothing but client tool results.
Verdict check_pending_server_tool(const Place& caller, const Place& next) {
  Ids pending;
  for (const Place& block : blocks_of(caller, "")) {
    if (block.text("type") == "server_tool_use") pending.emplace(block.text("id"));
    pending.erase(std::string(block.text("tool_use_id")));
  }
  if (pending.empty() || next.text("role") != "user") return {};
  const size_t results = blocks_of(next, "tool_result").size();
  if (results != 0 && results == next.find("content")->value->size()) return {};
  return caller.refuse("tool use with id " + *pending.begin() +
                       " was found without a corresponding result block");
}

Verdict check_no_calls(const Place& messages) {
  for (size_t i = 0; i < messages.value->size(); ++i)
    for (const std::string_view type : {"tool_use", "tool_result"})
      if (!blocks_of(messages.item(i), type).empty())
        return api_error(
            400, "Requests which include `tool_use` or `tool_result` blocks must define tools.");
  return {};
}

}  // namespace

Verdict check_tool_pairing(const Context& context) {
  const Place messages = *context.body.find("messages");
  const auto tools = context.body.find("tools");
  if (!tools || tools->value->empty())
    if (auto bad = check_no_calls(messages)) return bad;
  Ids all_calls;
  Ids calls;  // of the message before
  for (size_t i = 0; i < messages.value->size(); ++i) {
    const Place message = messages.item(i);
    if (auto bad = check_results(message, calls)) return bad;
    calls.clear();
    if (auto bad = check_calls(message, calls, all_calls)) return bad;
    const bool last = i + 1 == messages.value->size();
    const Place next = last ? message : messages.item(i + 1);
    if (auto bad = check_all_answered(message, last ? nullptr : &next, calls)) return bad;
    if (!last)
      if (auto bad = check_pending_server_tool(message, next)) return bad;
  }
  return {};
}

}  // namespace proxx::mock
