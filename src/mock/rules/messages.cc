#include <array>

#include "mock/rules/check.h"

// Roles, their order and where a prefill or a system message may stand (docs/protocol.md 1.4).

namespace proxx::mock {
namespace {

constexpr size_t kMaxImages = 600;
constexpr size_t kMaxImagesOfSmallContext = 100;
constexpr int64_t kSmallContextTokens = 200'000;

Verdict check_role(const Context&, const Place& place) {
  return check_one_of(place, "user assistant system");
}

constexpr std::array kMessageFields{
    FieldRule{"role", Kind::string, Need::required, check_role},
    FieldRule{"content", Kind::any, Need::required},
    FieldRule{"output_config", Kind::object, Need::optional, nullptr, "per-turn-control-"},
    FieldRule{"clear_at", Kind::any, Need::optional, nullptr, "mid-conversation-tool-changes-"},
};

Place last_block(const Place& message) {
  Place content = *message.find("content");
  if (!content.value->is_array() || content.value->empty()) return content;
  return content.item(content.value->size() - 1);
}

bool ends_in_server_tool(const Place& message, bool with_result) {
  const std::string_view type = last_block(message).text("type");
  return type.ends_with("_tool_result") || (!with_result && type == "server_tool_use");
}

Verdict check_system_place(const Context& context, const Place& messages, size_t i) {
  const Place message = messages.item(i);
  if (!context.model->system_in_messages)
    return message.refuse("role 'system' is not supported on this model");
  const Place before = messages.item(i - 1);
  const std::string_view role = before.text("role");
  const bool follows_well = role == "user" || role == "system" ||
                            (role == "assistant" && ends_in_server_tool(before, true));
  if (!follows_well)
    return message.refuse(
        "a `system` message must follow a `user` message or a server tool result");
  if (i + 1 == messages.value->size()) return {};
  if (has_word("assistant system", messages.item(i + 1).text("role"))) return {};
  return message.refuse("a `system` message must be last or be followed by an `assistant` message");
}

Verdict check_alternation(const Place& messages) {
  std::string_view previous;
  for (size_t i = 0; i < messages.value->size(); ++i) {
    const std::string_view role = messages.item(i).text("role");
    if (role == "system") continue;
    if (role == previous)
      return messages.refuse(
          "roles must alternate between \"user\" and \"assistant\", but found "
          "multiple \"" +
          std::string(role) + "\" roles in a row");
    previous = role;
  }
  return {};
}

// The next two are known from the live API's answers alone.

Verdict check_last_block(const Place& message) {
  if (message.text("role") != "assistant" || !is_thinking(last_block(message))) return {};
  return message.refuse("The final block in an assistant message cannot be `thinking`.");
}

Verdict check_no_thinking(const Place& prefill) {
  const Place content = *prefill.find("content");
  if (!content.value->is_array()) return {};
  for (size_t i = 0; i < content.value->size(); ++i)
    if (is_thinking(content.item(i)))
      return content.item(i).refuse(
          "When thinking is disabled, an `assistant` message in the final position cannot contain "
          "`thinking`. To use thinking blocks, enable `thinking` in your request.");
  return {};
}

Verdict check_prefill(const Context& context, const Place& last) {
  // A turn that stopped with pause_turn is continued by sending it back.
  if (last.text("role") != "assistant" || ends_in_server_tool(last, false)) return {};
  if (last_block(last).text("type") == "tool_use") return {};  // told by check_tool_pairing
  if (!context.model->prefill || context.thinks())
    return api_error(400,
                     "This model does not support assistant message prefill. The conversation "
                     "must end with a user message.");
  const auto config = context.body.find("output_config");
  if (config && config->find("format"))
    return api_error(400, "output_config.format: is not supported with assistant message prefill");
  if (auto bad = check_no_thinking(last)) return bad;
  const Place block = last_block(last);
  const std::string text(block.value->is_string() ? block.value->get<std::string>()
                                                  : std::string(block.text("text")));
  if (!text.empty() && is_blank(text.substr(text.size() - 1)))
    return api_error(400, "messages: final assistant content cannot end with trailing whitespace");
  return {};
}

Verdict check_content(const Context& context, const Place& message, bool last) {
  if (auto bad = check_fields(context, message, kMessageFields)) return bad;
  if (auto bad = check_message_content(context, message)) return bad;
  if (auto bad = check_last_block(message)) return bad;
  const nlohmann::json& content = *message.find("content")->value;
  const bool empty =
      content.is_string() ? content.get_ref<const std::string&>().empty() : content.empty();
  if (!empty) return {};
  if (last && message.text("role") == "assistant") return {};
  return message.refuse(
      "all messages must have non-empty content except for the optional final assistant message");
}

/// Calls `visit` with every block of the conversation, those within tool results included.
template <class Visit>
void each_block(const Context& context, const Visit& visit) {
  const Place messages = *context.body.find("messages");
  for (size_t i = 0; i < messages.value->size(); ++i) {
    const Place content = *messages.item(i).find("content");
    if (!content.value->is_array()) continue;
    for (size_t j = 0; j < content.value->size(); ++j) {
      const Place block = content.item(j);
      visit(block);
      const auto inner = block.find("content");
      if (!inner || !inner->value->is_array() || block.text("type") != "tool_result") continue;
      for (size_t k = 0; k < inner->value->size(); ++k) visit(inner->item(k));
    }
  }
}

}  // namespace

Verdict check_conversation(const Context& context) {
  const Place messages = *context.body.find("messages");
  const size_t count = messages.value->size();
  for (size_t i = 0; i < count; ++i)
    if (auto bad = check_content(context, messages.item(i), i + 1 == count)) return bad;
  if (messages.item(0).text("role") != "user")
    return messages.refuse("first message must use the \"user\" role");
  for (size_t i = 0; i < count; ++i)
    if (messages.item(i).text("role") == "system")
      if (auto bad = check_system_place(context, messages, i)) return bad;
  if (auto bad = check_alternation(messages)) return bad;
  return check_prefill(context, messages.item(count - 1));
}

Verdict check_documents(const Context& context) {
  size_t images = 0;
  size_t documents = 0;
  size_t cited = 0;
  each_block(context, [&](const Place& block) {
    const std::string_view type = block.text("type");
    images += type == "image" ? 1 : 0;
    if (type != "document") return;
    ++documents;
    const auto citations = block.find("citations");
    cited += citations && citations->is_true("enabled") ? 1 : 0;
  });
  const size_t most = context.model->max_input_tokens <= kSmallContextTokens
                          ? kMaxImagesOfSmallContext
                          : kMaxImages;
  if (images > most)
    return api_error(
        400, "messages: too many images: " + std::to_string(images) + " > " + std::to_string(most));
  if (cited != 0 && cited != documents)
    return api_error(400, "messages: citations must be enabled on all documents or none");
  const auto config = context.body.find("output_config");
  if (cited != 0 && config && config->find("format"))
    return api_error(400, "output_config.format: is not supported with citations");
  return {};
}

namespace {

/// Counts breakpoints in the order of the prompt: tools, system, messages.
class Breakpoints {
 public:
  Verdict add(const Place& place) {
    const auto control = place.find("cache_control");
    if (!control || control->value->is_null()) return {};
    ++count_;
    const bool hour = control->text("ttl") == "1h";
    if (hour && after_5m_)
      return control->refuse(
          "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block");
    after_5m_ = after_5m_ || !hour;
    return {};
  }

  [[nodiscard]] Verdict total() const {
    constexpr size_t kMaxBreakpoints = 4;
    if (count_ <= kMaxBreakpoints) return {};
    return api_error(400, "A maximum of 4 blocks with cache_control may be provided. Found " +
                              std::to_string(count_) + ".");
  }

 private:
  size_t count_ = 0;
  bool after_5m_ = false;
};

}  // namespace

Verdict check_cache_breakpoints(const Context& context) {
  Breakpoints breakpoints;
  Verdict bad;
  const auto add = [&](const Place& place) {
    if (!bad) bad = breakpoints.add(place);
  };
  for (const std::string_view name : {"tools", "system"}) {
    const auto list = context.body.find(name);
    if (!list || !list->value->is_array()) continue;
    for (size_t i = 0; i < list->value->size(); ++i) add(list->item(i));
  }
  each_block(context, add);
  add(context.body);
  return bad ? bad : breakpoints.total();
}

}  // namespace proxx::mock
