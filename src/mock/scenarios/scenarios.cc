#include "mock/scenarios/scenarios.h"

#include <algorithm>

#include "mock/batch_scenarios.h"
#include "mock/scenarios/faults.h"
#include "mock/scenarios/messages.h"
#include "mock/wire_headers.h"

namespace proxx::mock {
namespace {

template <class Row>
const Row* find_row(std::span<const Row> rows, std::string_view name) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [name](const Row& each) { return each.name == name; });
  return row == rows.end() ? nullptr : &*row;
}

/// `NAME` of `[[mock:NAME]]`, or "".
std::string marked(std::string_view prompt) {
  constexpr std::string_view kMark = "[[mock:";
  const size_t begin = prompt.find(kMark);
  if (begin == std::string_view::npos) return {};
  const size_t end = prompt.find("]]", begin);
  if (end == std::string_view::npos) return {};
  return std::string(prompt.substr(begin + kMark.size(), end - begin - kMark.size()));
}

bool names_a_tool(const Asked& asked) {
  if (!asked.duty.may_call) return false;
  for (const Json& tool : asked.body["tools"]) {
    const std::string name = tool.value("name", "");
    if (!name.empty() && asked.prompt.find(name) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::vector<ScenarioInfo> scenarios() {
  std::vector<ScenarioInfo> out;
  for (const MessageScenario& each : message_scenarios()) out.push_back({each.name, each.shows});
  for (const FaultScenario& each : fault_scenarios()) out.push_back({each.name, each.shows});
  for (const BatchScenario& each : batch_scenarios()) out.push_back({each.name, each.shows});
  return out;
}

bool is_scenario(std::string_view name) {
  return find_row(message_scenarios(), name) || find_row(fault_scenarios(), name) ||
         is_batch_scenario(name);
}

std::string choose_scenario(const Asked& asked) {
  if (std::string name = marked(asked.prompt); !name.empty()) return name;
  const char* words = asked.duty.json ? "structured" : "text";
  if (asked.duty.must_call) return "tools";
  return asked.results.empty() && names_a_tool(asked) ? "tools" : words;
}

Answer answer(std::string_view name, const Asked& asked) {
  if (const auto* row = find_row(message_scenarios(), name))
    return play_message(make_message(*row, asked), asked);
  if (const auto* row = find_row(fault_scenarios(), name)) return row->play(asked);
  return answer_error(api_error(400, "mock: there is no scenario '" + std::string(name) + "'"),
                      asked.number);
}

Answer answer_error(const ApiError& error, uint64_t number) {
  Answer out;
  out.status = error.status;
  out.headers = answer_headers("application/json", number, false);
  if (error.status == 429) out.headers.emplace_back("retry-after", "1");
  if (error.status == 400) out.headers.emplace_back("x-should-retry", "false");
  out.pieces.push_back(error_body(error, request_id(number)));
  out.whole = true;
  return out;
}

Answer answer_json(std::string body, uint64_t number) {
  Answer out;
  out.headers = answer_headers("application/json", number, false);
  out.pieces.push_back(std::move(body));
  out.whole = true;
  return out;
}

}  // namespace proxx::mock
