#include <doctest/doctest.h>

#include <random>

#include "cli/half_price/run.h"
#include "half_simulation.h"

using namespace proxx;
using namespace proxx::cli;
using namespace proxx::test;

namespace {

constexpr int64_t kForever = int64_t{1} << 40;

struct Case {
  const char* name;
  Faults faults;
};

std::vector<Case> cases() {
  std::vector<Case> out{{"none", {}}};
  const auto add = [&](const char* name, auto set) {
    Faults faults;
    set(faults);
    out.push_back({name, faults});
  };
  add("lost", [](Faults& f) { f.lose_answer = 1; });
  add("lost, and the list lags", [](Faults& f) { f.lose_answer = 1, f.lag_s = 100; });
  add("refused now and then", [](Faults& f) { f.refuse = 0.4; });
  add("404 now and then", [](Faults& f) { f.not_found = 0.3; });
  add("cut", [](Faults& f) { f.cut_results = 0.5; });
  add("repeated results", [](Faults& f) { f.repeat_results = true; });
  add("results of others among ours", [](Faults& f) { f.foreign_results = true; });
  add("a short queue", [](Faults& f) { f.max_waiting = 7; });
  add("small batches only", [](Faults& f) { f.max_bytes = 700; });
  add("another host's URL", [](Faults& f) { f.other_host = true; });
  add("unreachable now and then", [](Faults& f) { f.unreachable = 0.05; });
  return out;
}

}  // namespace

TEST_CASE(
    "half price: whatever the upstream does and wherever it is killed, no line twice, none lost") {
  for (const Case& each : cases()) {
    CAPTURE(std::string(each.name));
    bool whole = false;
    int64_t steps = 0;
    // Killed at every step in turn, until a run needs no more steps than it may have.
    for (; !whole; ++steps) {
      CAPTURE(steps);
      Simulation simulation(12, each.faults, static_cast<uint64_t>(steps) + 1);
      simulation.options.max_items = 5;
      whole = simulation.run(steps) && simulation.end;
      for (int more = 0; more < 20 && !simulation.end; ++more) simulation.run(kForever);
      REQUIRE_MESSAGE(simulation.end, simulation.end.error().message);
      CHECK(*simulation.end == HalfEnd::complete);
      REQUIRE(simulation.each_once());
      REQUIRE(simulation.none_sent_twice());
    }
    CHECK(steps > 20);
  }
}

TEST_CASE("half price: killed up to three times at random under all faults at once") {
  std::mt19937_64 random(7);
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    Faults faults;
    faults.lose_answer = 0.3;
    faults.not_found = 0.1;
    faults.cut_results = 0.3;
    faults.lag_s = static_cast<int64_t>(random() % 120);
    Simulation simulation(9, faults, seed);
    simulation.options.max_items = 4;
    for (int kill = 0; kill < 3; ++kill) simulation.run(static_cast<int64_t>(random() % 60));
    for (int more = 0; more < 20 && !simulation.end; ++more) simulation.run(kForever);
    REQUIRE_MESSAGE(simulation.end, simulation.end.error().message);
    REQUIRE(simulation.each_once());
    std::string told;
    for (const auto& record : simulation.store.records) told += record + "\n";
    CAPTURE(told);
    REQUIRE(simulation.none_sent_twice());
  }
}

TEST_CASE("half price: results that are cut at every byte, shuffled, come out as they should") {
  const auto lines_of = [](const std::string& text) {
    std::set<std::string> lines;
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find('\n', at);
      std::string line = text.substr(at, end - at);
      // The time of the answer aside.
      const size_t created = line.find("\"created\":");
      if (created != std::string::npos) line.erase(created, line.find(',', created) - created);
      lines.insert(line);
      at = end + 1;
    }
    return lines;
  };
  Simulation whole(3, {});
  REQUIRE(whole.run(kForever));
  const auto want = lines_of(whole.output());
  REQUIRE(want.size() == 3);
  for (size_t cut = 0; cut < 900; ++cut) {
    CAPTURE(cut);
    Simulation simulation(3, {}, cut + 1);
    simulation.upstream.cut_at = cut;
    REQUIRE(simulation.run(kForever));
    REQUIRE(simulation.end);
    REQUIRE(lines_of(simulation.output()) == want);
  }
}

