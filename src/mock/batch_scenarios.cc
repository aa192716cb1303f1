#include "mock/batch_scenarios.h"

#include <algorithm>
#include <array>

namespace proxx::mock {
namespace {

using Creation = BatchScenario::Creation;

constexpr uint64_t kFewWaiting = 20'000;
constexpr size_t kFewBytes = size_t{1} << 20;

constexpr std::array kScenarios{
    BatchScenario{.name = "batch", .shows = "message batches as they should be"},
    BatchScenario{.name = "batch-errors",
                  .shows = "every third item of a batch fails",
                  .every_third = "errored"},
    BatchScenario{.name = "batch-expired",
                  .shows = "every third item of a batch expires",
                  .every_third = "expired"},
    BatchScenario{.name = "batch-lost",
                  .shows = "a batch is accepted, then answered with 500",
                  .creation = Creation::lost},
    BatchScenario{.name = "batch-reset",
                  .shows = "a batch is accepted, then the connection is cut",
                  .creation = Creation::reset},
    BatchScenario{.name = "batch-refused",
                  .shows = "the first batch is answered with 500, and not accepted",
                  .creation = Creation::refused},
    BatchScenario{.name = "batch-lag",
                  .shows = "a batch is lost, and not listed or known the first three times",
                  .creation = Creation::lost,
                  .lag = 3},
    BatchScenario{.name = "batch-cut",
                  .shows = "a batch's results end half way, inside a line, the first time",
                  .cuts_results = true},
    BatchScenario{.name = "batch-full",
                  .shows = "429 where over 20000 items would wait",
                  .max_waiting = kFewWaiting},
    BatchScenario{
        .name = "batch-large", .shows = "413 to a batch of over 1 MiB", .max_bytes = kFewBytes},
    BatchScenario{.name = "batch-paused",
                  .shows = "every item of a batch ends with pause_turn",
                  .items = "pause-turn"},
    BatchScenario{.name = "batch-foreign",
                  .shows = "a batch is lost, and another's of its size is listed, too",
                  .creation = Creation::lost,
                  .foreign = true},
    BatchScenario{
        .name = "batch-evil", .shows = "a batch's results_url names another host", .evil = true},
};

}  // namespace

std::span<const BatchScenario> batch_scenarios() {
  return kScenarios;
}

bool is_batch_scenario(std::string_view name) {
  return std::any_of(kScenarios.begin(), kScenarios.end(),
                     [&](const BatchScenario& each) { return each.name == name; });
}

const BatchScenario& batch_scenario(std::string_view name) {
  const auto row = std::find_if(kScenarios.begin(), kScenarios.end(),
                                [&](const BatchScenario& each) { return each.name == name; });
  return row == kScenarios.end() ? kScenarios.front() : *row;
}

}  // namespace proxx::mock
