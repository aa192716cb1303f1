#include "mock/host.h"

#include <doctest/doctest.h>

#include <string>

namespace proxx::mock {
namespace {

constexpr const char* kHosts[] = {"aws", "google", "bedrock", "mantle", "vertex", "foundry"};

/// A message to `as`, admitted but for its body.
http::Request request_to(const std::string& as, std::string body) {
  http::Request request;
  request.method = "POST";
  request.target = as == "aws" ? "/v1/messages" : "/anthropic/v1/messages";
  if (as == "google") request.target = "/v1/projects/p/locations/l/workspaces/w/invoke/v1/messages";
  if (as == "vertex") {
    request.target = "/v1/projects/p/locations/l/publishers/anthropic/models/m:rawPredict";
  }
  request.headers = {{"authorization", "Bearer a-token"}, {"anthropic-workspace-id", "w"}};
  request.body = std::move(body);
  return request;
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
      R"({"model":"us.anthropic.m","output_config":3,"tools":{"a":1}})",
      R"({"model":"us.anthropic.m","messages":[{"content":[{"source":{"type":3}}]}]})",
      R"({"model":"us.anthropic.m","messages":)" + deep + std::string(deep.size(), ']') + "}"};
  for (const char* as : kHosts) {
    for (const std::string& body : bodies) {
      CAPTURE(as);
      CAPTURE(body.substr(0, 80));
      HostOptions options;
      options.as = as;
      auto host = Host::make(std::move(options));
      REQUIRE(host);
      http::Request request = request_to(as, body);
      const auto refusal = host->admit(request, 1);
      if (refusal) CHECK(refusal->status >= 400);
    }
  }
}

}  // namespace proxx::mock
