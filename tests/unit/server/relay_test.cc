#include "server/relay.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>

#include "fixture.h"
#include "json/reader.h"
#include "server/models/model_name.h"
#include "support/fake_provider.h"
#include "support/growth.h"

namespace proxx::server {
namespace {

constexpr const char* kBody = R"({ "model" : "claude-opus-5", "odd":1.10 })";

http::Request relayed(std::string target = "/v1/messages", http::HeaderList headers = {}) {
  return request_of("POST", std::move(target), std::move(headers), kBody);
}

/// The `error.type` of an Anthropic error object; "" if the body is none.
std::string error_type(const std::string& body) {
  json::Document document;
  if (!document.parse(body) || !document.root().get("type").equals("error")) return {};
  return document.root().get("error").get("type").string_or("");
}

TEST_CASE("a relay passes path, query, body and the client's version and betas on") {
  Harness server;
  (void)server.ask(relayed("/v1/messages?beta=true", {{"authorization", "Bearer sk-client"},
                                                      {"anthropic-version", "2026-10-21"},
                                                      {"anthropic-beta", "one-1,two-2"},
                                                      {"cookie", "a=b"}}));
  const UpstreamRequest& sent = server.upstream.calls.at(0)->request;
  CHECK(sent.method == "POST");
  CHECK(sent.path == "/v1/messages?beta=true");
  CHECK(sent.body == kBody);
  CHECK(find_header(sent.headers, "x-api-key") == "sk-client");
  CHECK(find_header(sent.headers, "anthropic-version") == "2026-10-21");
  CHECK(has(find_header(sent.headers, "anthropic-beta").value_or(""), "one-1"));
  CHECK(has(find_header(sent.headers, "anthropic-beta").value_or(""), "two-2"));
  CHECK_FALSE(find_header(sent.headers, "cookie"));
}

TEST_CASE(
    "half price: batch calls are relayed with their method; a creation goes out once at most") {
  struct Row {
    const char* method;
    const char* target;
    bool once;
  };
  const Row rows[] = {
      {"POST", "/v1/messages/batches", true},
      {"POST", "/v1/messages/batches?beta=true", true},
      {"GET", "/v1/messages/batches?limit=5&after_id=b", false},
      {"GET", "/v1/messages/batches/msgbatch_1", false},
      {"GET", "/v1/messages/batches/msgbatch_1/results", false},
      {"POST", "/v1/messages/batches/msgbatch_1/cancel", false},
      {"DELETE", "/v1/messages/batches/msgbatch_1", false},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.method) + " " + row.target);
    Harness server;
    (void)server.ask(request_of(row.method, row.target, {{"x-api-key", "sk-client"}}, ""));
    REQUIRE(server.upstream.calls.size() == 1);
    const UpstreamRequest& sent = server.upstream.calls.at(0)->request;
    CHECK(sent.method == row.method);
    CHECK(sent.path == row.target);
    CHECK(sent.once == row.once);
    // Results may be of any size.
    CHECK((sent.max_answer_bytes > size_t{1} << 40) == (sent.method == "GET"));
  }
}

TEST_CASE("a relayed answer comes through unchanged, piece by piece") {
  Harness server;
  const auto client = server.ask(relayed());
  auto& call = *server.upstream.calls.at(0);
  call.head(200, {{"content-type", "text/event-stream; charset=utf-8"},
                  {"request-id", "req_up"},
                  {"set-cookie", "a=b"},
                  {"anthropic-ratelimit-tokens-remaining", "9"}});
  CHECK_FALSE(client->started);
  call.data("event: pi");
  CHECK(client->started);
  CHECK(client->header("content-type") == "text/event-stream; charset=utf-8");
  CHECK(client->header("request-id") == "req_up");
  CHECK(client->header("x-request-id") == "req_up");
  CHECK(client->header("anthropic-ratelimit-tokens-remaining") == "9");
  CHECK_FALSE(find_header(client->headers, "set-cookie"));
  CHECK(client->body == "event: pi");
  call.data("ng\ndata: {}\n\n");
  call.done();
  CHECK(client->body == "event: ping\ndata: {}\n\n");
  CHECK(client->ended);
  server.turn();
  CHECK(server.service.sessions() == 0);
  CHECK(has(server.log.text(), "POST /v1/messages model=claude-opus-5 status=200"));
}

