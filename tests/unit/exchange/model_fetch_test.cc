#include "exchange/model_fetch.h"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "support/fake_provider.h"
#include "support/fake_upstream.h"
#include "upstream/anthropic_provider.h"

using namespace proxx;
using test::FakeUpstream;

namespace {

std::string page(const std::string& id, bool has_more) {
  return R"({"data":[{"type":"model","id":")" + id + R"("}],"has_more":)" +
         (has_more ? "true" : "false") + R"(,"last_id":")" + id + "\"}";
}

struct Fixture {
  boost::asio::io_context loop;
  FakeUpstream upstream;
  ModelTable models;
  AnthropicProvider provider{team_header()};
  ExchangeContext context;
  std::optional<Result<std::vector<ModelInfo>>> result;
  std::unique_ptr<ModelFetch> fetch;

  Fixture() {
    context.loop = &loop;
    context.upstream = &upstream;
    context.provider = &provider;
    context.conversion.models = &models;
    Credential credential;
    credential.api_key = "sk-test";
    fetch = std::make_unique<ModelFetch>(context, credential, [this](auto got) {
      result = std::move(got);
      fetch.reset();  // as an owner may
    });
  }
  static HeaderOptions team_header() {
    HeaderOptions options;
    options.extra = {{"x-team", "blue"}};
    return options;
  }
  FakeUpstream::Call& call(size_t index) { return *upstream.calls.at(index); }
};

TEST_CASE("model fetch: a provider without a model list fails it, later and not after its end") {
  boost::asio::io_context loop;
  FakeUpstream upstream;
  test::FakeProvider hosted;
  hosted.error = test::FakeProvider::refusal();
  ExchangeContext context;
  context.loop = &loop;
  context.upstream = &upstream;
  context.provider = &hosted;
  std::optional<Result<std::vector<ModelInfo>>> result;
  const auto keep = [&](auto got) { result = std::move(got); };
  std::optional<ModelFetch> fetch(std::in_place, context, Credential{}, keep);
  fetch.reset();
  loop.run();
  CHECK_FALSE(result);

  fetch.emplace(context, Credential{}, keep);
  CHECK_FALSE(result);
  loop.restart();
  loop.run();
  REQUIRE(result);
  REQUIRE_FALSE(*result);
  CHECK(result->error().message == "this upstream has no such endpoint");
  CHECK(upstream.calls.empty());
}

TEST_CASE("model fetch: one page, asked for with the key and the headers of every call") {
  Fixture fixture;
  const UpstreamRequest& request = fixture.call(0).request;
  CHECK(request.method == "GET");
  CHECK(request.path == "/v1/models?limit=1000");
  CHECK(request.body.empty());
  CHECK(find_header(request.headers, "x-api-key") == "sk-test");
  CHECK(find_header(request.headers, "x-team") == "blue");
  CHECK(request.timeouts.total.count() > 0);
  CHECK(request.timeouts.total <= std::chrono::seconds(10));
  fixture.call(0).answer(200, "application/json", page("claude-a", false));
  REQUIRE(fixture.result);
  REQUIRE(*fixture.result);
  REQUIRE((*fixture.result)->size() == 1);
  CHECK((**fixture.result)[0].id == "claude-a");
}

TEST_CASE("model fetch: all pages are followed") {
  Fixture fixture;
  fixture.call(0).answer(200, "application/json", page("a", true));
  CHECK(fixture.call(1).request.path == "/v1/models?limit=1000&after_id=a");
  CHECK_FALSE(fixture.result);
  fixture.call(1).answer(200, "application/json", page("b&c=d/", true));
  CHECK(fixture.call(2).request.path == "/v1/models?limit=1000&after_id=b%26c%3Dd%2F");
  fixture.call(2).answer(200, "application/json", page("e", false));
  REQUIRE(fixture.result);
  REQUIRE(*fixture.result);
  CHECK((*fixture.result)->size() == 3);
}

