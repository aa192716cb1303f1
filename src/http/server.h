#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace boost::asio {
class io_context;
}

// An HTTP/1.1 server on Boost.Beast, as strict as docs/faults.md 2 asks. `serve` and `mock`
// stand on it. Beast appears in this folder only, and in no header.

namespace proxx::http {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// The documented defaults of `serve` (docs/faults.md); tests make them small.
struct Limits {
  std::chrono::milliseconds header_time{10'000};
  std::chrono::milliseconds body_gap_time{30'000};
  std::chrono::milliseconds body_time{300'000};
  std::chrono::milliseconds write_gap_time{60'000};
  std::chrono::milliseconds idle_time{75'000};  ///< keep-alive, between requests; 0 is no limit
  size_t max_header_bytes = size_t{32} << 10;
  size_t max_header_line_bytes = size_t{8} << 10;
  size_t max_header_fields = 100;
  size_t max_body_bytes = size_t{32} << 20;
  size_t max_buffered_bytes = size_t{256} << 10;  ///< unsent, before write() says stop
  size_t max_connections = 1024;
  /// What a connection over the limit has for a request, before it is told that it is.
  std::chrono::milliseconds over_limit_time{2'000};
};

/// A request; the head alone while `check` looks at it.
struct Request {
  std::string method;
  std::string target;  ///< origin-form or `*`, raw, query included
  int version_minor = 1;
  HeaderList headers;  ///< as received; of an absolute target the host is in `host`
  std::string body;    ///< unchunked and decompressed; trailers are dropped
  std::string peer;    ///< `127.0.0.1:5000`, or `unix`

  /// The first value of `name`, in any case, or nothing.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  [[nodiscard]] size_t count(std::string_view name) const;
  /// The target without its query.
  [[nodiscard]] std::string_view path() const;
};

/// A whole answer.
struct Response {
  int status = 200;
  HeaderList headers;  ///< content-length and connection are added, and date if it is not there
  std::string body;
  bool close = false;  ///< close the connection behind it
};

/// The way back to one request's client. Held by whoever answers; the connection outlives it.
/// Exactly one of send() or start() .. end()/abort(). Loop thread only. After the client is gone
/// every call is a harmless no-op. Dropping the last reference before an end aborts.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void send(Response response) = 0;
  /// Status line and headers of an answer of unknown length: chunked for HTTP/1.1, ended by the
  /// close for 1.0. They leave with the first write, or by flush of this turn of the loop.
  virtual void start(int status, HeaderList headers) = 0;
  /// Appends to the body. False: more than max_buffered_bytes wait; stop until on_drain. (What is
  /// written all the same is kept and sent.)
  virtual bool write(std::string_view bytes) = 0;
  virtual void end() = 0;
  /// Ends the connection behind what was written, so that the client sees that the answer is
  /// incomplete: a chunked one lacks its last chunk, one that the close would end is reset. None of
  /// the callbacks comes any more.
  virtual void abort() = 0;

  [[nodiscard]] virtual size_t buffered_bytes() const = 0;
  /// Called, after a write() that said false, each time that at most half of max_buffered_bytes
  /// waits again.
  virtual void on_drain(std::function<void()> callback) = 0;
  /// Called once if the client goes away, or is cut off for not reading, before the end.
  virtual void on_gone(std::function<void()> callback) = 0;
  /// Called once after send() or end(): the answer's last byte was given to the kernel, or the
  /// client went away before. So exactly one of on_gone and on_sent comes, but for abort().
  virtual void on_sent(std::function<void()> callback) = 0;
};

/// What a server does with requests. Must outlive it.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Sees the head before the body is read (and before `100 Continue`): a Response refuses it.
  /// `request.body` is empty.
  virtual std::optional<Response> check(const Request& request) {
    (void)request;
    return std::nullopt;
  }
  /// Whether the request is answered though its connection is one over the limit, as a probe's is;
  /// the connection closes behind it.
  virtual bool answers_over_limit(const Request& request) {
    (void)request;
    return false;
  }
  /// May answer at once or later.
  virtual void handle(Request request, std::shared_ptr<Responder> responder) = 0;
  /// The body of an error that the HTTP layer itself answers with (400, 408, 413, 414, 415, 417,
  /// 431, 501, 503, and 500 for an exception out of this class). `what` is one clause;
  /// x-request-id and content-type come from here too.
  virtual Response error(int status, std::string_view what) = 0;
  /// The same where something of the request is known: all of its head, or of a malformed one at
  /// least the method, or nothing.
  virtual Response error_for(const Request& request, int status, std::string_view what) {
    (void)request;
    return error(status, what);
  }
};

struct ListenOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 0;      ///< 0: the system picks
  std::string unix_path;  ///< instead of host and port; mode 0600; a stale socket is replaced only
                          ///< if nobody listens on it
  /// Keeps a descriptor back for the first connection that finds none left. For a server whose
  /// clients are in its own process: they wait for each other else.
  bool keeps_spare = false;
};

/// A listener and its connections on one loop.
class Server {
 public:
  /// `loop` and `handler` must outlive the server.
  Server(boost::asio::io_context& loop, Handler& handler, Limits limits);
  /// Only while none of the loops runs. Connections close and responders become no-ops, but no
  /// callback comes; stop() tells.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and listens, SO_REUSEADDR but never SO_REUSEPORT. Errors: `usage`, naming the address.
  Status listen(const ListenOptions& options);
  /// Additional loops that accepted connections are dealt to in turn (`--threads`); each must be
  /// run by a thread of its own, and has a handler of its own, called on that thread only.
  void add_loop(boost::asio::io_context& loop, Handler& handler);

  [[nodiscard]] uint16_t port() const;
  [[nodiscard]] size_t connections() const;

  /// Idle connections close, others after their answer, new ones are still accepted (so that they
  /// can be told): the handler answers them with `close`.
  void drain();
  /// Stops listening at once, and cuts every connection in the next turn of its loop.
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace proxx::http
