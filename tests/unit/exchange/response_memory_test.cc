#include "exchange/response_memory.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

// What is remembered of responses: for whom, for how long, and at what cost
// (docs/mapping-responses.md 4.9).

namespace proxx {
namespace {

using std::chrono::minutes;

constexpr size_t kMiB = size_t{1} << 20;

struct Remembering {
  explicit Remembering(size_t max_bytes)
      : memory(max_bytes, ResponseMemory::kMaxAge, [this] { return now; }) {}
  ResponseMemory::Clock::time_point now{};
  ResponseMemory memory;
};

PastItem item(const std::string& id, size_t bytes = 10) {
  return {id, R"({"id":")" + id + R"(","text":")" + std::string(bytes, 'x') + "\"}"};
}

/// A response `id` to `input`, which says `output`.
bool respond(PastResponses& past, const std::string& previous, std::vector<PastItem> input,
             const std::string& id, std::vector<PastItem> output) {
  const uint64_t begun = past.begin(previous, std::move(input));
  return begun != 0 && past.finish(begun, id, std::move(output));
}

bool respond(PastResponses& past, const std::string& id, size_t bytes = 10) {
  return respond(past, "", {item("in_" + id, bytes)}, id, {item("out_" + id)});
}

}  // namespace

TEST_CASE("a response is its conversation, the answer last, and a chain is all of it") {
  Remembering r(kMiB);
  const auto past = r.memory.of("key");
  REQUIRE(past);
  CHECK(respond(*past, "", {item("a"), item("b")}, "one", {item("c")}));
  CHECK(respond(*past, "one", {item("d")}, "two", {item("e")}));
  CHECK(past->conversation("one") == item("a").json + ',' + item("b").json + ',' + item("c").json);
  CHECK(past->conversation("two") ==
        *past->conversation("one") + ',' + item("d").json + ',' + item("e").json);
  CHECK(past->item("d") == item("d").json);
  CHECK_FALSE(past->conversation("three"));
  CHECK_FALSE(past->conversation(""));
  CHECK_FALSE(past->item(""));
  // Nothing but what was said before: an empty input, and an answer without items.
  CHECK(respond(*past, "two", {}, "three", {}));
  CHECK(past->conversation("three") == past->conversation("two"));
}

TEST_CASE("what began and did not end is no response, and is forgotten") {
  Remembering r(kMiB);
  const auto past = r.memory.of("key");
  const uint64_t begun = past->begin("", {item("a")});
  REQUIRE(begun != 0);
  CHECK(r.memory.use().responses == 0);
  past->forget(begun);
  CHECK(r.memory.use().bytes == 0);
  CHECK_FALSE(past->finish(begun, "one", {}));
  past->forget(begun);
  CHECK_FALSE(past->conversation("one"));
  CHECK_FALSE(past->item("a"));
  CHECK(past->begin("unknown", {item("a")}) == 0);
  CHECK(r.memory.use().bytes == 0);
}

TEST_CASE("one credential knows nothing of another's") {
  Remembering r(kMiB);
  const auto one = r.memory.of("one");
  const auto two = r.memory.of("two");
  CHECK(respond(*one, "same"));
  CHECK_FALSE(two->conversation("same"));
  CHECK_FALSE(two->item("out_same"));
  CHECK(two->begin("same", {}) == 0);
  CHECK(respond(*two, "", {item("other")}, "same", {}));
  CHECK(two->conversation("same") == item("other").json);
  CHECK(one->conversation("same") == item("in_same").json + ',' + item("out_same").json);
  CHECK(r.memory.of("one")->conversation("same"));
}

TEST_CASE("of two responses or items with one id the newer counts") {
  Remembering r(kMiB);
  const auto past = r.memory.of("key");
  CHECK(respond(*past, "", {item("a", 1)}, "one", {}));
  CHECK(respond(*past, "", {item("a", 2)}, "one", {}));
  CHECK(past->conversation("one") == item("a", 2).json);
  CHECK(past->item("a") == item("a", 2).json);
  CHECK(r.memory.use().responses == 1);
  // Also one that goes on from itself.
  CHECK(respond(*past, "one", {item("b")}, "one", {}));
  CHECK(past->conversation("one") == item("a", 2).json + ',' + item("b").json);
}

TEST_CASE("an hour after its last use a response is forgotten") {
  Remembering r(kMiB);
  const auto past = r.memory.of("key");
  CHECK(respond(*past, "used"));
  CHECK(respond(*past, "idle"));
  CHECK(respond(*past, "by_item"));
  r.now += minutes(59);
  CHECK(past->conversation("used"));
  CHECK(past->item("out_by_item"));
  r.now += minutes(1);
  CHECK(past->conversation("used"));
  CHECK(past->conversation("by_item"));
  CHECK_FALSE(past->conversation("idle"));
  CHECK_FALSE(past->item("out_idle"));
  // Without any request.
  r.now += minutes(60);
  r.memory.forget_old();
  CHECK(r.memory.use().bytes == 0);
  CHECK(r.memory.use().responses == 0);
}