TEST_CASE("a relayed event stream has the headers that keep proxies from holding it back, once") {
  for (const char* type :
       {"text/event-stream", "text/event-stream; charset=utf-8", "Text/Event-Stream;x=y"}) {
    CAPTURE(type);
    Harness server;
    const auto client = server.ask(relayed());
    server.upstream.calls.at(0)->head(
        200, {{"content-type", type}, {"cache-control", "no-store"}, {"x-accel-buffering", "yes"}});
    server.upstream.calls.at(0)->data("event: ping\n");
    for (const auto& [name, value] :
         http::HeaderList{{"cache-control", "no-cache"}, {"x-accel-buffering", "no"}}) {
      CHECK(client->header(name) == value);
      CHECK(std::count_if(client->headers.begin(), client->headers.end(),
                          [&](const auto& field) { return field.first == name; }) == 1);
    }
  }
  for (const char* type : {"application/json", "text/event-streams", "text/event"}) {
    Harness server;
    const auto client = server.ask(relayed());
    server.upstream.calls.at(0)->head(200, {{"content-type", type}});
    server.upstream.calls.at(0)->data("{}");
    server.upstream.calls.at(0)->done();
    CHECK(client->header("x-accel-buffering").empty());
    CHECK(client->header("cache-control").empty());
  }
}

TEST_CASE("count_tokens and upstream errors are relayed with their status and body") {
  Harness server;
  const auto client = server.ask(relayed("/v1/messages/count_tokens"));
  CHECK(server.upstream.calls.at(0)->request.path == "/v1/messages/count_tokens");
  const std::string body =
      R"({"type":"error","error":{"type":"overloaded_error","message":"busy"}})";
  server.upstream.calls.at(0)->answer(529, "application/json", body);
  CHECK(client->status == 529);
  CHECK(client->body == body);
  CHECK(has(server.log.text(), "status=529"));
}

TEST_CASE("a relay of a host whose head has no id: the one in the error's body is the request's") {
  Harness server;
  const auto client = server.ask(relayed());
  auto& call = *server.upstream.calls.at(0);
  call.head(400, {{"content-type", "application/json"}});
  call.data(R"({"type":"error","error":{"type":"x","message":"no"},"request_id":"req_vrtx_1"})");
  call.done();
  CHECK(client->header("request-id") == "req_vrtx_1");
  CHECK(client->header("x-request-id") == "req_vrtx_1");
  CHECK(has(server.log.text(), "req_vrtx_1"));
}

namespace {

constexpr std::string_view kExpired =
    R"({"message":"The security token included in the request is expired"})";

/// A server whose own key is renewed when the test says so.
struct Renewing : Harness {
  std::vector<Credential> refused;
  OnRenewal tell;

  explicit Renewing(Credential own = {"sk-own-key", {}}) : Harness(options_with(std::move(own))) {
    shared.renew_key = [this](boost::asio::io_context&, const Credential& credential,
                              OnRenewal on_answer) {
      refused.push_back(credential);
      tell = std::move(on_answer);
    };
  }
  static ServiceOptions options_with(Credential own) {
    ServiceOptions options;
    options.keys.own = std::move(own);
    return options;
  }
};

Credential signer(int64_t ends_in_s) {
  return {{}, {}, {"AKID", "secret-1", "", static_cast<int64_t>(std::time(nullptr)) + ends_in_s}};
}

}  // namespace

TEST_CASE(
    "a relay whose credential is good by the clock and refused upstream: once more, renewed") {
  for (const auto& [status, body] :
       {std::pair(401, std::string_view("{}")), std::pair(403, kExpired)}) {
    CAPTURE(status);
    Renewing server;
    const auto client = server.ask(relayed());
    auto& first = *server.upstream.calls.at(0);
    first.answer(status, "application/json", body);
    REQUIRE(server.refused.size() == 1);
    CHECK(server.refused[0].api_key == "sk-own-key");
    CHECK(!client->sent);
    server.tell(std::optional(Credential{"sk-second", {}}));
    REQUIRE(server.upstream.calls.size() == 2);
    auto& second = *server.upstream.calls.at(1);
    CHECK(find_header(second.request.headers, "x-api-key") == "sk-second");
    CHECK(second.request.body == kBody);
    // That one is judged by nobody any more.
    second.answer(status, "application/json", body);
    CHECK(server.upstream.calls.size() == 2);
    CHECK(server.refused.size() == 1);
    CHECK(client->status == status);
    CHECK(client->body == body);
  }
}