TEST_CASE("half price: another's batch of the same size is not taken for ours in the end") {
  Faults faults;
  faults.foreign_batches = true;
  faults.lose_answer = 1;
  Simulation simulation(4, faults);
  REQUIRE(simulation.run(kForever));
  // Two candidates: the user is asked.
  REQUIRE_FALSE(simulation.end);
  CHECK(simulation.end.error().message.find("--adopt ID") != std::string::npos);
  // The wrong one is found out by its results, and what is left is ours.
  simulation.options.adopt = "msgbatch_1";
  REQUIRE(simulation.run(kForever));
  simulation.options.adopt.clear();
  REQUIRE_MESSAGE(simulation.end, simulation.end.error().message);
  CHECK(simulation.each_once());
  CHECK(simulation.none_sent_twice());
}

TEST_CASE("half price: a key of another workspace sends nothing and gives nothing up") {
  Faults faults;
  faults.max_waiting = 5;
  Simulation simulation(12, faults);
  simulation.options.max_items = 5;
  simulation.options.no_wait = true;
  REQUIRE(simulation.run(kForever));
  REQUIRE(simulation.end);
  CHECK(*simulation.end == HalfEnd::not_finished);
  CHECK(simulation.upstream.batches() == 1);
  simulation.options.no_wait = false;
  simulation.upstream.other_key = true;
  REQUIRE(simulation.run(kForever));
  REQUIRE_FALSE(simulation.end);
  CHECK(simulation.end.error().kind == ErrorKind::unauthorized);
  CHECK(simulation.upstream.batches() == 1);
  CHECK(simulation.output_ids().empty());
  simulation.upstream.other_key = false;
  REQUIRE(simulation.run(kForever));
  REQUIRE_MESSAGE(simulation.end, simulation.end.error().message);
  CHECK(simulation.each_once());
  CHECK(simulation.none_sent_twice());
}

TEST_CASE("half price: a key of another workspace does not settle a doubt") {
  int doubts = 0;
  for (int64_t steps = 0;; ++steps) {
    CAPTURE(steps);
    Simulation simulation(8, {});
    simulation.options.max_items = 4;
    if (simulation.run(steps)) break;
    const bool doubt =
        !simulation.store.records.empty() &&
        simulation.store.records.back().find(R"("do":"intent","n":2)") != std::string::npos;
    if (!doubt) continue;
    ++doubts;
    simulation.upstream.other_key = true;
    REQUIRE(simulation.run(kForever));
    REQUIRE_FALSE(simulation.end);
    simulation.upstream.other_key = false;
    REQUIRE(simulation.run(kForever));
    REQUIRE_MESSAGE(simulation.end, simulation.end.error().message);
    CHECK(simulation.each_once());
    CHECK(simulation.none_sent_twice());
  }
  CHECK(doubts > 1);
}

TEST_CASE("half price: what runs is collected though the upstream takes no more") {
  for (const int status : {400, 401, 403}) {
    CAPTURE(status);
    Faults faults;
    faults.max_waiting = 4;
    Simulation simulation(6, faults);
    simulation.options.max_items = 4;
    simulation.options.no_wait = true;
    REQUIRE(simulation.run(kForever));
    simulation.upstream.refuse_creations = status;
    simulation.upstream.wait(std::chrono::hours(1));
    REQUIRE(simulation.run(kForever));
    REQUIRE_FALSE(simulation.end);
    CHECK(simulation.end.error().http_status == status);
    CHECK(simulation.output_ids().size() == 4);
  }
}

