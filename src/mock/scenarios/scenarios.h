#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"
#include "mock/api_error.h"
#include "mock/rules/asked.h"

namespace proxx::mock {

/// One answer on its way to the wire. Without pieces not even its status is sent.
struct Answer {
  int status = 200;
  http::HeaderList headers;
  std::vector<std::string> pieces;      ///< one for a whole body, one an event for a stream
  std::function<std::string()> more{};  ///< makes further pieces; "" is the end
  bool whole = false;                   ///< sent with its length
  bool cut = false;                     ///< the connection is cut where the end should be
  bool stalls = false;                  ///< nothing comes where the end should be
  std::chrono::milliseconds delay{0};   ///< between pieces
  std::vector<std::chrono::milliseconds> delays;  ///< before each piece, instead of `delay`
};

/// What a script can do: the name it goes by and what it shows.
struct ScenarioInfo {
  std::string_view name;
  std::string_view shows;
};

/// All scenarios, in the order of the manual.
[[nodiscard]] std::vector<ScenarioInfo> scenarios();
[[nodiscard]] bool is_scenario(std::string_view name);

/// The scenario of a request when the server was started without one: `[[mock:NAME]]` in its last
/// user message, which may be the name of none; `tools` if it must call a tool, or names one and
/// brings no results; `structured` if it wants JSON; otherwise `text`.
[[nodiscard]] std::string choose_scenario(const Asked& asked);

/// Plays `name` for a request. A request that brings tool results ends the turn where the scenario
/// would call tools again, so that agents come to an end; unless it must call one.
[[nodiscard]] Answer answer(std::string_view name, const Asked& asked);

/// An error answer, with the headers that upstream sends along.
[[nodiscard]] Answer answer_error(const ApiError& error, uint64_t number);
/// A JSON answer to a call that is no message.
[[nodiscard]] Answer answer_json(std::string body, uint64_t number);

}  // namespace proxx::mock
