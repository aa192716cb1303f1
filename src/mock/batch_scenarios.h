#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace proxx::mock {

/// How the Message Batches API misbehaves under a scenario.
struct BatchScenario {
  enum class Creation {
    answered,
    lost,     ///< accepted, then 500
    reset,    ///< accepted, then the connection is cut
    refused,  ///< 500, and the first time not accepted
  };

  std::string_view name;
  std::string_view shows;
  Creation creation = Creation::answered;
  std::string_view every_third = {};  ///< errored | expired
  std::string_view items = {};        ///< the scenario of all items
  int lag = 0;                        ///< how often a batch is asked for in vain
  bool cuts_results = false;          ///< the first time
  uint64_t max_waiting = 0;           ///< items; over it 429. 0 is no limit
  size_t max_bytes = 0;               ///< of a creation; over it 413
  bool foreign = false;               ///< another's batch of the same size comes after each
  bool evil = false;                  ///< results_url names another host
};

[[nodiscard]] std::span<const BatchScenario> batch_scenarios();
/// The scenario of this name, or the one that does nothing.
[[nodiscard]] const BatchScenario& batch_scenario(std::string_view name);
[[nodiscard]] bool is_batch_scenario(std::string_view name);

}  // namespace proxx::mock
