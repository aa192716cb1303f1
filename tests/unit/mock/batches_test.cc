#include "mock/batches.h"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mock/batch_scenarios.h"
#include "mock/scenarios/scenarios.h"
#include "unit/mock/mock_test_support.h"

namespace proxx::mock {
namespace {

using Json = nlohmann::ordered_json;

/// The API without a server.
class Api {
 public:
  explicit Api(const std::string& script = "", int time_ms = 0)
      : batches_({script, std::chrono::milliseconds(time_ms)}) {}

  Answer ask(const std::string& method, const std::string& path, const std::string& body = "") {
    http::Request request;
    request.method = method;
    request.target = "/v1/messages/batches" + path;
    request.headers = good_headers();
    request.headers.emplace_back("host", "127.0.0.1:1");
    request.body = body;
    return batches_.answer(request, ++number_);
  }
  static std::string text(Answer answer) {
    std::string out;
    for (const std::string& piece : answer.pieces) out += piece;
    for (std::string piece; answer.more && !(piece = answer.more()).empty();) out += piece;
    return out;
  }
  Json json(const std::string& method, const std::string& path, const std::string& body = "") {
    return Json::parse(text(ask(method, path, body)));
  }
  /// The lines of a batch's results, by custom_id.
  std::vector<Json> results(const std::string& id) {
    std::vector<Json> out;
    const std::string all = text(ask("GET", "/" + id + "/results"));
    for (size_t at = 0; at < all.size();) {
      const size_t end = all.find('\n', at);
      out.push_back(Json::parse(all.substr(at, end - at)));
      at = end + 1;
    }
    return out;
  }

