#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "cli/batch/job.h"
#include "support/fake_upstream.h"
#include "upstream/anthropic_provider.h"

using namespace proxx;
using cli::BatchJob;
using cli::BatchShared;

namespace {

struct Fixture {
  boost::asio::io_context loop;
  test::FakeUpstream upstream;
  AnthropicProvider provider;
  ModelTable models;
  BatchShared shared;
  bool done = false;
  BatchJob job;

  Fixture()
      : shared(of(loop, upstream, provider, models)),
        job(shared, 1, "a",
            R"({"model":"claude-sonnet-5-5","messages":[{"role":"user","content":"hi"}]})",
            [this](BatchJob&, const Error*) { done = true; }) {}

  static BatchShared of(boost::asio::io_context& loop, test::FakeUpstream& upstream,
                        const AnthropicProvider& provider, const ModelTable& models) {
    BatchShared shared;
    shared.context.loop = &loop;
    shared.context.upstream = &upstream;
    shared.context.provider = &provider;
    shared.context.conversion.models = &models;
    static const Credential kCredential{"sk-test", {}};
    shared.credential = &kCredential;
    return shared;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a line that may start is asked in the loop's next turn") {
  job.start();
  CHECK(upstream.calls.empty());
  loop.poll();
  REQUIRE(upstream.calls.size() == 1);
  CHECK(job.asking());
}

TEST_CASE_FIXTURE(Fixture, "a line whose start is on its way when the run stops is not asked") {
  job.start();
  shared.stopping = true;
  loop.poll();
  CHECK(upstream.calls.empty());
  CHECK_FALSE(job.asking());
  CHECK_FALSE(done);
}

TEST_CASE_FIXTURE(Fixture, "once the run stops a failure is a line's last") {
  shared.max_retries = 3;
  job.start();
  loop.poll();
  REQUIRE(upstream.calls.size() == 1);
  shared.stopping = true;
  upstream.calls[0]->answer(
      529, "application/json",
      R"({"type":"error","error":{"type":"overloaded_error","message":"no"}})");
  CHECK(done);
}
