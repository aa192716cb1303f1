#include "upstream/host_provider.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace proxx {
namespace {

HostTarget target_of(HostKind kind, BedrockEndpoint endpoint = BedrockEndpoint::runtime) {
  HostTarget target;
  target.host = &host_of(kind, endpoint);
  target.region = kind == HostKind::vertex || kind == HostKind::google ? "global" : "eu-west-1";
  target.project = "my-project";
  target.workspace = "wrkspc_1";
  target.resource = "my-resource";
  return target;
}

HostProvider provider_of(const HostTarget& target, HostProvider::Clock now = {}) {
  HeaderOptions options;
  options.profile = HeaderProfile::plain;
  return HostProvider(target, host_url(target) + host_prefix(target), options, {}, std::move(now));
}

ProviderCall call_of(std::string model, std::string_view path = "/v1/messages") {
  ProviderCall call;
  call.path = path;
  call.body = R"({"model":")" + model + R"(","max_tokens":5,"stream":true,"messages":[]})";
  call.credential.auth_token = "secret-token-1";
  return call;
}

UpstreamHead head_of(int status, HeaderList headers = {}) {
  return {status, std::move(headers)};
}

}  // namespace

TEST_CASE("hosts: names as each host has them; what is not bare passes") {
  using enum HostKind;
  constexpr auto kMantle = BedrockEndpoint::mantle;
  constexpr auto kRuntime = BedrockEndpoint::runtime;
  const struct {
    HostKind kind;
    BedrockEndpoint endpoint;
    const char* name;
    const char* want;
  } rows[] = {
      {bedrock, kRuntime, "claude-haiku-4-5", "global.anthropic.claude-haiku-4-5-20251001-v1:0"},
      {bedrock, kRuntime, "claude-haiku-4-5-20251001",
       "global.anthropic.claude-haiku-4-5-20251001-v1:0"},
      {bedrock, kRuntime, "claude-opus-4-6", "global.anthropic.claude-opus-4-6-v1"},
      {bedrock, kRuntime, "claude-sonnet-4-6", "global.anthropic.claude-sonnet-4-6"},
      {bedrock, kRuntime, "claude-sonnet-5-5", "global.anthropic.claude-sonnet-5-5"},
      {bedrock, kRuntime, "us.anthropic.claude-opus-4-8", "us.anthropic.claude-opus-4-8"},
      {bedrock, kRuntime, "arn:aws:bedrock:us-east-1:1:application-inference-profile/x",
       "arn:aws:bedrock:us-east-1:1:application-inference-profile/x"},
      {bedrock, kMantle, "claude-opus-4-5", "anthropic.claude-opus-4-5"},
      {vertex, kRuntime, "claude-sonnet-4-5-20250929", "claude-sonnet-4-5@20250929"},
      {vertex, kRuntime, "claude-opus-4-6", "claude-opus-4-6"},
      {vertex, kRuntime, "claude-haiku-4-5@20251001", "claude-haiku-4-5@20251001"},
      {foundry, kRuntime, "claude-haiku-4-5", "claude-haiku-4-5"},
      {anthropic, kRuntime, "claude-haiku-4-5", "claude-haiku-4-5"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(hosted_name(target_of(row.kind, row.endpoint), row.name) == row.want);
  }
}

TEST_CASE("hosts: regions of Vertex") {
  HostTarget target = target_of(HostKind::vertex);
  for (const auto& [region, url] :
       {std::pair("global", "https://aiplatform.googleapis.com"),
        std::pair("eu", "https://aiplatform.eu.rep.googleapis.com"),
        std::pair("us-east5", "https://us-east5-aiplatform.googleapis.com")}) {
    target.region = region;
    CHECK(host_url(target) == url);
  }
}

TEST_CASE("hosts: a client's body keeps its bytes but for the model") {
  ProviderCall call = call_of("x");
  call.body = R"({ "messages" : [1.50], "model":"claude-opus-4-8","anthropic_version":"mine"})";
  const auto request = provider_of(target_of(HostKind::vertex)).prepare(call);
  REQUIRE(request);
  CHECK(request->body == R"({"anthropic_version":"vertex-2023-10-16","messages":[1.50]})");
  CHECK(request->path.ends_with("/claude-opus-4-8:rawPredict"));
}

TEST_CASE("hosts: a model cannot leave its place in the path") {
  const auto request =
      provider_of(target_of(HostKind::vertex)).prepare(call_of("../../x?y#z:rawPredict"));
  REQUIRE(request);
  CHECK(request->path.find("models/..%2F..%2Fx%3Fy%23z%3ArawPredict:streamRawPredict") !=
        std::string::npos);
}

TEST_CASE("hosts: what a host has not is refused before it is sent") {
  const struct {
    HostKind kind;
    const char* path;
    const char* message;
  } rows[] = {
      {HostKind::bedrock, "/v1/messages/batches?limit=1", "Bedrock has no Message Batches"},
      {HostKind::vertex, "/v1/messages/batches", "Vertex has no Message Batches"},
      {HostKind::foundry, "/v1/models", "Foundry has no list of models"},
      {HostKind::bedrock, "/v1/messages/count_tokens",
       "Bedrock has no count_tokens at its runtime endpoint"},
  };
  for (const auto& row : rows) {
    const auto refused = provider_of(target_of(row.kind)).prepare(call_of("x", row.path));
    REQUIRE(!refused);
    CHECK(refused.error().kind == ErrorKind::invalid_request);
    CHECK(refused.error().message == row.message);
  }
  ProviderCall large = call_of("claude-opus-4-8");
  large.body.resize(20'000'001, ' ');
  const auto refused = provider_of(target_of(HostKind::bedrock)).prepare(large);
  REQUIRE(!refused);
  CHECK(refused.error().kind == ErrorKind::request_too_large);
  CHECK(refused.error().message ==
        "Bedrock takes bodies of 20 MB at most; this one has 20000001 bytes");
  for (const char* body : {"[]", "{", "{}", R"({"model":7})"}) {
    ProviderCall call = call_of("x");
    call.body = body;
    CHECK(!provider_of(target_of(HostKind::bedrock)).prepare(call));
  }
}

TEST_CASE("hosts: a request is signed for the host's own service, its prefix included") {
  HostTarget target = target_of(HostKind::bedrock);
  ProviderCall call = call_of("claude-opus-4-8");
  call.credential = {{}, {}, {"AKID", "a-secret-key-of-aws", "a-session-token", 0}};
  const auto request = provider_of(target, [] { return 1440938160; }).prepare(call);
  REQUIRE(request);
  CHECK(request->path == "/v1/messages");
  const std::string signature(find_header(request->headers, "authorization").value_or(""));
  CHECK(signature.starts_with(
      "AWS4-HMAC-SHA256 Credential=AKID/20150830/eu-west-1/bedrock/aws4_request"));
  CHECK(!find_header(request->headers, "x-api-key"));
  for (const char* secret : {"a-secret-key-of-aws", "a-session-token"})
    CHECK(std::count(request->secrets.begin(), request->secrets.end(), secret) == 1);

  target.signing_host = "bedrock-runtime.eu-west-1.amazonaws.com";
  HeaderOptions options;
  options.profile = HeaderProfile::plain;
  const HostProvider gateway(target, "http://127.0.0.1:9/anthropic", options, {},
                             [] { return 1440938160; });
  const auto through = gateway.prepare(call);
  REQUIRE(through);
  CHECK(find_header(through->headers, "authorization") == signature);
}

TEST_CASE("hosts: what a refusal is about") {
  const HostProvider provider =
      provider_of(target_of(HostKind::bedrock), [] { return 1440938160; });
  const struct {
    UpstreamHead head;
    const char* body;
    Refusal want;
  } rows[] = {
      {head_of(401), "", Refusal::credential},
      {head_of(403), R"({"message":"The security token included in the request is expired"})",
       Refusal::credential},
      {head_of(403, {{"x-amzn-errortype", "ExpiredTokenException:http://x"}}), "{}",
       Refusal::credential},
      {head_of(403), R"({"error":{"status":"UNAUTHENTICATED"}})", Refusal::credential},
      {head_of(403), R"({"message":"User is not authorized to perform: bedrock:Invoke"})",
       Refusal::none},
      {head_of(400), "expiredtoken", Refusal::none},
      // The clock is right by the answer's date: it would be refused again.
      {head_of(403, {{"date", "Sun, 30 Aug 2015 12:37:00 GMT"}}),
       R"({"message":"Signature expired: 20150830T123600Z is now earlier"})", Refusal::none},
      {head_of(403, {{"date", "Sun, 30 Aug 2015 13:36:00 GMT"}}),
       R"({"message":"Signature expired: 20150830T123600Z is now earlier"})", Refusal::corrected},
  };
  for (const auto& row : rows) {
    CAPTURE(row.body);
    CHECK(provider.judge(row.head, row.body) == row.want);
  }
  ProviderCall call = call_of("claude-opus-4-8");
  call.credential = {{}, {}, {"AKID", "a-secret-key-of-aws", "", 0}};
  const auto request = provider.prepare(call);
  REQUIRE(request);
  CHECK(find_header(request->headers, "x-amz-date") == "20150830T133600Z");
}

TEST_CASE("hosts: an error that its host explains") {
  Error on_demand(ErrorKind::upstream_status,
                  "Invocation with on-demand throughput isn't supported");
  provider_of(target_of(HostKind::bedrock)).explain(on_demand);
  CHECK(on_demand.message.ends_with(
      "(use an inference profile such as global.anthropic.claude-opus-4-8)"));
  Error missing(ErrorKind::upstream_status, "not found");
  missing.http_status = 404;
  provider_of(target_of(HostKind::bedrock, BedrockEndpoint::mantle)).explain(missing);
  CHECK(missing.message == "not found (mantle takes anthropic.NAME without a prefix)");
}

TEST_CASE("hosts: an event stream of AWS's is told what it is") {
  const auto kind =
      provider_of(target_of(HostKind::bedrock))
          .body_kind(head_of(200, {{"content-type", "application/vnd.amazon.eventstream"}}));
  REQUIRE(!kind);
  CHECK(kind.error().message == "this endpoint speaks InvokeModel: use upstream: bedrock");
}

}  // namespace proxx
