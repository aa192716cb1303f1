#include <doctest/doctest.h>

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

const Script kAnswer{answer(200, "application/json", "{}")};

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

}  // namespace proxx::test
