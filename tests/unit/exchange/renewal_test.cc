#include <atomic>
#include <ctime>

#include "exchange/key_renewal.h"
#include "unit/exchange/fixture.h"
#include "upstream/host_provider.h"

namespace proxx {
namespace {

using namespace test;

constexpr const char* kExpired =
    R"({"message":"The security token included in the request is expired"})";
const std::string kAuthError =
    R"({"type":"error","error":{"type":"authentication_error","message":"no"}})";

/// A context whose credential is renewed to `next`, and counted.
struct Renewing : Fixture {
  int renewals = 0;
  Result<std::optional<Credential>> next = std::optional(Credential{"second", {}});

  Renewing() {
    context.renew = [this](const Credential&, OnRenewal tell) {
      ++renewals;
      tell(next);
    };
  }
};

/// Runs the loop until `wanted` answers have come.
void run_until(boost::asio::io_context& loop, const size_t& answers, size_t wanted) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (answers < wanted && std::chrono::steady_clock::now() < deadline) {
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(50));
  }
  REQUIRE(answers == wanted);
}

}  // namespace

TEST_CASE("renewal: a refused credential is tried once more, and without retries too") {
  for (const auto& [status, body] :
       {std::pair(401, kAuthError), std::pair(403, std::string(kExpired))}) {
    Renewing f;
    f.start(kJsonRequest, "first");
    f.call(0).answer(status, "application/json", body);
    REQUIRE(f.upstream.calls.size() == 2);
    CHECK(find_header(f.call(1).request.headers, "x-api-key") == "second");
    CHECK(f.call(1).request.body == f.call(0).request.body);
    f.call(1).answer(status, "application/json", body);
    CHECK(f.upstream.calls.size() == 2);
    CHECK(f.renewals == 1);
    REQUIRE(f.sink.error);
    CHECK(f.sink.error->http_status == status);
  }
}

TEST_CASE(
    "renewal: another 403 is no word about the credential, nor is anything after a first byte") {
  Renewing f;
  f.start(kJsonRequest, "first");
  f.call(0).answer(403, "application/json", R"({"message":"User is not authorized"})");
  CHECK(f.renewals == 0);
  CHECK(f.sink.error->http_status == 403);

  Renewing streaming;
  streaming.start(kStreamRequest, "first");
  streaming.call(0).head(200, {{"content-type", "text/event-stream"}});
  streaming.call(0).data(kStart);
  streaming.call(0).data(
      event("error", R"(,"error":{"type":"authentication_error","message":"expired"})"));
  CHECK(streaming.renewals == 0);
  CHECK(streaming.upstream.calls.size() == 1);
  CHECK(streaming.sink.error);
}

TEST_CASE(
    "renewal: what cannot be read is the answer; where there is no other key the refusal is") {
  Renewing failing;
  failing.next = err(ErrorKind::upstream_credentials, "auth_token_command: exited");
  failing.start(kJsonRequest, "first");
  failing.call(0).answer(401, "application/json", kAuthError);
  REQUIRE(failing.sink.error);
  CHECK(failing.sink.error->kind == ErrorKind::upstream_credentials);

  Renewing same;
  same.next = std::nullopt;
  same.start(kJsonRequest, "first");
  same.call(0).answer(401, "application/json", kAuthError);
  REQUIRE(same.sink.error);
  CHECK(same.sink.error->http_status == 401);
}

TEST_CASE("renewal: a clock that AWS finds wrong is corrected, once") {
  Renewing f;
  HostTarget target;
  target.host = &host_of(HostKind::bedrock, BedrockEndpoint::runtime);
  target.region = "eu-west-1";
  const HostProvider provider(target, "https://h/anthropic", {}, {}, [] { return 1440938160; });
  f.context.provider = &provider;
  f.exchange = std::make_unique<Exchange>(f.context, f.sink);
  ExchangeRequest request;
  request.body = kJsonRequest;
  request.credential.aws = {"AKID", "secret-of-aws-1", "", 0};
  f.exchange->start(std::move(request));
  CHECK(find_header(f.call(0).request.headers, "x-amz-date") == "20150830T123600Z");
  f.call(0).head(403,
                 {{"content-type", "application/json"}, {"date", "Sun, 30 Aug 2015 13:36:00 GMT"}});
  f.call(0).data(R"({"message":"Signature expired: 20150830T123600Z is now earlier than ..."})");
  f.call(0).done();
  REQUIRE(f.upstream.calls.size() == 2);
  CHECK(find_header(f.call(1).request.headers, "x-amz-date") == "20150830T133600Z");
  CHECK(f.renewals == 0);
  f.call(1).answer(200, "application/json", kMessage);
  CHECK(f.sink.finished);
}