TEST_CASE("a relay's refusal that nothing can mend goes to the client, whole") {
  const struct {
    int status;
    std::string_view body;
    bool asks;
    Result<std::optional<Credential>> renewed;
    int told;
  } rows[] = {
      {403, R"({"message":"User is not authorized"})", false, {}, 403},
      {403, kExpired, true, std::optional<Credential>(), 403},
      {401, "{}", true, std::optional<Credential>(), 401},
      {403, kExpired, true, err(ErrorKind::upstream_credentials, "auth_token_command: no"), 502},
      {401, "{}", true, err(ErrorKind::upstream_credentials, "auth_token_command: no"), 502},
  };
  for (const auto& row : rows) {
    CAPTURE(row.body);
    Renewing server;
    const auto client = server.ask(relayed());
    server.upstream.calls.at(0)->answer(row.status, "application/json", row.body);
    REQUIRE(server.refused.size() == (row.asks ? 1 : 0));
    if (row.asks) server.tell(row.renewed);
    CHECK(server.upstream.calls.size() == 1);
    CHECK(client->status == row.told);
    CHECK(has(client->body, row.told == 502 ? "auth_token_command: no" : row.body));
  }
}

TEST_CASE("a relay renews what is about to end; what is good is used where no other can be had") {
  const Error no(ErrorKind::upstream_credentials, "aws_credentials_command: no");
  const struct {
    Credential own;
    bool fails;
    int calls;
  } rows[] = {{signer(3600), false, 1},
              {signer(60), false, 1},
              {signer(60), true, 1},
              {signer(-1), true, 0},
              {{"sk-own-key", {}, {}, true}, true, 0}};
  for (const auto& row : rows) {
    Renewing server(row.own);
    const auto client = server.ask(relayed());
    if (server.tell) {
      CHECK(server.upstream.calls.empty());
      if (row.fails) {
        server.tell(err(no));
      } else {
        server.tell(std::optional(Credential{"sk-second", {}}));
      }
    }
    REQUIRE(server.upstream.calls.size() == static_cast<size_t>(row.calls));
    if (row.calls == 0) CHECK(client->status == 502);
  }
}

TEST_CASE("a relay's client that left while the credential was renewed is not answered") {
  Renewing server;
  const auto client = server.ask(relayed());
  server.upstream.calls.at(0)->answer(401, "application/json", "{}");
  REQUIRE(client->gone);
  client->gone();
  server.tell(std::optional(Credential{"sk-second", {}}));
  CHECK(server.upstream.calls.size() == 1);
}

TEST_CASE("a relay's own errors are Anthropic error objects") {
  ServiceOptions options;
  Harness keyless(options);
  const auto refused = keyless.ask(relayed());
  CHECK(refused->status == 401);
  CHECK(error_type(refused->body) == "authentication_error");

  Harness server;
  const auto failed = server.ask(relayed());
  server.upstream.calls.at(0)->done(err(ErrorKind::upstream_unreachable, "connection refused"));
  CHECK(failed->status == 502);
  CHECK(error_type(failed->body) == "api_error");
  const auto late = server.ask(relayed());
  server.upstream.calls.at(1)->done(err(ErrorKind::upstream_timeout, "no answer"));
  CHECK(late->status == 504);
  CHECK(error_type(late->body) == "timeout_error");
  const auto empty = server.ask(relayed());
  server.upstream.calls.at(2)->done();
  CHECK(empty->status == 502);
}

TEST_CASE("a relay to an endpoint that the provider does not have is refused before it is sent") {
  Harness server;
  test::FakeProvider hosted;
  hosted.error = test::FakeProvider::refusal();
  server.context.provider = &hosted;
  const auto client =
      server.ask(request_of("POST", "/v1/messages/count_tokens",
                            {{"content-type", "application/json"}}, R"({"model":"m"})"));
  CHECK(server.upstream.calls.empty());
  CHECK(client->status == 400);
  CHECK(has(client->body, R"("type":"invalid_request_error")"));
  CHECK(has(client->body, "this upstream has no such endpoint"));
}