 private:
  Batches batches_;
  uint64_t number_ = 0;
};

std::string items(const std::vector<std::pair<std::string, std::string>>& each) {
  Json requests = Json::array();
  for (const auto& [id, members] : each) {
    requests.push_back({{"custom_id", id}, {"params", request_for("claude-sonnet-5-5", members)}});
  }
  return Json{{"requests", requests}}.dump();
}

}  // namespace

TEST_CASE("half price: the mock refuses an envelope as upstream does, at once") {
  struct Row {
    std::string body;
    int status;
    const char* message;
  };
  const std::string params = request_for("claude-sonnet-5-5").dump();
  const Row rows[] = {
      {"{", 400, "not valid JSON"},
      {"{}", 400, "requests: List should have at least 1 item"},
      {R"({"requests":[]})", 400, "at least 1 item"},
      {R"({"requests":[{"params":)" + params + "}]}", 400, "requests.0.custom_id: Field required"},
      {R"({"requests":[{"custom_id":"a"}]})", 400, "requests.0.params: Field required"},
      {items({{"a", "{}"}, {"b c", "{}"}}), 400, "requests.1.custom_id: String should match"},
      {items({{std::string(65, 'x'), "{}"}}), 400, "at most 64 characters"},
      {items({{"", "{}"}}), 400, "requests.0.custom_id: String should match"},
      {items({{"a", "{}"}, {"a", "{}"}}), 400, "requests.1.custom_id: custom_id must be unique"},
      {R"({"requests":[{"custom_id":"a","betas":[],"params":)" + params + "}]}", 400,
       "requests.0.betas: Extra inputs are not permitted"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    Api api;
    const Answer answer = api.ask("POST", "", row.body);
    CHECK(answer.status == row.status);
    CHECK(Api::text(answer).find(row.message) != std::string::npos);
    CHECK(api.json("GET", "")["data"].empty());
  }
}

TEST_CASE("half price: a batch of the mock's says nothing of its items until it has ended") {
  Api api("", 60'000);
  const Json made = api.json("POST", "", items({{"a", "{}"}, {"b", "{}"}}));
  const std::string id = made["id"];
  CHECK(made["processing_status"] == "in_progress");
  CHECK(made["request_counts"]["processing"] == 2);
  CHECK(made["results_url"].is_null());
  CHECK(api.ask("GET", "/" + id + "/results").status == 404);
  CHECK(api.ask("DELETE", "/" + id).status == 400);
  CHECK(api.ask("GET", "/msgbatch_other").status == 404);
  CHECK(api.ask("PUT", "").status == 405);
  bool hint = false;
  for (const auto& field : api.ask("GET", "").headers)
    hint = hint || field.first == "retry-after-ms";
  CHECK(hint);
  CHECK(api.json("POST", "/" + id + "/cancel")["processing_status"] == "canceling");
}

TEST_CASE("half price: what is wrong with an item of the mock's is told in its result") {
  Api api;
  const std::string id = api.json("POST", "",
                                  items({{"good", "{}"},
                                         {"stream", R"({"stream":true})"},
                                         {"fast", R"({"speed":"fast"})"},
                                         {"tier", R"({"service_tier":"auto"})"},
                                         {"none", R"({"max_tokens":0})"},
                                         {"model", R"({"model":"nobody"})"},
                                         {"beta", R"({"betas":["x"]})"}}))["id"];
  std::map<std::string, Json> by_id;
  std::string order;
  for (const Json& each : api.results(id)) {
    by_id[each["custom_id"]] = each["result"];
    order += each["custom_id"].get<std::string>() + " ";
  }
  CHECK(by_id.size() == 7);
  CHECK(order != "good stream fast tier none model beta ");
  CHECK(by_id["good"]["type"] == "succeeded");
  CHECK(by_id["good"]["message"]["usage"]["service_tier"] == "batch");
  for (const char* bad : {"stream", "fast", "tier", "none", "model", "beta"}) {
    CAPTURE(bad);
    CHECK(by_id[bad]["type"] == "errored");
    CHECK(by_id[bad]["error"]["error"]["message"].is_string());
  }
  const Json ended = api.json("GET", "/" + id);
  CHECK(ended["processing_status"] == "ended");
  CHECK(ended["request_counts"]["succeeded"] == 1);
  CHECK(ended["request_counts"]["errored"] == 6);
  CHECK(api.json("DELETE", "/" + id)["type"] == "message_batch_deleted");
  CHECK(api.ask("GET", "/" + id).status == 404);
}

TEST_CASE("half price: the mock's list is newest first, in pages") {
  Api api;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(api.json("POST", "", items({{"a", "{}"}}))["id"]);
  std::vector<std::string> listed;
  std::string after;
  int pages = 0;
  for (bool more = true; more; ++pages) {
    const Json page = api.json("GET", "?limit=2" + (after.empty() ? "" : "&after_id=" + after));
    for (const Json& each : page["data"]) listed.push_back(each["id"]);
    more = page["has_more"];
    after = page["last_id"];
  }
  CHECK(pages == 3);
  CHECK(listed == std::vector<std::string>(ids.rbegin(), ids.rend()));
}

TEST_CASE("half price: every batch scenario of the mock's is known and does what it says") {
  std::set<std::string_view> names;
  for (const BatchScenario& each : batch_scenarios()) {
    CHECK(is_scenario(each.name));
    CHECK(names.insert(each.name).second);
  }
  CHECK(names.size() == 13);
  CHECK(Api("batch-lost").ask("POST", "", items({{"a", "{}"}})).status == 500);
  CHECK(Api("batch-reset").ask("POST", "", items({{"a", "{}"}})).cut);
  Api refused("batch-refused");
  CHECK(refused.ask("POST", "", items({{"a", "{}"}})).status == 500);
  CHECK(refused.json("GET", "")["data"].empty());
  Api lag("batch-lag");
  (void)lag.ask("POST", "", items({{"a", "{}"}}));
  for (int i = 0; i < 3; ++i) CHECK(lag.json("GET", "")["data"].empty());
  CHECK(lag.json("GET", "")["data"].size() == 1);
  Api large("batch-large");
  CHECK(large.ask("POST", "", std::string(2'000'000, ' ')).status == 413);
  Api cut("batch-cut");
  const std::string id =
      cut.json("POST", "", items({{"a", "{}"}, {"b", "{}"}, {"c", "{}"}, {"d", "{}"}}))["id"];
  const std::string half = Api::text(cut.ask("GET", "/" + id + "/results"));
  CHECK(half.back() != '\n');
  CHECK(cut.results(id).size() == 4);
  Api paused("batch-paused");
  const std::string pausing = paused.json("POST", "", items({{"a", "{}"}}))["id"];
  CHECK(paused.results(pausing)[0]["result"]["message"]["stop_reason"] == "pause_turn");
  Api evil("batch-evil");
  const std::string trap = evil.json("POST", "", items({{"a", "{}"}}))["id"];
  CHECK(evil.json("GET", "/" + trap)["results_url"].get<std::string>().find("127.0.0.1") ==
        std::string::npos);
}

}  // namespace proxx::mock
