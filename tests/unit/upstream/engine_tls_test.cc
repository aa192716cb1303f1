#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "harness.h"

namespace proxx::test {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// An environment variable set (or, with nullptr, unset) for as long as it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    assign(value);
  }
  ~Environment() { assign(before_ ? before_->c_str() : nullptr); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  void assign(const char* value) {
    if (value != nullptr)
      ::setenv(name_, value, 1);
    else
      ::unsetenv(name_);
  }
  const char* name_;
  std::optional<std::string> before_;
};

FaultServerOptions tls() {
  FaultServerOptions options;
  options.tls = true;
  return options;
}

/// While it lives, nothing can be opened.
class NoDescriptors {
 public:
  NoDescriptors() {
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const int lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
    REQUIRE(lowest >= 0);
    ::close(lowest);
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(lowest);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

const Script kAnswer{answer(200, "application/json", "{}")};
/// On a connection for itself, which the client closes: OpenSSL resumes no session of a connection
/// that ended without a word.
const Script kAnswerAndClose{
    send("HTTP/1.1 200 X\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}")};

/// An engine that trusts `server` and nobody else.
void open_trusting(Harness& harness, const TemporaryFile& ca) {
  EngineOptions options;
  options.base_url = harness.server.url();
  options.ca_file = ca.path();
  harness.open(std::move(options));
}

}  // namespace

TEST_CASE("U3: a certificate nobody vouches for") {
  Harness harness({kAnswer}, tls());
  const Recorder got = harness.fetch();
  CHECK(got.kind() == ErrorKind::upstream_tls);
  CHECK(contains(got.message(), "cannot trust the certificate of localhost:"));
  for (const char* way : {"--cacert", "cacert:", "SSL_CERT_FILE"})
    CHECK(contains(got.message(), way));
  CHECK(harness.server.requests().empty());
}

TEST_CASE("U3: the CA by option or environment") {
  FaultServer probe(std::vector<Script>{kAnswer}, tls());
  const TemporaryFile ca(probe.certificate());
  const auto fetch = [&](const std::string& ca_file) {
    EngineOptions options;
    options.base_url = probe.url();
    options.ca_file = ca_file;
    Harness harness({kAnswer}, {}, std::move(options));
    return harness.fetch();
  };
  const Environment no_bundle("CURL_CA_BUNDLE", nullptr), no_file("SSL_CERT_FILE", nullptr),
      no_directory("SSL_CERT_DIR", nullptr);
  CHECK(fetch(ca.path()).ok());
  CHECK_FALSE(fetch("").ok());
  for (const char* variable : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    CAPTURE(variable);
    const Environment set(variable, ca.path().c_str());
    CHECK(fetch("").ok());
  }
  const Environment set("SSL_CERT_FILE", "/nonexistent");
  CHECK(fetch(ca.path()).ok());
}

TEST_CASE("U3: the certificate of another host") {
  Harness harness({kAnswer}, tls());
  const TemporaryFile ca(harness.server.certificate());
  EngineOptions options;
  options.base_url = "https://127.0.0.1:" + std::to_string(harness.server.port());
  options.ca_file = ca.path();
  harness.open(std::move(options));
  const Recorder got = harness.fetch();
  CHECK(got.kind() == ErrorKind::upstream_tls);
  CHECK(contains(got.message(), "127.0.0.1"));
  CHECK(harness.server.requests().empty());
}

TEST_CASE("U3: a certificate whose time is over") {
  FaultServerOptions expired = tls();
  expired.expired = true;
  Harness harness({kAnswer}, expired);
  const TemporaryFile ca(harness.server.certificate());
  EngineOptions options;
  options.base_url = harness.server.url();
  options.ca_file = ca.path();
  harness.open(std::move(options));
  const Recorder got = harness.fetch();
  CHECK(got.kind() == ErrorKind::upstream_tls);
  CHECK(contains(got.message(), "expired"));
  CHECK(harness.server.requests().empty());
}

TEST_CASE("U3: a CA file that is not there, or is none") {
  const TemporaryFile rubbish("rubbish");
  for (const std::string& path : {std::string("/nonexistent/ca.pem"), rubbish.path()}) {
    EngineOptions options;
    options.ca_file = path;
    Harness harness({kAnswer}, tls(), std::move(options));
    const Recorder got = harness.fetch();
    CHECK(got.kind() == ErrorKind::upstream_tls);
    CHECK(contains(got.message(), "CA file"));
  }
}

TEST_CASE("U3: a peer that speaks no TLS") {
  FaultServerOptions plain;
  plain.reads = false;
  Harness harness({{send("HTTP/1.1 400 Bad Request\r\n\r\n"), stall()}}, plain);
  EngineOptions options;
  options.base_url = "https://127.0.0.1:" + std::to_string(harness.server.port());
  harness.open(std::move(options));
  CHECK(harness.fetch().kind() == ErrorKind::upstream_tls);
}

TEST_CASE("U3 X14: TLS that fails is told as that, though another call has no descriptor") {
  for (const bool at_that_time : {false, true}) {
    CAPTURE(at_that_time);
    std::atomic<bool> greeted{false}, may_answer{false};
    FaultServerOptions unread;
    unread.reads = false;
    Harness harness({{close()},
                     {drain(1), wait_until([&] { return greeted = true; }),
                      wait_until([&] { return may_answer.load(); }), send("no TLS\r\n"), stall()}},
                    unread);
    EngineOptions options;
    options.base_url = "https://127.0.0.1:" + std::to_string(harness.server.port());
    harness.open(std::move(options));
    CHECK_FALSE(harness.fetch().ok());  // UBSan's check of a type opens a pipe, the first time
    Recorder tls_fails, has_none;
    const auto first = harness.start(tls_fails);
    REQUIRE(harness.until([&] { return greeted.load(); }));
    auto lack = std::make_unique<NoDescriptors>();
    const auto second = harness.start(has_none);
    REQUIRE(harness.until_done(has_none));
    if (!at_that_time) lack.reset();
    may_answer = true;
    REQUIRE(harness.until_done(tls_fails));
    lack.reset();
    CHECK(has_none.kind() == ErrorKind::overloaded);
    CHECK(tls_fails.kind() == ErrorKind::upstream_tls);
  }
}

TEST_CASE("over TLS: reuse, a large body both ways, and a cut") {
  const std::string big(3 << 20, 'x');
  Harness harness(
      {kAnswer, {answer(200, "text/plain", big)}, {stream_head(), send("half"), reset()}}, tls());
  const TemporaryFile ca(harness.server.certificate());
  EngineOptions options;
  options.base_url = harness.server.url();
  options.ca_file = ca.path();
  harness.open(std::move(options));
  CHECK(harness.fetch().ok());
  CHECK(harness.fetch({}, big).data == big);
  CHECK(harness.server.connections() == 1);
  CHECK(harness.fetch().kind() == ErrorKind::upstream_truncated);
}

TEST_CASE("U3: a new connection resumes the session of another call's") {
  Harness harness({{stream_head(), stall()}, kAnswerAndClose}, tls());
  const TemporaryFile ca(harness.server.certificate());
  open_trusting(harness, ca);
  Recorder first;
  const auto call = harness.start(first);
  REQUIRE(harness.until([&] { return first.head.has_value(); }));
  CHECK(harness.fetch().ok());
  CHECK(harness.server.connections() == 2);
  CHECK(harness.server.resumed() == 1);
}

TEST_CASE("U3: a session that is over: hands are shaken anew") {
  FaultServerOptions options = tls();
  options.session_seconds = 1;
  Harness harness({kAnswerAndClose}, options);
  const TemporaryFile ca(harness.server.certificate());
  open_trusting(harness, ca);
  CHECK(harness.fetch().ok());
  harness.turn_for(std::chrono::milliseconds(2500));
  CHECK(harness.fetch().ok());
  CHECK(harness.server.connections() == 2);
  CHECK(harness.server.resumed() == 0);
}

TEST_CASE("U3: the peer changes its certificate: the new one is verified") {
  Harness harness({kAnswerAndClose}, tls());
  const TemporaryFile ca(harness.server.certificate());
  open_trusting(harness, ca);
  CHECK(harness.fetch().ok());
  CHECK(harness.fetch().ok());
  CHECK(harness.server.resumed() == 1);
  harness.server.rotate();  // to one that nobody vouches for
  const Recorder got = harness.fetch();
  CHECK(got.kind() == ErrorKind::upstream_tls);
  CHECK(contains(got.message(), "cannot trust the certificate of "));
  CHECK(harness.server.requests().size() == 2);
  CHECK(harness.server.resumed() == 1);
}

TEST_CASE("U3: a trusted certificate in place of another is taken without a word") {
  Harness harness({kAnswerAndClose}, tls());
  const std::string before = harness.server.certificate();
  const TemporaryFile ca(before);
  open_trusting(harness, ca);
  CHECK(harness.fetch().ok());
  harness.server.rotate();
  CHECK_FALSE(harness.fetch().ok());
  const TemporaryFile both(before + harness.server.certificate());
  open_trusting(harness, both);
  CHECK(harness.fetch().ok());
  CHECK(harness.server.resumed() == 0);
}

}  // namespace proxx::test
