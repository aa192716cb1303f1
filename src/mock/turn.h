#pragma once
#include <string>

#include "mock/message.h"
#include "mock/rules/asked.h"

// The parts that the turns of the scenarios are made of.

namespace proxx::mock {

void add_text(Message& message, std::string text);

/// The prompt on one line, without the marker that chose the scenario.
[[nodiscard]] std::string echo(const Asked& asked);

/// A thinking block whose signature the rules accept when it comes back. Its text is empty where
/// the display is `omitted`, by wish or by default.
void add_thinking(const Asked& asked, Message& message);

/// The tool that the request asks for, else one that the prompt names, else the first; `skip` tools
/// further on. Tools that this turn has called come last. `get_weather` for a request without
/// tools.
[[nodiscard]] Json wanted_tool(const Asked& asked, size_t skip = 0);

/// True for a tool that the upstream runs by itself, such as web_search.
[[nodiscard]] bool runs_upstream(const Json& tool);

/// An input that fits the tool's schema, or what a tool of Anthropic's own takes.
[[nodiscard]] Json sample_input(const Json& tool);

void add_call(const Asked& asked, Message& message, const Json& tool, Json input);

/// Adds what goes before the first call: thinking where it is on.
void begin_calls(const Asked& asked, Message& message);

}  // namespace proxx::mock
