#pragma once
#include <string>
#include <string_view>

namespace proxx::answer {

/// What surrounds each JSON text of a streamed answer. An Output gets it when it is made. The
/// default is server-sent events; a protocol that carries each chunk in a line of its own sets
/// `{"id":7,"chunk":` and `}\n` and clears `server_sent_events`.
struct Frame {
  std::string prefix = "data: ";
  std::string suffix = "\n\n";
  /// The output also writes what its API has beside the JSON: `event: NAME` lines, `[DONE]`, an
  /// error as the last event. Cleared, the surrounding protocol has its own end and its own errors.
  bool server_sent_events = true;

  void append(std::string& out, std::string_view json) const {
    out.append(prefix).append(json).append(suffix);
  }
};

}  // namespace proxx::answer
