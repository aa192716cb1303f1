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
  /// Instead of start(): 503 for a request that the handler does not answer over the limit of
  /// connections, or for none in time, and the close behind any.
  virtual void start_over_limit() = 0;
  /// Closes if between requests. Otherwise the answer says `connection: close` by `draining`.
  virtual void drain() = 0;
  /// Closes at once, telling whoever is answering.
  virtual void cut() = 0;
  /// Closes at once, telling nobody.
  virtual void drop() = 0;
};

/// What all connections of a server share.
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
