#include "server/client_keys.h"

#include <doctest/doctest.h>

#include "fixture.h"
#include "openai/error.h"
#include "support/growth.h"

namespace proxx::server {
namespace {

constexpr const char* kClientKey = "sk-client";

Credential own_key() {
  return Credential{"sk-own", "own-token"};
}

struct Outcome {
  int status = 200;
  std::string code;
  std::string api_key;
};

Outcome outcome(http::HeaderList headers, const KeyRules& rules) {
  const auto result =
      credential_for(request_of("POST", "/v1/chat/completions", std::move(headers)), rules);
  if (result) return {200, "", result->api_key};
  CHECK_FALSE(has(result.error().message, kClientKey));
  return {http_status_of(result.error()), error_body(result.error()), ""};
}

TEST_CASE("a client without a key is told how the server gets one, where a client can have none") {
  KeyRules rules;
  CHECK(has(outcome({}, rules).code, "and the server has none: Authorization: Bearer KEY"));
  rules.own_missing = "no AWS credential: set THIS";
  CHECK(outcome({}, rules).status == 401);
  CHECK(has(outcome({}, rules).code, "and the server has none: no AWS credential: set THIS"));
}

TEST_CASE("the client's key goes upstream as an API key, from either header") {
  const KeyRules rules{own_key(), {}, ClientKey::forward};
  CHECK(outcome({{"Authorization", "Bearer sk-client"}}, rules).api_key == kClientKey);
  CHECK(outcome({{"authorization", "bearer sk-client"}}, rules).api_key == kClientKey);
  CHECK(outcome({{"X-Api-Key", "sk-client"}}, rules).api_key == kClientKey);
  CHECK(outcome({{"Api-Key", "sk-client"}}, rules).api_key == kClientKey);
  CHECK(outcome({{"api-key", "sk-client"}, {"x-api-key", "sk-client"}}, rules).api_key ==
        kClientKey);
  CHECK(outcome({{"api-key", "not a key"}}, rules).status == 401);
  CHECK(
      outcome({{"x-api-key", "sk-client"}, {"authorization", "Bearer sk-client"}}, rules).api_key ==
      kClientKey);
}

TEST_CASE("H18: a malformed Authorization is 401 and goes nowhere") {
  struct Row {
    const char* name;
    std::string value;
  };
  const Row rows[] = {
      {"empty", ""},
      {"scheme alone", "Bearer"},
      {"empty key", "Bearer "},
      {"basic", "Basic c2stY2xpZW50"},
      {"no scheme", "sk-client"},
      {"CR LF", "Bearer sk-client\r\nX-Evil: yes"},
      {"NUL", std::string("Bearer sk\0client", 16)},
      {"non-ASCII", "Bearer sk-cli\xc3\xa9nt"},
      {"percent-encoded line end", "Bearer sk-client%0d%0aX-Evil:%20yes"},
      {"inner space", "Bearer sk client"},
      {"8 KB", "Bearer " + std::string(8000, 'k')},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Harness server;
    const auto client = server.chat(false, {{"Authorization", row.value}});
    CHECK(client->status == 401);
    CHECK(has(client->body, "\"invalid_api_key\""));
    CHECK(has(client->body, "\"invalid_request_error\""));
    CHECK(server.upstream.calls.empty());
  }
}

TEST_CASE("H19: two keys are 400") {
  const KeyRules rules{own_key(), {}, ClientKey::forward};
  CHECK(outcome({{"authorization", "Bearer a"}, {"authorization", "Bearer a"}}, rules).status ==
        400);
  CHECK(outcome({{"x-api-key", "a"}, {"x-api-key", "b"}}, rules).status == 400);
  CHECK(outcome({{"authorization", "Bearer a"}, {"x-api-key", "b"}}, rules).status == 400);
  CHECK(outcome({{"api-key", "a"}, {"api-key", "a"}}, rules).status == 400);
  CHECK(outcome({{"authorization", "Bearer a"}, {"api-key", "b"}}, rules).status == 400);
  CHECK(outcome({{"x-api-key", "a"}, {"api-key", "b"}}, rules).status == 400);
  // Also where no key is asked for; one alone may be anything there.
  const auto status = [&](const KeyRules& of, http::HeaderList sent) {
    const Status checked = check_client_key(request_of("GET", "/v1/models", std::move(sent)), of);
    return checked ? 200 : http_status_of(checked.error());
  };
  CHECK(status(rules, {{"x-api-key", "a"}, {"api-key", "b"}}) == 400);
  CHECK(status(rules, {{"authorization", "Bearer a"}, {"api-key", "b"}}) == 400);
  CHECK(status(rules, {{"authorization", "Bearer a"}, {"api-key", "a"}}) == 200);
  CHECK(status(rules, {{"authorization", "Basic a"}}) == 200);
  CHECK(status({own_key(), {}, ClientKey::ignore}, {{"x-api-key", "a"}, {"api-key", "b"}}) == 200);
}

TEST_CASE("H20: without a client key the server's own goes, if it has one") {
  const auto result =
      credential_for(request_of("POST", "/v1/messages"), {own_key(), {}, ClientKey::forward});
  REQUIRE(result);
  CHECK(result->api_key == "sk-own");
  CHECK(result->auth_token == "own-token");
  CHECK(outcome({}, {{}, {}, ClientKey::forward}).status == 401);
  CHECK(has(outcome({}, {{}, {}, ClientKey::forward}).code, "invalid_api_key"));
}

TEST_CASE("with auth_file only its keys are accepted, and the server's own goes upstream") {
  const KeyRules rules{own_key(), {"sk-other", "sk-client"}, ClientKey::forward};
  CHECK(outcome({{"authorization", "Bearer sk-client"}}, rules).api_key == "sk-own");
  CHECK(outcome({{"x-api-key", "sk-other"}}, rules).api_key == "sk-own");
  CHECK(outcome({{"api-key", "sk-other"}}, rules).api_key == "sk-own");
  CHECK(outcome({{"api-key", "sk-othe"}}, rules).status == 401);
  CHECK(outcome({{"authorization", "Bearer sk-clienT"}}, rules).status == 401);
  CHECK(outcome({{"authorization", "Bearer sk-clien"}}, rules).status == 401);
  CHECK(outcome({}, rules).status == 401);
  const KeyRules ignoring{own_key(), {"sk-client"}, ClientKey::ignore};
  CHECK(outcome({}, ignoring).status == 401);
}

TEST_CASE("client_key: ignore sends the server's own whatever the client says") {
  const KeyRules rules{own_key(), {}, ClientKey::ignore};
  CHECK(outcome({{"authorization", "Bearer made-up"}}, rules).api_key == "sk-own");
  CHECK(outcome({{"authorization", "nonsense"}}, rules).api_key == "sk-own");
  CHECK(outcome({}, rules).api_key == "sk-own");
}

TEST_CASE("keys compare whole") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "bbc"));
  CHECK_FALSE(equal_in_constant_time("abc", "ab"));
}