TEST_CASE("when it is full, the least recently used goes first") {
  Remembering r(10'000);
  const auto past = r.memory.of("key");
  CHECK(respond(*past, "a", 2000));
  CHECK(respond(*past, "b", 2000));
  CHECK(respond(*past, "c", 2000));
  CHECK(past->conversation("a"));
  for (int i = 0; i < 2; ++i) CHECK(respond(*past, "d" + std::to_string(i), 1500));
  CHECK(past->conversation("a"));
  CHECK_FALSE(past->conversation("b"));
  CHECK(r.memory.use().bytes <= 10'000);
  r.memory.set_max_bytes(0);
  CHECK(r.memory.use().bytes == 0);
  CHECK_FALSE(r.memory.of("key"));
  CHECK(past->begin("", {item("x")}) == 0);
  r.memory.set_max_bytes(kMiB);
  CHECK(respond(*past, "again"));
}

TEST_CASE("a busy credential pushes out its own, not what others have") {
  Remembering r(kMiB);
  const auto quiet = r.memory.of("quiet");
  const auto busy = r.memory.of("busy");
  CHECK(respond(*quiet, "quiet", kMiB / 8));
  for (int i = 0; i < 100; ++i) {
    r.now += std::chrono::seconds(1);
    CHECK(respond(*busy, "busy_" + std::to_string(i), kMiB / 8));
  }
  CHECK(quiet->conversation("quiet"));
  CHECK(busy->conversation("busy_99"));
  CHECK(busy->conversation("busy_95"));
  CHECK_FALSE(busy->conversation("busy_90"));
  CHECK(r.memory.use().bytes <= kMiB);

  // Who has less than its share takes room of the others, and one long conversation may be more
  // than a share.
  CHECK(respond(*quiet, "short", kMiB / 8));
  CHECK(quiet->conversation("quiet"));
  const auto third = r.memory.of("third");
  CHECK(respond(*third, "long", kMiB / 2));
  CHECK(third->conversation("long"));
  CHECK(quiet->conversation("quiet"));
  CHECK(r.memory.use().bytes <= kMiB);
}

TEST_CASE("what is too long is not kept and pushes nothing out") {
  Remembering r(10'000);
  const auto past = r.memory.of("key");
  CHECK(respond(*past, "small"));
  CHECK(past->begin("", {item("huge", 20'000)}) == 0);
  CHECK(past->conversation("small"));
  // An answer that makes it too long goes, whatever else there is.
  const uint64_t begun = past->begin("", {item("a")});
  CHECK_FALSE(past->finish(begun, "long", {item("huge", 20'000)}));
  CHECK(r.memory.use().bytes <= 10'000);
  CHECK_FALSE(past->conversation("long"));
}

TEST_CASE("a stream that waits is forgotten when others need the room") {
  Remembering r(10'000);
  const auto past = r.memory.of("key");
  const uint64_t begun = past->begin("", {item("a", 4000)});
  for (int i = 0; i < 4; ++i) CHECK(respond(*past, std::to_string(i), 3000));
  CHECK_FALSE(past->finish(begun, "late", {}));
}

TEST_CASE("a conversation that grows costs what it grew by, however it is sent") {
  constexpr size_t kTurns = 400;
  constexpr size_t kItemBytes = 1000;
  const auto grown = [&](bool whole) {
    ResponseMemory memory(64 * kMiB);
    const auto past = memory.of("key");
    std::vector<PastItem> history;
    std::vector<size_t> bytes;
    std::string previous;
    for (size_t turn = 0; turn < kTurns; ++turn) {
      const std::string n = std::to_string(turn);
      history.push_back(item("in" + n, kItemBytes));
      const std::vector<PastItem> input = whole ? history : std::vector{history.back()};
      CHECK(respond(*past, whole ? "" : previous, input, n, {item("out" + n, kItemBytes)}));
      history.push_back(item("out" + n, kItemBytes));
      previous = n;
      bytes.push_back(memory.use().bytes);
    }
    CHECK(memory.use().responses == kTurns);
    CHECK(past->conversation("0")->size() < 3 * kItemBytes);
    // Not more a turn at the end than at the beginning, and no more than half again of its text.
    const size_t first = bytes[kTurns / 2] - bytes[0];
    const size_t second = bytes[kTurns - 1] - bytes[kTurns / 2 - 1];
    CHECK(second <= first + first / 100);
    CHECK(memory.use().bytes < kTurns * 2 * (kItemBytes + kItemBytes / 2 + 512));
    memory.set_max_bytes(0);
    CHECK(memory.use().bytes == 0);
    return bytes.back();
  };
  const size_t chained = grown(false);
  CHECK(grown(true) == chained);
}

TEST_CASE("a window that moves holds each item once") {
  ResponseMemory memory(64 * kMiB);
  const auto past = memory.of("key");
  std::vector<PastItem> window;
  for (int turn = 0; turn < 100; ++turn) {
    window.push_back(item("i" + std::to_string(turn), 10'000));
    if (window.size() > 50) window.erase(window.begin());
    CHECK(respond(*past, "", window, std::to_string(turn), {}));
  }
  CHECK(memory.use().bytes < 100 * 11'000 + 5000 * 150);
}

TEST_CASE("a chain of a hundred thousand turns is forgotten without recursion") {
  ResponseMemory memory(256 * kMiB);
  const auto past = memory.of("key");
  std::vector<PastItem> items;
  for (int i = 0; i < 100'000; ++i) items.push_back(item(std::to_string(i), 1));
  CHECK(respond(*past, "", std::move(items), "long", {}));
  memory.set_max_bytes(0);
  CHECK(memory.use().bytes == 0);
}

TEST_CASE("threads share it") {
  ResponseMemory memory(200'000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&memory, t] {
      const auto past = memory.of("key" + std::to_string(t % 2));
      for (int i = 0; i < 500; ++i) {
        const std::string id = std::to_string(i % 50);
        (void)respond(*past, i % 3 == 0 ? "" : std::to_string(i % 7), {item("x" + id, 500)}, id,
                      {item("y" + id)});
        (void)past->conversation(id);
        (void)past->item("x" + id);
        if (i % 100 == 0) memory.forget_old();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(memory.use().bytes <= 200'000);
}

}  // namespace proxx
