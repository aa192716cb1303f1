#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "upstream/upstream.h"

namespace proxx::cli {

/// One call of a half-price run.
struct HalfCall {
  std::string method = "GET";
  std::string path;
  std::string body;
  std::vector<std::string> betas;
  /// Creates something: it is sent once at most, and a signal waits for its answer.
  bool creates = false;
};

/// The result of a call.
struct HalfAnswer {
  enum class Fate {
    answered,  ///< the upstream's own answer; what is not a 200 is `error` too
    not_sent,  ///< the upstream had no byte of it
    unknown,   ///< it may have been done
  };
  Fate fate = Fate::unknown;
  int status = 0;
  HeaderList headers;
  std::string body;            ///< of a 200
  std::optional<Error> error;  ///< nothing for a 200

  [[nodiscard]] bool ok() const { return !error; }
  /// The key's organization; "" if the upstream does not say it.
  [[nodiscard]] std::string organization() const;
  /// The wait that the upstream asks for.
  [[nodiscard]] std::optional<std::chrono::milliseconds> requested_delay(int64_t now_unix_s) const;
};

/// What a half-price run needs of the world: one call at a time, and a clock. Tests have a
/// simulation.
class HalfCalls {
 public:
  virtual ~HalfCalls() = default;
  virtual HalfAnswer call(HalfCall call) = 0;
  /// Streams the lines of `path`, without their newlines, until `each` returns false; one that is
  /// too long to be read comes as "". The answer's body is empty. Errors: also of a stream that
  /// was cut, after the lines that came.
  virtual HalfAnswer lines(const std::string& path,
                           const std::function<bool(std::string_view line)>& each) = 0;
  virtual void wait(std::chrono::milliseconds time) = 0;
  /// Wall clock: what the upstream's expiry is compared with.
  [[nodiscard]] virtual int64_t now_unix_s() = 0;
  /// In [0, 1).
  [[nodiscard]] virtual double random() = 0;
  /// A signal came. Calls fail and waits end at once until the program ends.
  [[nodiscard]] virtual bool interrupted() const = 0;
};

/// call(), repeated by the retry policy at most `retries` times, if the upstream cannot have done
/// it: a GET, or a call of which it had no byte.
HalfAnswer call_with_retries(HalfCalls& calls, const HalfCall& call, int retries);

/// True for failures that may pass: no connection, timeouts, 408, 409, 429, 5xx, and answers that
/// make no sense (gateways that restart).
[[nodiscard]] bool may_pass(const Error& error);

/// An error that waiting does not mend: exit code 5.
[[nodiscard]] Error hopeless(std::string message);
/// The error of calls after a signal.
[[nodiscard]] Error interrupted_error();

}  // namespace proxx::cli
