#include "server/models/model_directory.h"

#include <doctest/doctest.h>

#include "fixture.h"

namespace proxx::server {
namespace {

constexpr const char* kList =
    R"({"data":[{"type":"model","id":"claude-new-1","created_at":"2026-11-20T00:00:00Z",)"
    R"("max_tokens":5000,"lifecycle":"active"},)"
    R"({"type":"model","id":"claude-sonnet-5-5","lifecycle":"active"}],"has_more":false})";

/// `models_from: upstream`, with an alias configured.
ServiceOptions upstream_models() {
  ServiceOptions options = own_key_options();
  options.models.refreshed = [](const std::vector<ModelInfo>& upstream) {
    ModelTable table;
    refresh(table, upstream);
    table.add_alias("gpt-4o", "claude-new-1");
    return table;
  };
  return options;
}

std::shared_ptr<FakeResponder> get(Harness& server, std::string path, const char* key = nullptr) {
  http::HeaderList headers;
  if (key != nullptr) headers.emplace_back("x-api-key", key);
  return server.ask(request_of("GET", std::move(path), std::move(headers)));
}

TEST_CASE("models_from upstream: the list is the upstream's, and the aliases") {
  Harness server(upstream_models());
  const auto client = get(server, "/v1/models");
  CHECK_FALSE(client->sent);
  REQUIRE(server.upstream.calls.size() == 1);
  CHECK(server.upstream.calls[0]->request.path == "/v1/models?limit=1000");
  CHECK(find_header(server.upstream.calls[0]->request.headers, "x-api-key") == "sk-own-key");
  server.upstream.calls[0]->answer(200, "application/json", kList);
  CHECK(client->status == 200);
  CHECK(client->body ==
        R"({"object":"list","data":[)"
        R"({"id":"claude-new-1","object":"model","created":1795132800,"owned_by":"anthropic",)"
        R"("display_name":"claude-new-1","created_at":"2026-11-20T00:00:00Z",)"
        R"("context_length":1000000,"max_output_tokens":5000},)"
        R"({"id":"claude-sonnet-5-5","object":"model","created":1790553600,"owned_by":"anthropic",)"
        R"("display_name":"Claude Sonnet 5.5","created_at":"2026-09-28T00:00:00Z",)"
        R"("context_length":1000000,"max_output_tokens":128000,)"
        R"("price_input":2,"price_output":10,"price_cache_read":0.1},)"
        R"({"id":"new","object":"model","created":1795132800,"owned_by":"anthropic",)"
        R"("display_name":"claude-new-1","created_at":"2026-11-20T00:00:00Z",)"
        R"("context_length":1000000,"max_output_tokens":5000},)"
        R"({"id":"sonnet","object":"model","created":1790553600,"owned_by":"anthropic",)"
        R"("display_name":"Claude Sonnet 5.5","created_at":"2026-09-28T00:00:00Z",)"
        R"("context_length":1000000,"max_output_tokens":128000,)"
        R"("price_input":2,"price_output":10,"price_cache_read":0.1},)"
        R"({"id":"gpt-4o","object":"model","created":1795132800,"owned_by":"anthropic",)"
        R"("display_name":"claude-new-1","created_at":"2026-11-20T00:00:00Z",)"
        R"("context_length":1000000,"max_output_tokens":5000}]})");
  CHECK(has(client->header("server-timing"), "upstream;dur="));
  server.turn();
  CHECK(server.service.sessions() == 0);
}

TEST_CASE("models_from upstream: it is asked for once, by all who wait, and kept") {
  Harness server(upstream_models());
  const auto first = get(server, "/v1/models");
  const auto second = get(server, "/v1/models/claude-new-1");
  const auto third = get(server, "/v1/models/claude-opus-5-5");
  const auto alias = get(server, "/v1/models/gpt-4o");
  REQUIRE(server.upstream.calls.size() == 1);
  server.upstream.calls[0]->answer(200, "application/json", kList);
  CHECK(first->status == 200);
  CHECK(second->status == 200);
  CHECK(has(second->body, R"("id":"claude-new-1")"));
  CHECK(third->status == 404);
  CHECK(has(third->body, "model_not_found"));
  CHECK(alias->status == 200);
  CHECK(get(server, "/v1/models")->body == first->body);
  CHECK(server.upstream.calls.size() == 1);
}

TEST_CASE("models_from upstream: an old list is asked for again") {
  ServiceOptions options = upstream_models();
  options.models.max_age = {};
  Harness server(options);
  (void)get(server, "/v1/models");
  server.upstream.calls.at(0)->answer(200, "application/json", kList);
  const auto again = get(server, "/v1/models");
  CHECK_FALSE(again->sent);
  server.upstream.calls.at(1)->answer(200, "application/json", R"({"data":[{"id":"claude-b"}]})");
  CHECK(has(again->body, "claude-b"));
  CHECK_FALSE(has(again->body, "claude-sonnet-5-5"));
}

TEST_CASE(
    "models_from upstream: when it cannot be asked the table answers, with a line in the log") {
  Harness server(upstream_models());
  const auto client = get(server, "/v1/models");
  server.upstream.calls.at(0)->answer(
      401, "application/json",
      R"({"type":"error","error":{"type":"authentication_error","message":"sk-own-key\n\u001b[2J"}})");
  CHECK(client->status == 200);
  CHECK(has(client->body, "claude-opus-4-8"));
  CHECK(get(server, "/v1/models")->status == 200);
  CHECK(server.upstream.calls.size() == 1);
  const std::string& log = server.log.text();
  const auto line = log.find("model list could not be had (status 401)");
  REQUIRE(line != std::string::npos);
  CHECK(log.find("could not be had", line + 40) == std::string::npos);
  CHECK_FALSE(has(log, "sk-own-key"));
  CHECK_FALSE(has(log, "\x1b"));
}

TEST_CASE("models_from upstream: after a failure it is asked again in its time") {
  ServiceOptions options = upstream_models();
  options.models.retry_age = {};
  Harness server(options);
  (void)get(server, "/v1/models");
  server.upstream.calls.at(0)->done(err(ErrorKind::upstream_unreachable, "refused"));
  CHECK(has(server.log.text(), "(upstream_unreachable)"));
  const auto client = get(server, "/v1/models");
  server.upstream.calls.at(1)->answer(200, "application/json", kList);
  CHECK(has(client->body, "claude-new-1"));
}

TEST_CASE("models_from upstream: each key has a list of its own, and the number of lists an end") {
  ServiceOptions options = upstream_models();
  options.keys.own = {};
  Harness server(options);
  const auto one = get(server, "/v1/models", "sk-one");
  const auto two = get(server, "/v1/models", "sk-two");
  REQUIRE(server.upstream.calls.size() == 2);
  CHECK(find_header(server.upstream.calls[1]->request.headers, "x-api-key") == "sk-two");
  server.upstream.calls[0]->answer(200, "application/json",
                                   R"({"data":[{"id":"claude-private"}]})");
  server.upstream.calls[1]->answer(200, "application/json", kList);
  CHECK(has(one->body, "claude-private"));
  CHECK_FALSE(has(two->body, "claude-private"));
  // While all that are kept are asked for, the table answers at once.
  for (int i = 0; i < 64; ++i) (void)get(server, "/v1/models", ("sk-" + std::to_string(i)).c_str());
  CHECK(server.upstream.calls.size() == 66);
  CHECK(get(server, "/v1/models", "sk-beyond")->sent);
  CHECK(server.upstream.calls.size() == 66);
}

TEST_CASE("models_from upstream: without a key there is nobody to ask for") {
  ServiceOptions options = upstream_models();
  options.keys.own = {};
  Harness server(options);
  CHECK(has(get(server, "/v1/models")->body, "claude-opus-4-8"));
  CHECK(get(server, "/v1/models/claude-opus-4-8")->status == 200);
  CHECK(server.upstream.calls.empty());
  const std::string& log = server.log.text();
  const size_t line = log.find("no key to ask");
  REQUIRE(line != std::string::npos);
  CHECK(log.find("no key to ask", line + 1) == std::string::npos);
  // Nor is there anything to say where the table is what was asked for.
  Harness plain(ServiceOptions{});
  (void)get(plain, "/v1/models");
  CHECK_FALSE(has(plain.log.text(), "no key"));
}

TEST_CASE("models_from upstream: a conversion never waits, and goes by the list once it is there") {
  Harness server(upstream_models());
  const auto chat = [&server](const char* model) {
    return server.ask(request_of("POST", "/v1/chat/completions", {},
                                 R"({"model":")" + std::string(model) +
                                     R"(","messages":[{"role":"user","content":"hi"}]})"));
  };
  (void)chat("claude-new-1");
  REQUIRE(server.upstream.calls.size() == 2);
  CHECK(server.upstream.calls[0]->request.path == "/v1/models?limit=1000");
  CHECK(has(server.upstream.calls[1]->request.body, R"("max_tokens":128000)"));
  server.upstream.calls[0]->answer(200, "application/json", kList);
  (void)chat("claude-new-1");
  (void)chat("gpt-4o");
  REQUIRE(server.upstream.calls.size() == 4);
  CHECK(has(server.upstream.calls[2]->request.body, R"("max_tokens":5000)"));
  CHECK(has(server.upstream.calls[3]->request.body, R"("model":"claude-new-1")"));
}

TEST_CASE("models_from upstream: a client that goes away, and a drain that ends") {
  Harness server(upstream_models());
  const auto gone = get(server, "/v1/models");
  const auto cut = get(server, "/v1/models");
  gone->gone();
  server.turn();
  CHECK(server.service.sessions() == 1);
  server.service.cut_off();
  CHECK(cut->status == 503);
  server.turn();
  CHECK(server.service.sessions() == 0);
  server.upstream.calls.at(0)->answer(200, "application/json", kList);
  CHECK_FALSE(gone->sent);
  CHECK(has(get(server, "/v1/models")->body, "claude-new-1"));
  CHECK(has(server.log.text(), "GET /v1/models status=499"));
}

}  // namespace
}  // namespace proxx::server
