#include "mock/binding.h"
#include "mock/rules/check.h"

// What may become of thinking on its way back (docs/protocol.md 1.8).

namespace proxx::mock {
namespace {

bool has_tool_result(const Place& message) {
  const Place content = *message.find("content");
  if (!content.value->is_array()) return false;
  for (size_t i = 0; i < content.value->size(); ++i)
    if (content.item(i).text("type") == "tool_result") return true;
  return false;
}

/// The first assistant message of the tool loop that the request continues.
std::optional<Place> open_loop(const Place& messages) {
  std::optional<Place> first;
  for (size_t i = messages.value->size(); i > 0; --i) {
    const Place message = messages.item(i - 1);
    const std::string_view role = message.text("role");
    if (role == "user" && !has_tool_result(message)) break;
    if (role == "assistant") first = message;
  }
  return first;
}

Verdict check_loop_begins_with_thinking(const Context& context, const Place& messages) {
  if (context.thinking_type() != "enabled") return {};
  const auto message = open_loop(messages);
  if (!message) return {};
  const Place content = *message->find("content");
  if (!content.value->is_array() || content.value->empty() || is_thinking(content.item(0)))
    return {};
  return api_error(400, content.path +
                            ".0.type: Expected `thinking` or `redacted_thinking`, but "
                            "found `" +
                            std::string(content.item(0).text("type")) +
                            "`. When `thinking` is enabled, a final `assistant` message must "
                            "start with a thinking block.");
}

Verdict check_signature(const Context& context, const Place& block, uint64_t prefix, bool newest) {
  const std::string kind(block.text("type"));
  const auto signature = Signature::decode(block.text(kind == "thinking" ? "signature" : "data"));
  if (!signature) return {};
  if (signature->text != 0 && signature->text != hash_text(block.text("thinking")))
    return block.refuse(newest ? "`thinking` or `redacted_thinking` blocks in the latest assistant "
                                 "message cannot be modified. These blocks must remain as they "
                                 "were in the original response."
                               : "Invalid `signature` in `thinking` block");
  if (context.model->checks_prefix && signature->prefix != prefix)
    return block.refuse("Invalid `signature` in `" + kind +
                        "` block. The block is bound to a different conversation.");
  return {};
}

}  // namespace

Verdict check_thinking_replay(const Context& context) {
  const Place messages = *context.body.find("messages");
  if (auto bad = check_loop_begins_with_thinking(context, messages)) return bad;
  const auto prefixes = prefix_hashes(*context.body.value);
  size_t newest = 0;
  for (size_t i = 0; i < messages.value->size(); ++i)
    if (messages.item(i).text("role") == "assistant") newest = i;
  for (size_t i = 0; i < messages.value->size(); ++i) {
    const Place content = *messages.item(i).find("content");
    if (!content.value->is_array()) continue;
    for (size_t j = 0; j < content.value->size(); ++j)
      if (is_thinking(content.item(j)))
        if (auto bad = check_signature(context, content.item(j), prefixes[i], i == newest))
          return bad;
  }
  return {};
}

}  // namespace proxx::mock
