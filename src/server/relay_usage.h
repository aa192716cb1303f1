#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "anthropic/usage.h"
#include "server/request_record.h"

namespace proxx::server {

/// Finds the tokens in an answer of the Messages API that passes by. It copies the beginning of an
/// event stream until `message_start` is whole and the last bytes of any answer, 3 KiB at most, and
/// reads the last bytes when it is asked. Anthropic writes `usage` last.
class RelayUsage {
 public:
  explicit RelayUsage(bool event_stream) : event_stream_(event_stream), starts_(event_stream) {}

  void take(std::string_view bytes);
  /// Of what has passed so far; nothing if no usage was in it. `whole`: the answer has ended,
  /// without which nothing is said of a JSON message.
  [[nodiscard]] std::optional<TokenCounts> tokens(bool whole) const;

 private:
  void take_start(std::string_view bytes);
  void take_end(std::string_view bytes);

  const bool event_stream_;
  bool starts_;  ///< message_start has yet to come
  std::string start_;
  std::string end_;
  std::optional<anthropic::Usage> usage_;  ///< of message_start
};

}  // namespace proxx::server
