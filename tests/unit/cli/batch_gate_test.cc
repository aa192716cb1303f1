#include <doctest/doctest.h>

#include "cli/batch/gate.h"

using namespace std::chrono_literals;
using proxx::cli::Gate;

TEST_CASE("B10: the gate is open until somebody is told to wait") {
  const Gate gate;
  const Gate::Time now = Gate::Time() + 1h;
  CHECK(gate.opening(now, 0.9) == now);
}

TEST_CASE("B10: nobody starts before the time, and not all at once") {
  Gate gate;
  const Gate::Time now = Gate::Time() + 1h;
  gate.hold(now, now + 8s);
  CHECK(gate.opening(now, 0) == now + 8s);
  CHECK(gate.opening(now + 1s, 0.5) == now + 9s);
  CHECK(gate.opening(now + 7s, 0.999) < now + 10s);
  CHECK(gate.opening(now + 8s, 0.5) == now + 8s);
  CHECK(gate.opening(now + 9s, 0.5) == now + 9s);
}

TEST_CASE("B10: the latest time counts; short waits are spread too") {
  Gate gate;
  const Gate::Time now = Gate::Time() + 1h;
  gate.hold(now, now + 100ms);
  CHECK(gate.opening(now, 0.5) == now + 150ms);
  gate.hold(now, now + 4s);
  gate.hold(now, now + 1s);
  CHECK(gate.opening(now, 0) == now + 4s);
}
