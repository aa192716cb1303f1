#include "server/metrics.h"

#include <doctest/doctest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "fixture.h"

namespace proxx::server {
namespace {

RequestRecord sample(std::string model, int status) {
  RequestRecord record;
  record.endpoint = Endpoint::chat_completions;
  record.model = std::move(model);
  record.status = status;
  record.total = std::chrono::milliseconds(700);
  return record;
}

/// Text format 0.0.4: every sample belongs to a declared family, and none stands twice.
void check_exposition(const std::string& text) {
  static const std::regex kSample(
      R"re(([a-z_]+)(\{[a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*\})? -?[0-9.e+-]+)re");
  std::set<std::string> families;
  std::set<std::string> seen;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    if (line.rfind("# TYPE ", 0) == 0) {
      CHECK(families.insert(line.substr(7, line.find(' ', 7) - 7)).second);
    }
    if (line[0] == '#') continue;
    std::smatch match;
    REQUIRE(std::regex_match(line, match, kSample));
    CHECK(seen.insert(line.substr(0, line.rfind(' '))).second);
    const std::string family =
        std::regex_replace(match[1].str(), std::regex("_(bucket|sum|count)$"), "");
    CHECK((families.count(family) == 1 || families.count(match[1].str()) == 1));
  }
  CHECK(text.back() == '\n');
}

TEST_CASE("requests count by endpoint, model and status") {
  const ModelTable models;
  Metrics metrics(models);
  metrics.observe(sample("claude-sonnet-5-5", 200));
  metrics.observe(sample("claude-sonnet-5-5", 200));
  metrics.observe(sample("", 401));
  const std::string text = metrics.text({});
  check_exposition(text);
  CHECK(has(text,
            "proxx_requests_total{endpoint=\"/v1/chat/completions\","
            "model=\"claude-sonnet-5-5\",status=\"200\"} 2\n"));
  CHECK(has(text, "model=\"\",status=\"401\"} 1\n"));
  CHECK(has(text, "proxx_build_info{version=\""));
}

TEST_CASE("the model label is bounded: what the table lacks is `other`") {
  const ModelTable models;
  Metrics metrics(models);
  for (int i = 0; i < 1'000; ++i) metrics.observe(sample("made-up-" + std::to_string(i), 404));
  const std::string text = metrics.text({});
  check_exposition(text);
  CHECK(has(text, "model=\"other\",status=\"404\"} 1000\n"));
  CHECK_FALSE(has(text, "made-up"));
  CHECK(text.size() < 10'000);
}

TEST_CASE("a configured id is escaped in its label") {
  ModelTable models;
  Model model;
  model.id = "my \"own\\\nmodel";
  models.put(model);
  Metrics metrics(models);
  metrics.observe(sample(model.id, 200));
  check_exposition(metrics.text({}));
  CHECK(has(metrics.text({}), R"(model="my \"own\\\nmodel")"));
}

TEST_CASE("latencies are cumulative histograms") {
  const ModelTable models;
  Metrics metrics(models);
  RequestRecord record = sample("claude-sonnet-5-5", 200);
  record.first = std::chrono::milliseconds(80);
  metrics.observe(record);
  metrics.observe(sample("claude-sonnet-5-5", 500));
  const std::string text = metrics.text({});
  check_exposition(text);
  const std::string name =
      "proxx_request_duration_seconds_bucket{endpoint=\"/v1/chat/completions\",";
  CHECK(has(text, name + "le=\"0.5\"} 0\n"));
  CHECK(has(text, name + "le=\"1\"} 2\n"));
  CHECK(has(text, name + "le=\"+Inf\"} 2\n"));
  CHECK(has(text, "proxx_request_duration_seconds_sum{endpoint=\"/v1/chat/completions\"} 1.4\n"));
  CHECK(
      has(text, "proxx_time_to_first_token_seconds_count{endpoint=\"/v1/chat/completions\"} 1\n"));
}

TEST_CASE("tokens, upstream errors, cancellations and open streams are counted") {
  const ModelTable models;
  Metrics metrics(models);
  RequestRecord record = sample("claude-sonnet-5-5", kClientGone);
  record.tokens = TokenCounts{10, 5, 3, 2, 1};
  record.error = ErrorKind::upstream_timeout;
  metrics.observe(record);
  metrics.stream_opened();
  const std::string text = metrics.text({});
  check_exposition(text);
  CHECK(has(text, "proxx_tokens_total{kind=\"input\",model=\"claude-sonnet-5-5\"} 10\n"));
  CHECK(has(text, "proxx_tokens_total{kind=\"reasoning\",model=\"claude-sonnet-5-5\"} 1\n"));
  CHECK(has(text, "proxx_upstream_errors_total{kind=\"timeout\"} 1\n"));
  CHECK(has(text, "proxx_cancellations_total 1\n"));
  CHECK(has(text, "proxx_open_streams 1\n"));
}

TEST_CASE("/metrics is there only if asked for, and needs a key where auth_file is set") {
  Harness off;
  CHECK(off.ask(request_of("GET", "/metrics"))->status == 404);

  ServiceOptions options = own_key_options();
  options.metrics = true;
  Harness open(options);
  const auto client = open.ask(request_of("GET", "/metrics"));
  CHECK(client->status == 200);
  CHECK(client->header("content-type") == kMetricsType);
  check_exposition(client->body);

  options.keys.accepted = {"sk-client"};
  Harness closed(options);
  CHECK(closed.ask(request_of("GET", "/metrics"))->status == 401);
  CHECK(
      closed.ask(request_of("GET", "/metrics", {{"authorization", "Bearer sk-client"}}))->status ==
      200);
}

}  // namespace
}  // namespace proxx::server
