#include "http/pending_writes.h"

#include <boost/asio/post.hpp>
#include <iterator>
#include <utility>

namespace proxx::http {

boost::asio::execution_context::id PendingWrites::id;

PendingWrites& PendingWrites::of(boost::asio::io_context& loop) {
  return boost::asio::use_service<PendingWrites>(loop);
}

PendingWrites::PendingWrites(boost::asio::execution_context& loop)
    : service(loop), loop_(static_cast<boost::asio::io_context&>(loop)) {}

void PendingWrites::add(std::weak_ptr<void> owner, void* transport,
                        void (*write)(void* transport)) {
  writes_.push_back({std::move(owner), transport, write});
  post_run();
}

void PendingWrites::post_run() {
  if (posted_) return;
  posted_ = true;
  boost::asio::post(loop_, [this] {
    posted_ = false;
    run();
  });
}

/// The writes of one round. If one throws into the loop, the remaining ones are posted again.
struct PendingWrites::Batch {
  PendingWrites& self;
  std::vector<Write> writes;
  size_t next = 0;

  ~Batch() {
    const auto rest = writes.begin() + static_cast<ptrdiff_t>(next);
    const bool unfinished = rest != writes.end();
    std::move(rest, writes.end(), std::back_inserter(self.writes_));
    if (unfinished) self.post_run();
    writes.clear();
    if (self.writes_.empty()) self.writes_.swap(writes);  // keeps the capacity
  }
};

void PendingWrites::run() {
  Batch batch{*this, std::exchange(writes_, {})};
  while (batch.next < batch.writes.size()) {
    const Write& write = batch.writes[batch.next++];
    if (const auto alive = write.owner.lock()) write.write(write.transport);
  }
}

}  // namespace proxx::http
