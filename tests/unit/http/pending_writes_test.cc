#include "http/pending_writes.h"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace proxx::http {
namespace {

struct Writer {
  char name;
  std::string& log;
  PendingWrites* again = nullptr;  ///< adds itself once more
  bool throws = false;
  std::shared_ptr<int> owner = std::make_shared<int>();
};

void write(void* transport) {
  auto& writer = *static_cast<Writer*>(transport);
  writer.log += writer.name;
  if (writer.throws) throw std::runtime_error("a failed write");
  if (PendingWrites* const again = std::exchange(writer.again, nullptr)) {
    again->add(writer.owner, &writer, write);
  }
}

struct Fixture {
  boost::asio::io_context loop;
  PendingWrites& writes = PendingWrites::of(loop);
  std::string log;
  Writer a{'a', log};
  Writer b{'b', log};

  void add(Writer& writer) { writes.add(writer.owner, &writer, write); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what waits is written by the loop, once, behind what is ready") {
  CHECK(&PendingWrites::of(loop) == &writes);
  add(a);
  add(b);
  boost::asio::post(loop, [&] { log += '.'; });
  CHECK(log.empty());
  loop.run();
  CHECK(log == "ab.");
}

TEST_CASE_FIXTURE(Fixture, "a write that adds its transport again runs in the round after") {
  a.again = &writes;
  add(a);
  CHECK(loop.poll_one() == 1);
  CHECK(log == "a");
  loop.run();
  CHECK(log == "aa");
}

TEST_CASE_FIXTURE(Fixture, "whose owner is gone is not written") {
  add(a);
  add(b);
  a.owner.reset();
  loop.run();
  CHECK(log == "b");
}

TEST_CASE_FIXTURE(Fixture, "one that throws does not keep the others from being written") {
  a.throws = true;
  add(a);
  add(b);
  CHECK_THROWS_AS(loop.run(), std::runtime_error);
  CHECK(log == "a");
  loop.run();
  CHECK(log == "ab");
}

}  // namespace proxx::http
