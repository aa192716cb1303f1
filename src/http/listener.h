#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/server.h"

namespace proxx::http {

/// A listening socket on its loop. Out of descriptors, it pauses instead of spinning.
class Listener {
 public:
  /// Takes over `fd`, which is non-blocking and close-on-exec; `peer` as in Request.
  using OnAccept = std::function<void(int fd, std::string peer)>;

  /// As Server::listen.
  static Result<std::unique_ptr<Listener>> open(boost::asio::io_context& loop,
                                                const ListenOptions& options, OnAccept on_accept);
  /// Closes, and unlinks a Unix socket if the path still is this one.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// 0 on a Unix socket.
  [[nodiscard]] uint16_t port() const;

 private:
  struct Impl;
  explicit Listener(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace proxx::http
