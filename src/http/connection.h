#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>

#include "http/server.h"

namespace proxx::http {

/// One accepted connection, from its first byte to its close. Loop thread only.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void start() = 0;
  /// Called instead of start() over the limit of connections: answers 503, unless the handler
  /// allows this request even then, and closes. Also if no request comes in time.
  virtual void start_over_limit() = 0;
  /// Closes now if between requests; otherwise after the answer, which says `connection: close`.
  virtual void drain() = 0;
  /// Closes at once and notifies the handler that is answering.
  virtual void cut() = 0;
  /// Closes at once without notifying anyone.
  virtual void drop() = 0;
};

/// State shared by all connections of a server.
struct ServerState {
  const Limits limits;
  std::atomic<size_t> open{0};
  std::atomic<bool> draining{false};
};

/// The connections of one loop; they remove themselves as they close.
struct ConnectionSet {
  ServerState& state;
  boost::asio::io_context& loop;
  Handler& handler;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> open = {};
};

/// Takes over `fd` and joins `set`, which must outlive the open connection.
std::shared_ptr<Connection> add_connection(ConnectionSet& set, int fd, std::string peer);

}  // namespace proxx::http
