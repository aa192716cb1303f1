#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// A server on loopback that answers by script, right or wrong: for tests of what stands in front
// of it. It knows of HTTP only how to tell where a request ends.

namespace proxx::test {

/// One thing it does. A script that runs out reads the connection's next request.
struct Step {
  enum class Kind { send, drain, wait, wait_until, stall, close, reset };
  Kind kind = Kind::close;
  std::string bytes;                     ///< send
  size_t piece_bytes = 0;                ///< send: in writes of that size; 0 is all at once
  size_t times = 1;                      ///< send: so often; drain: so many bytes
  std::chrono::milliseconds duration{};  ///< wait
  std::function<bool()> ready;           ///< wait_until; asked on the server's thread
};
using Script = std::vector<Step>;

[[nodiscard]] Step send(std::string bytes);
[[nodiscard]] Step send_pieces(std::string bytes, size_t piece_bytes);
/// For answers that are larger than a test wants to hold.
[[nodiscard]] Step send_times(std::string bytes, size_t times);
/// Reads that many bytes, for scripts that begin before the request is read.
[[nodiscard]] Step drain(size_t bytes);
[[nodiscard]] Step wait(std::chrono::milliseconds duration);
/// Until `ready` says so; it is asked every millisecond, on the server's thread.
[[nodiscard]] Step wait_until(std::function<bool()> ready);
/// Nothing more until the peer closes.
[[nodiscard]] Step stall();
/// FIN, in order.
[[nodiscard]] Step close();
/// RST (SO_LINGER 0).
[[nodiscard]] Step reset();

/// `HTTP/1.1 STATUS X`, content-type, content-length and the body.
[[nodiscard]] Step answer(int status, std::string_view content_type, std::string_view body);
/// The head of an answer that ends with the connection.
[[nodiscard]] Step stream_head(std::string_view content_type = "text/event-stream");

struct FaultServerOptions {
  bool tls = false;           ///< with a self-signed certificate for localhost, made on the spot
  bool expired = false;       ///< that certificate, an hour ago
  int session_seconds = 300;  ///< how long a TLS session may be resumed
  bool reads = true;          ///< false: the script runs on accept, before any request is read
  int receive_bytes = 0;      ///< SO_RCVBUF, for peers that must block; 0 is the system's
};

/// Listens on 127.0.0.1 from construction to destruction, on a thread of its own. All members may
/// be called from any thread.
class FaultServer {
 public:
  /// Gets a whole request (head and body) and its number over all connections, from 0. Called on
  /// the server's thread.
  using Scripter = std::function<Script(const std::string& request, size_t number)>;

  explicit FaultServer(Scripter scripter, FaultServerOptions options = {});
  /// The nth request gets the nth script, all later ones the last.
  explicit FaultServer(std::vector<Script> scripts, FaultServerOptions options = {});
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  [[nodiscard]] uint16_t port() const;
  /// `http://127.0.0.1:PORT`, or with https.
  [[nodiscard]] std::string url() const;
  /// The certificate as PEM.
  [[nodiscard]] std::string certificate() const;

  /// Takes another certificate and key, and forgets all TLS sessions, for connections from now on.
  void rotate();

  [[nodiscard]] size_t connections() const;       ///< accepted so far
  [[nodiscard]] size_t resumed() const;           ///< of those, that resumed a TLS session
  [[nodiscard]] size_t open_connections() const;  ///< whose end has not been seen
  [[nodiscard]] size_t sent_bytes() const;        ///< taken by the kernel
  [[nodiscard]] std::vector<std::string> requests() const;

  /// Polls until `done`, for at most `limit`; the last answer of `done`.
  static bool eventually(const std::function<bool()>& done,
                         std::chrono::milliseconds limit = std::chrono::seconds(60));

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proxx::test