TEST_CASE("model fetch: a list without an end is an error") {
  for (const bool same_page : {true, false}) {
    CAPTURE(same_page);
    Fixture fixture;
    size_t asked = 0;
    for (; asked < 100 && !fixture.result; ++asked) {
      const std::string id = same_page ? "a" : "a" + std::to_string(asked);
      fixture.call(asked).answer(200, "application/json", page(id, true));
    }
    REQUIRE(fixture.result);
    REQUIRE_FALSE(*fixture.result);
    CHECK(fixture.result->error().kind == ErrorKind::upstream_protocol);
    CHECK(asked == (same_page ? 2 : 10));
  }
}

TEST_CASE("model fetch: what fails is the error of a request, and is not tried again") {
  {
    Fixture fixture;
    fixture.call(0).answer(401, "application/json",
                           R"({"type":"error","error":{"type":"authentication_error",)"
                           R"("message":"invalid x-api-key"}})");
    REQUIRE(fixture.result);
    REQUIRE_FALSE(*fixture.result);
    CHECK(fixture.result->error().http_status == 401);
  }
  {
    Fixture fixture;
    fixture.call(0).done(err(ErrorKind::upstream_unreachable, "refused"));
    REQUIRE(fixture.result);
    REQUIRE_FALSE(*fixture.result);
    CHECK(fixture.result->error().kind == ErrorKind::upstream_unreachable);
    CHECK(fixture.upstream.calls.size() == 1);
  }
  {
    Fixture fixture;
    fixture.call(0).answer(200, "text/html", "<html>");
    REQUIRE(fixture.result);
    REQUIRE_FALSE(*fixture.result);
    CHECK(fixture.result->error().kind == ErrorKind::upstream_protocol);
  }
}

TEST_CASE(
    "model fetch: a refused key is renewed once, on any page; a failed renewal is the error") {
  constexpr const char* kRefusal =
      R"({"type":"error","error":{"type":"authentication_error","message":"expired"}})";
  const struct {
    Result<std::optional<Credential>> renewed;
    size_t calls;
  } rows[] = {{std::optional(Credential{"sk-new", {}}), 3},
              {std::optional<Credential>(), 2},
              {err(ErrorKind::upstream_credentials, "no"), 2}};
  for (const auto& row : rows) {
    Fixture fixture;
    int renewals = 0;
    fixture.context.renew = [&](const Credential& refused, const OnRenewal& tell) {
      CHECK(refused.api_key == "sk-test");
      ++renewals;
      tell(row.renewed);
    };
    fixture.call(0).answer(200, "application/json", page("a", true));
    fixture.call(1).answer(401, "application/json", kRefusal);
    CHECK(renewals == 1);
    REQUIRE(fixture.upstream.calls.size() == row.calls);
    if (row.calls == 3) {
      CHECK(fixture.call(2).request.path == fixture.call(1).request.path);
      CHECK(find_header(fixture.call(2).request.headers, "x-api-key") == "sk-new");
      fixture.call(2).answer(401, "application/json", kRefusal);
    }
    CHECK(renewals == 1);
    REQUIRE(fixture.result);
    REQUIRE_FALSE(*fixture.result);
    const bool failed = !row.renewed.has_value();
    CHECK((fixture.result->error().kind == ErrorKind::upstream_credentials) == failed);
    CHECK(fixture.result->error().http_status == (failed ? 0 : 401));
  }
}

TEST_CASE("model fetch: a page is read up to 4 MiB; a cut one is no list") {
  Fixture fixture;
  fixture.call(0).head(200, {{"content-type", "application/json"}});
  fixture.call(0).data(R"({"data":[{"id":"a"}],"more":")");
  for (int i = 0; i < 5; ++i) fixture.call(0).data(std::string(size_t{1} << 20, 'x'));
  fixture.call(0).data("\"}");
  fixture.call(0).done();
  REQUIRE(fixture.result);
  CHECK_FALSE(*fixture.result);
}

TEST_CASE("model fetch: its end cancels the call") {
  Fixture fixture;
  fixture.fetch.reset();
  CHECK(fixture.call(0).cancelled());
  CHECK_FALSE(fixture.result);
}

}  // namespace
