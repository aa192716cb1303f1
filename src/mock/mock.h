#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/server.h"
#include "mock/host.h"
#include "mock/scenarios/scenarios.h"

namespace proxx::mock {

struct MockOptions {
  /// A scenario for all requests, or a file that answers them as it is: `.sse` to be sent as an
  /// event stream, `.json` as a message. Empty: each request chooses (choose_scenario).
  std::string script;
  std::string replay{};  ///< a folder of recordings that answers instead (mock/replay.h)
  /// Before each event of a stream. A replay has its own pace unless this is set.
  std::optional<std::chrono::milliseconds> delay = std::nullopt;
  std::chrono::milliseconds batch_time{200};  ///< from a message batch's creation to its end
  HostOptions host{};                         ///< whom it plays
  size_t keep_requests = 0;                   ///< how many requests() remembers
};

struct MockCounts {
  uint64_t requests = 0;
  uint64_t messages = 0;   ///< calls of /v1/messages
  uint64_t refused = 0;    ///< by the rules
  uint64_t open = 0;       ///< answers under way
  uint64_t cancelled = 0;  ///< answers whose client went away first
};

/// An Anthropic upstream that answers by script: no key, no network, no cost. It refuses what the
/// real one would refuse (mock/rules/rules.h) and answers the rest by scenario
/// (mock/scenarios/scenarios.h). Lives on one loop, beside whatever else runs there; its end cuts
/// what is under way.
class Mock {
 public:
  /// `loop` must outlive the mock.
  Mock(boost::asio::io_context& loop, MockOptions options);
  ~Mock();
  Mock(const Mock&) = delete;
  Mock& operator=(const Mock&) = delete;

  /// Returns the port. Errors: `usage` for an unknown scenario, a file that cannot be read, or an
  /// address that is taken.
  Result<uint16_t> listen(const std::string& host = "127.0.0.1", uint16_t port = 0);

  /// The last requests, oldest first; the next call of the loop may change them.
  [[nodiscard]] const std::vector<http::Request>& requests() const;
  [[nodiscard]] const MockCounts& counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proxx::mock
