#include "http/server.h"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "http/connection.h"
#include "http/listener.h"

namespace proxx::http {
namespace {

namespace asio = boost::asio;

/// So many connections over the limit are told 503, or answered a probe, at a time; more are just
/// closed.
constexpr size_t kRefusalsAtOnce = 64;

/// A copy, because connections leave the set as they close.
template <class Action>
void for_each_connection(const ConnectionSet& set, Action action) {
  const auto open = set.open;
  for (const auto& [key, connection] : open) action(*connection);
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& loop_arg, Handler& handler, Limits limits)
      : loop(loop_arg), state{limits} {
    add_set(loop_arg, handler);
  }

  void add_set(asio::io_context& set_loop, Handler& handler) {
    sets.push_back(std::unique_ptr<ConnectionSet>(new ConnectionSet{state, set_loop, handler}));
  }
  void admit(int fd, std::string peer);

  /// `action` for each connection, on its own loop.
  template <class Action>
  void tell_all(Action action);

  asio::io_context& loop;
  ServerState state;
  std::vector<std::unique_ptr<ConnectionSet>> sets;
  size_t next_set = 0;
  std::unique_ptr<Listener> listener;
  std::atomic<bool> stopped{false};
};

void Server::Impl::admit(int fd, std::string peer) {
  const size_t open = ++state.open;
  const size_t limit = state.limits.max_connections;
  if (open > limit + kRefusalsAtOnce) {
    --state.open;
    ::close(fd);
    return;
  }
  const bool over_limit = open > limit;
  ConnectionSet& set = *sets[next_set++ % sets.size()];
  auto begin = [&set, fd, over_limit, peer = std::move(peer)]() mutable {
    const auto connection = add_connection(set, fd, std::move(peer));
    over_limit ? connection->start_over_limit() : connection->start();
  };
  if (&set.loop == &loop) return begin();
  asio::post(set.loop,
             [self = shared_from_this(), begin = std::move(begin)]() mutable { begin(); });
}

template <class Action>
void Server::Impl::tell_all(Action action) {
  for (const auto& set : sets) {
    asio::post(set->loop, [self = shared_from_this(), set = set.get(), action] {
      for_each_connection(*set, action);
    });
  }
}

Server::Server(asio::io_context& loop, Handler& handler, Limits limits)
    : impl_(std::make_shared<Impl>(loop, handler, limits)) {}

Server::~Server() {
  impl_->stopped = true;
  impl_->listener.reset();
  for (const auto& set : impl_->sets)
    for_each_connection(*set, [](Connection& connection) { connection.drop(); });
}

Status Server::listen(const ListenOptions& options) {
  PROXX_ASSIGN(impl_->listener,
               Listener::open(impl_->loop, options, [impl = impl_.get()](int fd, std::string peer) {
                 impl->admit(fd, std::move(peer));
               }));
  return {};
}

void Server::add_loop(asio::io_context& loop, Handler& handler) {
  impl_->add_set(loop, handler);
}

uint16_t Server::port() const {
  return impl_->listener ? impl_->listener->port() : 0;
}

size_t Server::connections() const {
  return impl_->state.open;
}

void Server::drain() {
  impl_->state.draining = true;
  impl_->tell_all([](Connection& connection) { connection.drain(); });
}

void Server::stop() {
  impl_->stopped = true;
  impl_->listener.reset();
  impl_->tell_all([](Connection& connection) { connection.cut(); });
}

}  // namespace proxx::http
