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
  if (!held_) post_run();
}

void PendingWrites::post_run() {
  if (posted_) return;
  posted_ = true;
  boost::asio::post(loop_, [this] {
    posted_ = false;
    run();
  });
}

void PendingWrites::run() {
  held_ = false;
  std::vector<Write> writes = std::exchange(writes_, {});
  size_t next = 0;
  // Also when one throws into the loop: the others are written.
  struct Rest {
    PendingWrites& self;
    std::vector<Write>& writes;
    size_t& next;
    ~Rest() {
      if (next == writes.size()) return;
      const auto first = writes.begin() + static_cast<ptrdiff_t>(next);
      std::move(first, writes.end(), std::back_inserter(self.writes_));
      self.post_run();
    }
  } rest{*this, writes, next};
  while (next < writes.size()) {
    const Write& write = writes[next++];
    if (const auto alive = write.owner.lock()) write.write(write.transport);
  }
  if (!writes_.empty()) return;
  writes.clear();
  next = 0;
  writes_.swap(writes);
}

}  // namespace proxx::http
