#include "upstream/anthropic_provider.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace proxx {
namespace {

UpstreamHead head_of(int status, const char* content_type, const char* coding = nullptr) {
  UpstreamHead head{status, {}};
  if (content_type != nullptr) head.headers.emplace_back("content-type", content_type);
  if (coding != nullptr) head.headers.emplace_back("content-encoding", coding);
  return head;
}

}  // namespace

TEST_CASE("anthropic: path and body pass unchanged, the headers are those of every call") {
  HeaderOptions options;
  options.profile = HeaderProfile::plain;
  options.extra = {{"x-team", "blue"}};
  const AnthropicProvider provider(options, {"held-secret-1"});
  ProviderCall call;
  call.body = R"({"model":"claude-sonnet-5-5"})";
  call.credential.api_key = "sk-call-secret-2";
  call.headers.betas = {"one-beta"};
  const auto request = provider.prepare(call);
  REQUIRE(request);
  CHECK(request->method == "POST");
  CHECK(request->path == "/v1/messages");
  CHECK(request->body == call.body);
  CHECK(request->headers == upstream_headers(options, call.credential, call.headers));
  CHECK(find_header(request->headers, "x-api-key") == "sk-call-secret-2");
  CHECK(find_header(request->headers, "x-team") == "blue");
  CHECK(find_header(request->headers, "anthropic-beta") == "one-beta");
  for (const char* secret : {"held-secret-1", "sk-call-secret-2"})
    CHECK(std::count(request->secrets.begin(), request->secrets.end(), secret) == 1);

  call.method = "GET";
  call.path = "/v1/models?limit=2";
  const auto list = provider.prepare(call);
  REQUIRE(list);
  CHECK(list->method == "GET");
  CHECK(list->path == "/v1/models?limit=2");
}

TEST_CASE("anthropic: an answer is read by its status and content-type") {
  const AnthropicProvider provider;
  const struct {
    const char* name;
    UpstreamHead head;
    Result<BodyKind> want;
  } rows[] = {
      {"stream", head_of(200, "Text/Event-Stream ; charset=utf-8"), BodyKind::events},
      {"message", head_of(200, "application/json"), BodyKind::message},
      {"client error", head_of(400, nullptr), BodyKind::error},
      {"server error", head_of(529, "text/html"), BodyKind::error},
      {"no type", head_of(200, nullptr), err(ErrorKind::upstream_bad_content_type, "")},
      {"page", head_of(200, "text/html"), err(ErrorKind::upstream_bad_content_type, "")},
      {"coded", head_of(200, "application/json", "gzip"),
       err(ErrorKind::upstream_bad_content_type, "")},
      {"accepted", head_of(202, nullptr), err(ErrorKind::upstream_protocol, "")},
      {"U12: accepted, with JSON", head_of(202, "application/json"), BodyKind::error},
      {"a kind of JSON", head_of(200, "application/problem+json"), BodyKind::message},
      {"redirect", head_of(302, "application/json"), err(ErrorKind::upstream_redirect, "")},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto got = provider.body_kind(row.head);
    REQUIRE(got.has_value() == row.want.has_value());
    if (got) {
      CHECK(*got == *row.want);
    } else {
      CHECK(got.error().kind == row.want.error().kind);
    }
  }
}

}  // namespace proxx
