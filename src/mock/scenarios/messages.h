#pragma once
#include <span>
#include <string_view>

#include "mock/message.h"
#include "mock/rules/asked.h"

namespace proxx::mock {

/// A scenario that is a message of its own; how it goes over the wire is render's.
struct MessageScenario {
  std::string_view name;
  std::string_view shows;
  void (*fill)(const Asked& asked, Message& message);
  bool calls_tools = false;
};

[[nodiscard]] std::span<const MessageScenario> message_scenarios();

/// The message of a scenario, with id, model and usage.
[[nodiscard]] Message make_message(const MessageScenario& scenario, const Asked& asked);

/// `You said: ...`
[[nodiscard]] Message make_text_message(const Asked& asked);

}  // namespace proxx::mock