TEST_CASE(
    "renewal: a credential is renewed before it ends; one that is still good is used if not") {
  const auto now = static_cast<int64_t>(std::time(nullptr));
  const struct {
    int64_t ends;
    bool renews;
    bool fails;
    size_t calls;
  } rows[] = {{now + 3600, false, false, 1},
              {now + 60, true, false, 1},
              {now + 60, true, true, 1},
              {now - 1, true, true, 0}};
  for (const auto& row : rows) {
    Renewing f;
    if (row.fails) f.next = err(ErrorKind::upstream_credentials, "no");
    f.exchange = std::make_unique<Exchange>(f.context, f.sink);
    ExchangeRequest request;
    request.body = kJsonRequest;
    request.credential.api_key = "first";
    request.credential.aws = {"AKID", "secret-of-aws-1", "", row.ends};
    f.exchange->start(std::move(request));
    CHECK(f.renewals == (row.renews ? 1 : 0));
    REQUIRE(f.upstream.calls.size() == row.calls);
    const bool renewed = row.renews && !row.fails;
    if (row.calls == 1) {
      CHECK(find_header(f.call(0).request.headers, "x-api-key") == (renewed ? "second" : "first"));
    } else {
      CHECK(f.sink.error->kind == ErrorKind::upstream_credentials);
    }
  }
}

TEST_CASE(
    "renewal: one reading for all who wait; a failure is told to each, and not tried at once") {
  boost::asio::io_context loop;
  std::atomic<int> readings{0};
  std::atomic<bool> fails{false};
  KeyRenewal renewal(
      [&](const std::atomic<bool>&) -> Result<Credential> {
        const int number = ++readings;
        if (fails) return err(ErrorKind::usage, "auth_token_command: no");
        return Credential{"key-" + std::to_string(number), {}};
      },
      [](const Credential&) {});
  size_t answers = 0;
  const auto ask = [&](const std::string& refused, const std::string& want) {
    renewal.ask(loop, {refused, {}}, [&answers, want](Result<std::optional<Credential>> renewed) {
      ++answers;
      if (want.empty()) {
        CHECK(renewed.error().kind == ErrorKind::upstream_credentials);
      } else {
        REQUIRE(renewed.has_value());
        REQUIRE(renewed->has_value());
        CHECK((*renewed)->api_key == want);
      }
    });
  };
  for (int i = 0; i < 50; ++i) ask("key-0", "key-1");
  run_until(loop, answers, 50);
  CHECK(readings == 1);
  ask("key-0", "key-1");  // one that was late
  run_until(loop, answers, 51);
  CHECK(readings == 1);
  fails = true;
  ask("key-1", "");
  run_until(loop, answers, 52);
  ask("key-1", "");
  run_until(loop, answers, 53);
  CHECK(readings == 2);
}

TEST_CASE("renewal: a credential that is marked as refused is over, one without an end is not") {
  CHECK(!is_due({"key", {}}, 1'000'000));
  CHECK(!is_over({"key", {}}, 1'000'000));
  const Credential marked = irreplaceable({"key", {}});
  CHECK(is_due(marked, 0));
  CHECK(is_over(marked, 0));
  const auto now = static_cast<int64_t>(std::time(nullptr));
  const Credential ending{{}, {}, {"AKID", "secret-of-aws-1", "", now + 60}};
  CHECK(irreplaceable(ending) == ending);
  CHECK(is_due(ending, now));
  CHECK(!is_over(ending, now));
  CHECK(is_over(ending, now + 60));
}

TEST_CASE("renewal: a refused credential that nothing replaces is not sent again meanwhile") {
  boost::asio::io_context loop;
  std::atomic<int> readings{0};
  std::vector<Credential> counts;  // written by the reading, which is over when an answer comes
  KeyRenewal renewal(
      [&](const std::atomic<bool>&) -> Result<Credential> {
        ++readings;
        return err(ErrorKind::usage, "auth_token_command: no");
      },
      [&](const Credential& credential) { counts.push_back(credential); });
  size_t answers = 0;
  const auto ask = [&](const Credential& refused) {
    renewal.ask(loop, refused, [&answers](const Result<std::optional<Credential>>& renewed) {
      ++answers;
      REQUIRE(!renewed);
      CHECK(renewed.error().kind == ErrorKind::upstream_credentials);
    });
    run_until(loop, answers, answers + 1);
  };
  const Credential refused{"", "token-1"};
  ask(refused);
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].auth_token == "token-1");
  CHECK(counts[0].refused);
  ask(counts[0]);
  ask(refused);  // sent before that was known
  CHECK(readings == 1);
  CHECK(counts.size() == 1);

  Fixture f;
  f.context.renew = [&](const Credential& credential, OnRenewal tell) {
    renewal.ask(f.loop, credential, std::move(tell));
  };
  f.exchange = std::make_unique<Exchange>(f.context, f.sink);
  ExchangeRequest request;
  request.body = kJsonRequest;
  request.credential = counts[0];
  f.exchange->start(std::move(request));
  f.loop.run();
  CHECK(f.upstream.calls.empty());
  REQUIRE(f.sink.error);
  CHECK(f.sink.error->kind == ErrorKind::upstream_credentials);
}

}  // namespace proxx
