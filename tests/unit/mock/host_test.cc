#include "mock/host.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "base/date.h"
#include "upstream/sigv4.h"

namespace proxx::mock {
namespace {

constexpr const char* kHosts[] = {"aws", "google", "bedrock", "mantle", "vertex", "foundry"};
constexpr const char* kVertex = "/v1/projects/p/locations/l/publishers/anthropic/models/";

Host host_as(std::string as, HostOptions options = {}) {
  options.as = std::move(as);
  auto host = Host::make(std::move(options));
  REQUIRE(host);
  return std::move(*host);
}

std::string target_of(const std::string& as) {
  if (as == "aws") return "/v1/messages";
  if (as == "google") return "/v1/projects/p/locations/l/workspaces/w/invoke/v1/messages";
  return as == "vertex" ? std::string(kVertex) + "m:rawPredict" : "/anthropic/v1/messages";
}

/// A message to `as`, admitted but for its body.
http::Request request_to(const std::string& as, std::string body) {
  http::Request request;
  request.method = "POST";
  request.target = target_of(as);
  request.headers = {{"authorization", "Bearer a-token"}, {"anthropic-workspace-id", "w"}};
  request.body = std::move(body);
  return request;
}

/// With a model that the host knows, in its form, and `more` members.
std::string body_for(const std::string& as, const std::string& more) {
  if (as == "vertex") return R"({"anthropic_version":"vertex-2023-10-16")" + more + "}";
  std::string model = as == "bedrock" ? "eu.anthropic.claude-opus-4-8" : "claude-opus-4-8";
  if (as == "mantle") model = "anthropic.claude-opus-4-8";
  return R"({"model":")" + model + '"' + more + "}";
}

std::string text_of(const Answer& answer) {
  return answer.pieces.empty() ? "" : answer.pieces.front();
}

/// The answer's status and body; "" if the request is admitted.
std::string refusal(Host& host, http::Request request) {
  const auto refused = host.admit(request, 1);
  return refused ? std::to_string(refused->status) + ' ' + text_of(*refused) : "";
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("mock host: a body of the wrong kind is refused or left to the rules, by every host") {
  const std::string deep(size_t{1} << 20, '[');
  const std::string bodies[] = {
      "",
      "[]",
      "{",
      "{}",
      R"({"model":1})",
      R"({"model":"m","stream":"yes","anthropic_version":2})",
      R"({"model":"us.anthropic.m","anthropic_version":"vertex-2023-10-16","stream":1})",
      R"({"model":"us.anthropic.m","output_config":3,"tools":{"a":1},"metadata":[1]})",
      R"({"model":"us.anthropic.m","tools":[1,{"type":[]}],"metadata":{"user_id":7}})",
      R"({"model":"us.anthropic.m","messages":[{"content":[{"source":{"type":3}}]}]})",
      R"({"model":"us.anthropic.m","messages":)" + deep + std::string(deep.size(), ']') + "}"};
  for (const char* as : kHosts) {
    for (const std::string& body : bodies) {
      CAPTURE(as);
      CAPTURE(body.substr(0, 80));
      Host host = host_as(as);
      http::Request request = request_to(as, body);
      const auto refused = host.admit(request, 1);
      if (refused) CHECK(refused->status >= 400);
    }
  }
}

TEST_CASE("mock host: what each host lacks") {
  const struct {
    const char* more;
    const char* lacked_by;  ///< separated by blanks
  } rows[] = {
      {"", ""},
      {R"(,"output_config":{"format":{}})", "bedrock mantle"},
      {R"(,"tools":[{"name":"f","strict":true}])", "bedrock mantle"},
      {R"(,"tools":[{"type":"web_search_20260209"}])", "bedrock mantle vertex"},
      {R"(,"tools":[{"type":"web_search_20250305"}])", "bedrock mantle"},
      {R"(,"tools":[{"type":"code_execution_20250825"}])", "bedrock mantle vertex"},
      {R"(,"messages":[{"content":[{"source":{"type":"url"}}]}])", "bedrock mantle vertex"},
      {R"(,"cache_control":{"type":"ephemeral"})", "vertex"},
      {R"(,"speed":"fast")", "aws"},
      {R"(,"metadata":{"user_id":"a:b_@$#=/+,-. 9"})", ""},
      {R"(,"metadata":{"user_id":"{\"a\":1}"})", "bedrock"},
      {R"(,"metadata":{"user_id":"\u00e4"})", "bedrock"},
  };
  for (const auto& row : rows) {
    for (const std::string as : kHosts) {
      CAPTURE(row.more);
      CAPTURE(as);
      Host host = host_as(as);
      const std::string got = refusal(host, request_to(as, body_for(as, row.more)));
      CHECK(got.starts_with("400 ") == has_word(row.lacked_by, as));
      CHECK(got.empty() != has_word(row.lacked_by, as));
    }
  }
}

TEST_CASE("mock host: endpoints that a host has not") {
  const struct {
    const char* path;
    const char* lacked_by;
  } rows[] = {{"/v1/messages/batches", "bedrock mantle vertex foundry"},
              {"/v1/models?limit=9", "bedrock mantle vertex foundry"},
              {"/v1/messages/count_tokens", "bedrock"},
              {"/model/anthropic.claude-opus-4-8/invoke", "bedrock mantle vertex foundry google"}};
  for (const auto& row : rows) {
    for (const std::string as : kHosts) {
      CAPTURE(row.path);
      CAPTURE(as);
      if (as == "vertex" && std::string(row.path).ends_with("count_tokens")) continue;
      Host host = host_as(as);
      http::Request request = request_to(as, "{}");
      const std::string prefix = target_of(as).substr(0, target_of(as).find("/v1/messages"));
      request.target = (row.path[1] == 'm' ? "" : as == "vertex" ? kVertex : prefix) + row.path;
      CHECK(refusal(host, request).starts_with("404 ") == has_word(row.lacked_by, as));
    }
  }
}

TEST_CASE("mock host: betas that a host does not know, in its words") {
  const struct {
    const char* as;
    const char* betas;
    const char* words;  ///< "" if they are taken
  } rows[] = {
      {"bedrock", "context-management-2025-06-27, effort-2025-11-24", ""},
      {"bedrock", "context-management-2025-06-27,fast-mode-2026-02-01", "invalid beta flag"},
      {"mantle", "interleaved-thinking-2025-05-14", ""},
      {"mantle", "files-api-2025-04-14", "invalid beta flag"},
      {"vertex", "web-search-2025-03-05", ""},
      {"vertex", "skills-2025-10-02",
       "Unexpected value(s) `skills-2025-10-02` for the `anthropic-beta` header. Please consult"},
      {"foundry", "files-api-2025-04-14", ""},
      {"aws", "files-api-2025-04-14", ""},
      {"google", "files-api-2025-04-14", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.as);
    CAPTURE(row.betas);
    Host host = host_as(row.as);
    http::Request request = request_to(row.as, body_for(row.as, ""));
    request.headers.emplace_back("anthropic-beta", row.betas);
    const std::string got = refusal(host, request);
    CHECK(got.empty() == (*row.words == '\0'));
    CHECK(has(got, row.words));
  }
  Host vertex = host_as("vertex");
  http::Request count = request_to("vertex", R"({"anthropic_version":"2026-10-21"})");
  count.target = std::string(kVertex) + "count-tokens:rawPredict";
  count.headers.emplace_back("anthropic-beta", "web-search-2025-03-05");
  CHECK(has(refusal(vertex, count), "web-search-2025-03-05"));
}

TEST_CASE("mock host: model names in each host's form, and in no other") {
  const struct {
    const char* as;
    const char* name;
    int status;  ///< 0: taken, as `plain`
    const char* plain;
  } rows[] = {
      {"bedrock", "global.anthropic.claude-haiku-4-5-20251001-v1:0", 0,
       "claude-haiku-4-5-20251001"},
      {"bedrock", "us.anthropic.claude-opus-4-8", 0, "claude-opus-4-8"},
      {"bedrock", "eu.anthropic.claude-opus-4-6-v1", 0, "claude-opus-4-6"},
      {"bedrock", "eu.anthropic.claude-sonnet-4-6", 0, "claude-sonnet-4-6"},
      {"bedrock", "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-8", 0,
       "claude-opus-4-8"},
      {"bedrock", "arn:aws:bedrock:us-east-1:1:application-inference-profile/x1", 0,
       "claude-mock-x1"},
      {"bedrock", "anthropic.claude-opus-4-8", 400, "on-demand throughput isn"},
      {"bedrock", "claude-opus-4-8", 400, "on-demand throughput isn"},
      {"bedrock", "global.anthropic.claude-haiku-4-5", 400, "model identifier is invalid"},
      {"bedrock", "global.anthropic.claude-opus-4-8-v1:0", 400, "model identifier is invalid"},
      {"mantle", "anthropic.claude-haiku-4-5", 0, "claude-haiku-4-5"},
      {"mantle", "us.anthropic.claude-opus-4-8", 404, "does not exist"},
      {"mantle", "anthropic.claude-haiku-4-5-20251001", 404, "does not exist"},
      {"mantle", "anthropic.claude-opus-4-6", 404, "does not exist"},
      {"vertex", "claude-haiku-4-5@20251001", 0, "claude-haiku-4-5-20251001"},
      {"vertex", "claude-haiku-4-5-20251001", 404, "Publisher Model"},
      {"vertex", "anthropic.claude-opus-4-8", 404, "NOT_FOUND"},
      {"foundry", "my-deployment", 0, "claude-mock-my-deployment"},
      {"foundry", "claude-opus-4-8", 0, "claude-opus-4-8"},
      {"aws", "us.anthropic.claude-opus-4-8", 0, "us.anthropic.claude-opus-4-8"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.as);
    CAPTURE(row.name);
    Host host = host_as(row.as);
    http::Request request = request_to(row.as, R"({"model":")" + std::string(row.name) + "\"}");
    if (std::string(row.as) == "vertex") {
      request.target = kVertex + std::string(row.name) + ":rawPredict";
      request.body = R"({"anthropic_version":"vertex-2023-10-16"})";
    }
    const auto refused = host.admit(request, 1);
    CHECK((refused ? refused->status : 0) == row.status);
    CHECK(has(refused ? text_of(*refused) : request.body, row.plain));
  }
}

TEST_CASE("mock host: where a key may stand, and what is said of one that may not") {
  const struct {
    const char* header;
    const char* taken_by;
  } rows[] = {{"authorization", "aws google bedrock mantle vertex foundry"},
              {"x-api-key", "aws bedrock mantle foundry"},
              {"api-key", "foundry"}};
  for (const auto& row : rows) {
    for (const std::string as : kHosts) {
      CAPTURE(row.header);
      CAPTURE(as);
      const bool bearer = std::string(row.header) == "authorization";
      HostOptions options;
      options.token = "the-key";
      Host host = host_as(as, options);
      http::Request request = request_to(as, body_for(as, ""));
      request.headers = {{row.header, bearer ? "Bearer the-key" : "the-key"},
                         {"anthropic-workspace-id", "w"}};
      CHECK(refusal(host, request).empty() == has_word(row.taken_by, as));
      request.headers[0].second += "-not";
      const std::string got = refusal(host, request);
      CHECK(got.starts_with(has_word("aws bedrock mantle", as) ? "403 " : "401 "));
      CHECK(has(got, has_word("google vertex", as) ? R"("status":"UNAUTHENTICATED")" : "message"));
    }
  }
}

TEST_CASE("mock host: a clock that is five minutes off, by the date that the answer tells") {
  for (const int ahead : {0, 299, 301, 3600, -301}) {
    CAPTURE(ahead);
    HostOptions options;
    options.aws = {"AKID", "a-secret-of-aws"};
    options.clock_ahead = std::chrono::seconds(ahead);
    Host host = host_as("bedrock", options);
    const auto now = static_cast<int64_t>(std::time(nullptr));
    UpstreamRequest sent;
    sent.path = "/anthropic/v1/messages";
    sent.headers = {{"content-type", "application/json"}};
    sent.body = body_for("bedrock", "");
    // A second may pass between here and there.
    const int64_t at = ahead == 299 ? now + 1 : ahead == -301 ? now + 2 : now;
    sign(sent, "h", {"AKID", "a-secret-of-aws", ""}, {"eu-west-1", "bedrock"}, at);
    http::Request request = request_to("bedrock", sent.body);
    request.headers = sent.headers;
    request.headers.emplace_back("host", "h");
    auto refused = host.admit(request, 1);
    REQUIRE(refused.has_value() == (std::abs(ahead) > 300));
    if (!refused) continue;
    CHECK(refused->status == 403);
    CHECK(has(text_of(*refused), ahead > 0 ? "Signature expired" : "Signature not yet current"));
    host.shape(*refused);
    CHECK(find_header(refused->headers, "x-amzn-errortype") == "InvalidSignatureException");
    const std::string date(find_header(refused->headers, "date").value_or(""));
    CHECK((date == http_date(now + ahead) || date == http_date(now + ahead + 1)));
  }
}

TEST_CASE("mock host: the ids of a request, under the names that each host has for them") {
  const struct {
    const char* as;
    const char* header;
  } rows[] = {{"aws", "request-id"},    {"google", "request-id"},  {"bedrock", "x-amzn-requestid"},
              {"mantle", "request-id"}, {"foundry", "request-id"}, {"foundry", "apim-request-id"}};
  for (const auto& row : rows) {
    CAPTURE(row.as);
    Answer answer = answer_json("{}", 7);
    host_as(row.as).shape(answer);
    CHECK(find_header(answer.headers, row.header) == "req_mock_00000007");
  }
  Answer answer = answer_error(api_error(400, "no"), 7);
  host_as("vertex").shape(answer);
  CHECK(!find_header(answer.headers, "request-id"));
  CHECK(has(text_of(answer), R"("request_id":"req_vrtx_00000007")"));
}

TEST_CASE("mock host: bodies over a host's limit") {
  for (const auto& [as, bytes] : {std::pair("bedrock", 20'000'000), std::pair("mantle", 20'000'000),
                                  std::pair("vertex", 30'000'000)}) {
    CAPTURE(as);
    Host host = host_as(as);
    http::Request request = request_to(as, body_for(as, ""));
    request.body.resize(static_cast<size_t>(bytes), ' ');
    CHECK(refusal(host, request).empty());
    request.body += ' ';
    CHECK(refusal(host, request).starts_with("413 "));
  }
}

}  // namespace proxx::mock