TEST_CASE("errors on Anthropic's paths have the members that both kinds of clients read") {
  struct Row {
    http::Request request;
    int status;
    const char* type;
    const char* code;  // nullptr: null
  };
  http::Request other_method = relayed();
  other_method.method = "GET";
  const Row rows[] = {
      {relayed("/v1/messages", {{"host", "evil.example"}}), 403, "permission_error",
       "host_not_allowed"},
      {relayed("/v1/messages", {{"origin", "https://evil.example"}}), 403, "permission_error",
       "origin_not_allowed"},
      {relayed("/v1/messages", {{"authorization", "Basic x"}}), 401, "authentication_error",
       "invalid_api_key"},
      {relayed("/v1/messages", {{"x-api-key", "a"}, {"x-api-key", "b"}}), 400,
       "invalid_request_error", nullptr},
      {relayed("/v1/messages/count_tokens", {{"content-type", "a/b; charset=utf-16"}}), 415,
       "invalid_request_error", "unsupported_media_type"},
      {relayed("/v1/messages/nothing"), 404, "not_found_error", "not_found"},
      {other_method, 405, "invalid_request_error", "method_not_allowed"},
  };
  Harness server;
  for (const Row& row : rows) {
    CAPTURE(row.status);
    const auto answer = server.ask(row.request);
    CHECK(answer->status == row.status);
    CHECK(answer->header("content-type") == "application/json");
    json::Document document;
    REQUIRE(document.parse(answer->body));
    const json::Reader root = document.root();
    const json::Reader error = root.get("error");
    CHECK(root.size() == 3);
    CHECK(error.size() == 4);
    CHECK(root.get("type").equals("error"));
    CHECK(root.get("request_id").equals(answer->header("x-request-id")));
    CHECK(error.get("type").equals(row.type));
    CHECK_FALSE(error.get("message").string_or("").empty());
    CHECK(error.get("param").type() == json::Type::null);
    CHECK(error.get("code").string_or("") == (row.code != nullptr ? row.code : ""));
  }
  server.shared.draining = true;
  const auto late = server.ask(relayed());
  CHECK(late->status == 503);
  CHECK(error_type(late->body) == "overloaded_error");
  CHECK(has(late->body, R"("code":"overloaded")"));
  for (const auto& [status, type] :
       {std::pair(413, "request_too_large"), std::pair(431, "invalid_request_error"),
        std::pair(408, "invalid_request_error"), std::pair(503, "overloaded_error"),
        std::pair(500, "api_error")}) {
    CHECK(error_type(server.service.error_for(relayed(), status, "no").body) == type);
  }
}