TEST_CASE("an auth file is a key a line, with comments") {
  const auto keys = parse_auth_file("# clients\n\n  sk-a  \r\n\t# more\nsk-b");
  REQUIRE(keys);
  CHECK(*keys == std::vector<std::string>{"sk-a", "sk-b"});
  const auto bad = parse_auth_file("sk-a\nsk b\n");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message == "line 2: not a key");
  CHECK_FALSE(parse_auth_file("# nobody\n"));
  CHECK_FALSE(parse_auth_file(""));
  const auto missing = read_auth_file("/nonexistent/keys");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == ErrorKind::usage);
  CHECK(has(missing.error().message, "/nonexistent/keys"));
}

TEST_CASE("S3: a server that holds a key and listens beyond loopback needs an auth_file") {
  const auto listen = [](const char* host, const char* unix_path = "") {
    http::ListenOptions options;
    options.host = host;
    options.unix_path = unix_path;
    return options;
  };
  const KeyRules open{own_key(), {}, ClientKey::forward};
  const KeyRules closed{own_key(), {"sk-client"}, ClientKey::forward};
  const KeyRules none{{}, {}, ClientKey::forward};
  for (const char* host : {"0.0.0.0", "::", "192.168.0.1", "proxx.example"}) {
    CAPTURE(host);
    const Status refused = check_exposure(listen(host), open);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::usage);
    CHECK(check_exposure(listen(host), closed));
    CHECK(check_exposure(listen(host), none));
  }
  CHECK(check_exposure(listen("127.0.0.1"), open));
  CHECK(check_exposure(listen("::1"), open));
  CHECK(check_exposure(listen("localhost"), open));
  CHECK(check_exposure(listen("0.0.0.0", "/run/proxx.sock"), open));
}

TEST_CASE("an auth_file or client_key: ignore without a key of the server's own is refused") {
  CHECK_FALSE(check_exposure({}, {{}, {"sk-client"}, ClientKey::forward}));
  CHECK_FALSE(check_exposure({}, {{}, {}, ClientKey::ignore}));
}

TEST_CASE(
    "W5: the time of a request grows with the auth_file's keys, headers, parameters and origins") {
  const auto text_of = [](const std::vector<std::string>& keys) {
    std::string text;
    for (const std::string& key : keys) text += key + "\n";
    return text;
  };
  const auto numbered = [](const char* word, size_t count) {
    std::vector<std::string> out;
    for (size_t i = 0; i < count; ++i) out.push_back(word + std::to_string(1'000'000 + i));
    return out;
  };
  CHECK(test::grows_linearly(5'000, [&](size_t count) {
    const auto keys = parse_auth_file(text_of(numbered("client-", count)));
    REQUIRE(keys);
    CHECK(keys->size() == count);
    KeyRules rules{{"sk-own", ""}, *keys, ClientKey::forward};
    CHECK(credential_for(request_of("POST", "/v1/messages", {{"x-api-key", keys->back()}}), rules));
  }));
  CHECK(test::grows_linearly(5'000, [&](size_t count) {
    const auto cors = numbered("https://app.example:", count);
    const http::Request request = request_of("GET", "/", {{"Origin", cors.back()}});
    CHECK(check_origin(request, cors));
    CHECK(cors_headers(request, cors).size() == 3);
    CHECK(
        check_host(request_of("GET", "/", {{"Host", "app1000000"}}), {"", numbered("app", count)}));
  }));
  CHECK(test::grows_linearly(5'000, [&](size_t count) {
    std::string target = "/v1/messages?";
    for (size_t i = 0; i < count; ++i) target += "a" + std::to_string(i) + "=b&";
    Harness server;
    (void)server.ask(request_of("POST", std::move(target), {}, "{}"));
    CHECK(server.upstream.calls.size() == 1);
  }));
}

}  // namespace
}  // namespace proxx::server
