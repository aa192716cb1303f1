#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proxx::test {

/// What came back, split but not interpreted.
struct RawResponse {
  int status = 0;         ///< 0: the connection ended before a whole head
  std::string head;       ///< status line and header lines
  std::string body;       ///< unchunked
  bool complete = false;  ///< the body ended where its framing says

  /// The first value, name in any case; "" if there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// A blocking client that sends exactly the bytes it is given. Every call ends after `patience` at
/// the latest, so a server that hangs makes a test fail, not hang. Throws std::runtime_error if it
/// cannot connect.
class RawClient {
 public:
  using Millis = std::chrono::milliseconds;

  explicit RawClient(std::uint16_t port, Millis patience = Millis{60'000});
  explicit RawClient(const std::string& unix_path, Millis patience = Millis{60'000});
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False if the server stopped taking bytes.
  bool send(std::string_view bytes);
  /// Up to and including `marker`; what came so far if the connection ends or patience is over.
  std::string read_until(std::string_view marker);
  /// At least `count` bytes, unless the connection ends.
  std::string read_at_least(size_t count);
  /// Everything up to the end of the connection.
  std::string read_to_end();
  /// One response; several may follow each other. `to_head`: it answers a HEAD, so has no body.
  /// Interim responses (1xx) are returned like others.
  RawResponse read_response(bool to_head = false);
  /// The server closes, orderly or not, within `time`; what it sends until then is kept.
  bool closed_within(Millis time);
  /// The connection ended with an error instead of an orderly close.
  [[nodiscard]] bool was_reset() const { return reset_; }

  /// Half-close: the server sees the end of input.
  void finish_sending();
  void close();
  /// Close with a RST.
  void reset();

 private:
  bool fill(std::chrono::steady_clock::time_point deadline);
  std::string take(size_t count);
  RawResponse read_body(RawResponse response);
  void read_chunks(RawResponse& response);

  int fd_ = -1;
  Millis patience_;
  std::string in_;
  bool ended_ = false;
  bool reset_ = false;
};

}  // namespace proxx::test