TEST_CASE("the model of a relayed body is read in place, for the log") {
  const struct {
    std::string body;
    const char* model;
  } rows[] = {
      {R"({"model":"a"})", "a"},
      {R"( { "x" : {"model":"no"} , "model" : "a" , "y":["model","no"] } )", "a"},
      {R"({"model":"no","model":"a"})", "a"},
      {R"({"model":"no","model":5})", ""},
      {R"({"model":"no","model":{"model":"no"}})", ""},
      {R"({"model":"no","model":["no"]})", ""},
      {R"({"a":"model","b":"no"})", ""},
      {R"({"a":"\\","model":"a"})", "a"},
      {R"({"a":"\"model\":\"no\"","model":"a\u002db"})", "a-b"},
      {R"(["model","no"])", ""},
      {R"("model")", ""},
      {R"({"model":"\u00"})", ""},
      {R"({"model":"a)", "a"},
      {R"({"model":"a\)", ""},
      {"", ""},
      {"\"", ""},
      {"}}}}", ""},
      {"{\"model\":\"" + std::string(257, 'a') + "\"}", ""},
      {"{\"x\":" + std::string(100'000, '[') + "", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.body.substr(0, 60));
    CHECK(model_name(row.body) == row.model);
    for (size_t cut = 0; cut < std::min<size_t>(row.body.size(), 100); ++cut) {
      (void)model_name(std::string_view(row.body).substr(0, cut));
    }
  }
}

TEST_CASE("X9 R3: no key is in a relayed error, whoever's it is and however it is cut") {
  Harness server;
  for (size_t cut = 0; cut < 30; ++cut) {
    const auto client = server.ask(relayed("/v1/messages", {{"x-api-key", "sk-client-key"}}));
    auto& call = *server.upstream.calls.back();
    call.head(401, {{"content-type", "application/json"}});
    const std::string body = R"({"message":"sk-client-key, sk-own-k\u0065y"})";
    call.data(body.substr(0, cut));
    call.data(body.substr(cut));
    call.done();
    CHECK(client->body == R"({"message":"*************, ***************"})");
    CHECK(client->ended);
  }
  const auto client = server.ask(relayed());
  server.upstream.calls.back()->answer(200, "application/json", R"({"text":"sk-own-key"})");
  CHECK(client->body == R"({"text":"sk-own-key"})");
}

TEST_CASE("W5: the time to find a relayed model grows with the body, whatever is in it") {
  for (const std::string_view piece :
       {"a", "\"", "\\", "\\\"", "{", "[", "}", ",", ":", "\"model\":\"a\",", "1,", "\"\\\\\","}) {
    CAPTURE(piece);
    CHECK(test::grows_linearly(200'000, [piece](size_t bytes) {
      std::string body = "{\"x\":\"";
      while (body.size() < bytes) body += piece;
      (void)model_name(body);
    }));
  }
}

TEST_CASE("U17: a redirect is not relayed") {
  Harness server;
  const auto client = server.ask(relayed());
  server.upstream.calls.at(0)->head(302, {{"location", "https://evil.example/"}});
  CHECK(client->status == 502);
  CHECK_FALSE(find_header(client->headers, "location"));
  server.turn();
  CHECK(server.upstream.calls.at(0)->cancelled());
}

TEST_CASE("a relayed answer that breaks is cut, so that it does not look whole") {
  Harness server;
  const auto client = server.ask(relayed());
  server.upstream.calls.at(0)->head(200, kEventStream);
  server.upstream.calls.at(0)->data("event: ");
  server.upstream.calls.at(0)->done(err(ErrorKind::upstream_truncated, "reset"));
  CHECK(client->aborted);
  CHECK_FALSE(client->ended);
  CHECK(has(server.shared.metrics.text({}), "proxx_upstream_errors_total{kind=\"truncated\"} 1\n"));
}

TEST_CASE("X11: a relayed answer that breaks before anything was shown is a 502") {
  Harness server;
  const auto broken = err(ErrorKind::upstream_protocol, "malformed HTTP");
  const auto expect_502 = [&](const FakeResponder& client) {
    CHECK(client.status == 502);
    CHECK_FALSE(client.aborted);
    CHECK(error_type(client.body) == "api_error");
  };
  for (const int status : {200, 401, 529}) {
    for (const HeaderList& head : {kEventStream, kJson}) {
      CAPTURE(status);
      const auto client = server.ask(relayed());
      server.upstream.calls.back()->head(status, head);
      CHECK_FALSE(client->started);
      server.upstream.calls.back()->done(broken);
      expect_502(*client);
    }
    const auto whole = server.ask(relayed());
    server.upstream.calls.back()->head(status, kJson);
    server.upstream.calls.back()->data("{\"half\":");
    server.upstream.calls.back()->data("1");
    server.upstream.calls.back()->done(broken);
    expect_502(*whole);
  }
}

TEST_CASE("X11: a relayed body that is no stream is held up to a size, and passes whole") {
  for (const size_t size : {size_t{0}, size_t{1}, kMaxHeldBytes, kMaxHeldBytes + 1}) {
    CAPTURE(size);
    Harness server;
    const auto client = server.ask(relayed());
    auto& call = *server.upstream.calls.at(0);
    call.head(200, kJson);
    const std::string body(size, 'x');
    call.data(std::string_view(body).substr(0, size / 2));
    call.data(std::string_view(body).substr(size / 2));
    CHECK(client->started == (size > kMaxHeldBytes));
    call.data("end");
    call.done();
    CHECK(client->status == 200);
    CHECK(client->header("request-id") == "req_up");
    CHECK(client->body == body + "end");
    CHECK(client->ended);
  }
  Harness server;
  const auto empty = server.ask(relayed());
  server.upstream.calls.at(0)->head(200, kJson);
  server.upstream.calls.at(0)->done();
  CHECK(empty->status == 200);
  CHECK(empty->ended);
}

TEST_CASE("a relay's client that goes away or reads slowly is felt upstream") {
  Harness server;
  const auto client = server.ask(relayed());
  auto& call = *server.upstream.calls.at(0);
  call.head(200, kEventStream);
  client->full = true;
  call.data("data: {}\n\n");
  CHECK(call.pauses == 1);
  client->full = false;
  client->drained();
  CHECK(call.resumes == 1);
  client->gone();
  server.turn();
  CHECK(call.cancelled());
  CHECK(has(server.log.text(), "status=499"));
}

}  // namespace
}  // namespace proxx::server