TEST_CASE(
    "half price: a line that is refused as its batch is created does not take others with it") {
  Faults faults;
  faults.refused_line = 3;
  Simulation simulation(5, faults);
  REQUIRE(simulation.run(kForever));
  REQUIRE_MESSAGE(simulation.end, simulation.end.error().message);
  CHECK(simulation.each_once());
  CHECK(simulation.upstream.sent_lines().size() == 4);
  CHECK(simulation.output().find(R"("custom_id":"id-3","response":{"status_code":400)") !=
        std::string::npos);
}

TEST_CASE(
    "half price: counting the first line's tokens stops a run that would fail, and no other") {
  struct Row {
    HalfAnswer answer;
    bool goes_on;
  };
  const std::string extra = "output_config: Extra inputs are not permitted";
  const Row rows[] = {
      {SimUpstream::refusal(405, "Method Not Allowed"), true},
      {SimUpstream::refusal(404, "Not found", "", "not_found"), true},
      {SimUpstream::refusal(400, extra, "output_config"), true},
      {SimUpstream::refusal(404, "model: x", "model", "model_not_found"), false},
      {SimUpstream::refusal(400, "tools.0.x: Extra inputs are not permitted", "tools.0.x"), false},
      {SimUpstream::refusal(400, "max_tokens: too many", "max_tokens"), false},
      {SimUpstream::refusal(401, "invalid x-api-key"), false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.answer.error->message);
    Simulation simulation(3, {});
    simulation.upstream.counted = row.answer;
    REQUIRE(simulation.run(kForever));
    CHECK(bool(simulation.end) == row.goes_on);
    CHECK(simulation.upstream.batches() == (row.goes_on ? 1 : 0));
  }
}

TEST_CASE("half price: a 404 now and then does not make answers that are paid for gone") {
  Simulation simulation(4, {});
  simulation.options.no_wait = true;
  REQUIRE(simulation.run(kForever));
  for (int look = 0; look < 3; ++look) {
    simulation.upstream.wait(std::chrono::minutes(20));
    simulation.upstream.no_results = true;
    REQUIRE(simulation.run(kForever));
    REQUIRE(simulation.end);
    CHECK(*simulation.end == HalfEnd::not_finished);
  }
  simulation.upstream.no_results = false;
  REQUIRE(simulation.run(kForever));
  REQUIRE(simulation.end);
  CHECK(*simulation.end == HalfEnd::complete);
  CHECK(simulation.output().find("results_gone") == std::string::npos);
  // For good it is another matter.
  Simulation other(4, {});
  other.upstream.no_results = true;
  REQUIRE(other.run(kForever));
  REQUIRE(other.end);
  CHECK(other.each_once());
  CHECK(other.output().find("results_gone") != std::string::npos);
}

TEST_CASE("half price: a line that alone is too large becomes an error line") {
  Faults faults;
  faults.max_bytes = 20;
  Simulation simulation(3, faults);
  REQUIRE(simulation.run(kForever));
  REQUIRE(simulation.end);
  CHECK(simulation.each_once());
  CHECK(simulation.upstream.batches() == 0);
}

TEST_CASE("half price: every outcome of an item has its line") {
  Simulation simulation(4, {});
  simulation.upstream.result_of = [](const std::string& id) -> std::string {
    if (id == "id-2") return R"({"type":"expired"})";
    if (id == "id-3") return R"({"type":"canceled"})";
    if (id == "id-4") {
      return R"({"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: too many"}}})";
    }
    return R"({"type":"errored","error":{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}})";
  };
  REQUIRE(simulation.run(kForever));
  REQUIRE(simulation.end);
  const std::string output = simulation.output();
  for (const char* part :
       {R"("custom_id":"id-1","response":{"status_code":503)", R"("code":"batch_expired")",
        R"("code":"batch_cancelled")", R"("custom_id":"id-4","response":{"status_code":400)"}) {
    CAPTURE(part);
    CHECK(output.find(part) != std::string::npos);
  }
}
