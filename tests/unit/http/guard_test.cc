#include "http/guard.h"

#include <doctest/doctest.h>

#include <string>

#include "http/target.h"

namespace proxx::http {
namespace {

const Limits kLimits;
constexpr std::string_view kGoodHead = "GET / HTTP/1.1\r\nhost: a\r\nx-y:\tz w\r\n\r\n";

int status_of(std::string_view head, const Limits& limits = kLimits) {
  HeadGuard guard(limits);
  const auto scanned = guard.scan(head);
  return scanned ? 0 : scanned.error().status;
}

TEST_CASE("a good head is complete at its empty line, wherever it is cut") {
  const std::string head = std::string(kGoodHead) + "rest";
  for (size_t cut = 0; cut <= head.size(); ++cut) {
    HeadGuard guard(kLimits);
    const auto first = guard.scan(std::string_view(head).substr(0, cut));
    REQUIRE(first);
    CHECK(*first == (cut >= kGoodHead.size() ? kGoodHead.size() : 0));
    if (*first == 0) CHECK(guard.scan(head).value() == kGoodHead.size());
  }
}

TEST_CASE("H17: malformed heads are refused byte by byte and whole") {
  struct Row {
    const char* name;
    std::string head;
  };
  const Row rows[] = {
      {"empty header name", "GET / HTTP/1.1\r\n: x\r\n"},
      {"space before the colon", "GET / HTTP/1.1\r\nhost : a\r\n"},
      {"obs-fold", "GET / HTTP/1.1\r\nhost: a\r\n b\r\n"},
      {"obs-fold with a tab", "GET / HTTP/1.1\r\nhost: a\r\n\tb\r\n"},
      {"space before the first name", "GET / HTTP/1.1\r\n host: a\r\n"},
      {"bare LF", "GET / HTTP/1.1\nhost: a\n\n"},
      {"bare LF in the fields", "GET / HTTP/1.1\r\nhost: a\nx: b\r\n"},
      {"bare CR", "GET / HTTP/1.1\r\nhost: a\rx: b\r\n"},
      {"CR CR LF", "GET / HTTP/1.1\r\nhost: a\r\r\n"},
      {"NUL in a value", std::string("GET / HTTP/1.1\r\nhost: a\0b\r\n", 27)},
      {"escape in a value", "GET / HTTP/1.1\r\nhost: \x1b[1m\r\n"},
      {"DEL in a value", "GET / HTTP/1.1\r\nhost: \x7f\r\n"},
      {"tab in the request line", "GET\t/ HTTP/1.1\r\n"},
      {"no colon", "GET / HTTP/1.1\r\nhost\r\n"},
      {"a name that is no token", "GET / HTTP/1.1\r\nho(st: a\r\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(status_of(row.head) == 400);
    HeadGuard guard(kLimits);
    int status = 0;
    for (size_t size = 1; size <= row.head.size() && status == 0; ++size) {
      const auto scanned = guard.scan(std::string_view(row.head).substr(0, size));
      if (!scanned) status = scanned.error().status;
    }
    CHECK(status == 400);
  }
}

TEST_CASE("H31: a TLS ClientHello is refused at its first byte") {
  CHECK(status_of("\x16\x03\x01") == 400);
  CHECK(status_of("\x16") == 400);
  CHECK(status_of("\xff\xfe") == 400);
}

TEST_CASE("H16, H28: sizes are bounded before the line or the head is complete") {
  Limits limits;
  limits.max_header_bytes = 256;
  limits.max_header_line_bytes = 64;
  limits.max_header_fields = 3;
  const std::string line = "GET / HTTP/1.1\r\n";
  CHECK(status_of("GET /" + std::string(100, 'a'), limits) == 414);
  CHECK(status_of(std::string(100, 'A'), limits) == 431);
  CHECK(status_of(line + "x: " + std::string(100, 'a'), limits) == 431);
  CHECK(status_of(line + "a: 1\r\nb: 1\r\nc: 1\r\n\r\n", limits) == 0);
  CHECK(status_of(line + "a: 1\r\nb: 1\r\nc: 1\r\nd: 1\r\n", limits) == 431);
  limits.max_header_fields = 100;
  std::string many = line;
  for (int i = 0; i < 40; ++i) many += "header: 1\r\n";
  CHECK(status_of(many, limits) == 431);
}

struct Judged {
  const char* name;
  int status;  // 0: accepted
  std::string method;
  std::string target;
  int version_minor;
  HeaderList headers;
};

void judge(const Judged& row) {
  CAPTURE(row.name);
  Request head;
  head.method = row.method;
  head.target = row.target;
  head.version_minor = row.version_minor;
  head.headers = row.headers;
  Limits limits;
  limits.max_body_bytes = 1000;
  auto refusal = check_head(head, limits);
  if (!refusal) refusal = resolve_target(head);
  CHECK((refusal ? refusal->status : 0) == row.status);
}

TEST_CASE("H6, H7, H8, H9: where the body ends must be beyond doubt") {
  const HeaderList host = {{"Host", "a"}};
  auto with = [&](HeaderList more) {
    HeaderList all = host;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const Judged rows[] = {
      {"H6: both", 400, "POST", "/", 1,
       with({{"content-length", "5"}, {"transfer-encoding", "chunked"}})},
      {"H7: twice", 400, "POST", "/", 1, with({{"content-length", "5"}, {"content-length", "6"}})},
      {"H7: twice the same", 400, "POST", "/", 1,
       with({{"content-length", "5"}, {"content-length", "5"}})},
      {"H7: a list", 400, "POST", "/", 1, with({{"content-length", "5, 5"}})},
      {"H7: empty", 400, "POST", "/", 1, with({{"content-length", ""}})},
      {"H7: a sign", 400, "POST", "/", 1, with({{"content-length", "+5"}})},
      {"H7: negative", 400, "POST", "/", 1, with({{"content-length", "-5"}})},
      {"H7: hexadecimal", 400, "POST", "/", 1, with({{"content-length", "0x5"}})},
      {"H7: beyond 64 bits", 400, "POST", "/", 1,
       with({{"content-length", "18446744073709551616"}})},
      {"A28: too large", 413, "POST", "/", 1, with({{"content-length", "1001"}})},
      {"as large as may be", 0, "POST", "/", 1, with({{"content-length", "1000"}})},
      {"H8: gzip, chunked", 501, "POST", "/", 1, with({{"transfer-encoding", "gzip, chunked"}})},
      {"H8: chunked, chunked", 501, "POST", "/", 1,
       with({{"transfer-encoding", "chunked, chunked"}})},
      {"H8: xchunked", 501, "POST", "/", 1, with({{"transfer-encoding", "xchunked"}})},
      {"H8: chunked, gzip", 501, "POST", "/", 1, with({{"transfer-encoding", "chunked, gzip"}})},
      {"H8: identity", 501, "POST", "/", 1, with({{"transfer-encoding", "identity"}})},
      {"H8: twice", 400, "POST", "/", 1,
       with({{"transfer-encoding", "chunked"}, {"transfer-encoding", "chunked"}})},
      {"H8: in any case", 0, "POST", "/", 1, with({{"Transfer-Encoding", "Chunked"}})},
      {"H9: HTTP/1.0", 400, "POST", "/", 0, with({{"transfer-encoding", "chunked"}})},
  };
  for (const Judged& row : rows) judge(row);
}

TEST_CASE("H21: exactly one valid Host; H22: its syntax") {
  const Judged rows[] = {
      {"missing", 400, "GET", "/", 1, {}},
      {"HTTP/1.0 may lack it", 0, "GET", "/", 0, {}},
      {"twice", 400, "GET", "/", 1, {{"host", "a"}, {"Host", "a"}}},
      {"twice in HTTP/1.0", 400, "GET", "/", 0, {{"host", "a"}, {"Host", "b"}}},
      {"malformed in HTTP/1.0", 400, "GET", "/", 0, {{"host", "a/b"}}},
  };
  for (const Judged& row : rows) judge(row);
  for (const char* good : {"localhost", "127.0.0.1:8080", "[::1]", "[::1]:80", "localhost.", "a:"})
    CHECK_MESSAGE(is_host(good), good);
  for (const char* bad : {"", "foo?", "a/b", "a@b", "a b", "a,b:x", ":80", "[::1", "[]", "[::1]x",
                          "[g]", "a:123456", "a:8a", "a\\b", "a#b", "\xc3\xa4"})
    CHECK_MESSAGE(!is_host(bad), bad);
}

TEST_CASE("H28, H29, A31, H11: target, method, coding and expectation") {
  const HeaderList host = {{"host", "a"}};
  const Judged rows[] = {
      {"H28: dots are the router's matter", 0, "GET", "/v1/../etc/passwd", 1, host},
      {"H28: %00 is the router's matter", 0, "GET", "/%00", 1, host},
      {"H28: absolute-form", 0, "GET", "http://a/v1", 1, host},
      {"H28: https without TLS", 421, "GET", "https://a/v1", 1, host},
      {"H28: another scheme", 400, "GET", "ftp://a/v1", 1, host},
      {"H28: no authority", 400, "GET", "http:///v1", 1, host},
      {"H28: a user in the authority", 400, "GET", "http://me@a/v1", 1, host},
      {"H28: absolute-form with a bad Host beside",
       400,
       "GET",
       "http://a/v1",
       1,
       {{"host", "b/c"}}},
      {"H28: absolute-form without Host", 400, "GET", "http://a/v1", 1, {}},
      {"H28: absolute-form with two Hosts",
       400,
       "GET",
       "http://a/v1",
       1,
       {{"host", "a"}, {"host", "a"}}},
      {"H28: authority-form", 400, "GET", "a:80", 1, host},
      {"H28: asterisk", 0, "OPTIONS", "*", 1, host},
      {"H28: asterisk of GET", 400, "GET", "*", 1, host},
      {"H28: no slash", 400, "GET", "v1", 1, host},
      {"H28: fragment", 400, "GET", "/a#b", 1, host},
      {"H28: not ASCII", 400, "GET", "/\xc3\xa4", 1, host},
      {"H29: CONNECT", 501, "CONNECT", "a:443", 1, host},
      {"H29: TRACE", 501, "TRACE", "/", 1, host},
      {"H29: unknown", 501, "BREW", "/", 1, host},
      {"H29: methods are case-sensitive", 501, "get", "/", 1, host},
      {"A31: gzip", 0, "POST", "/", 1, {{"host", "a"}, {"content-encoding", "GZip"}}},
      {"A31: x-gzip", 0, "POST", "/", 1, {{"host", "a"}, {"content-encoding", "x-gzip"}}},
      {"A31: zstd", 0, "POST", "/", 1, {{"host", "a"}, {"Content-Encoding", "zstd"}}},
      {"A31: br", 415, "POST", "/", 1, {{"host", "a"}, {"content-encoding", "br"}}},
      {"A31: deflate", 415, "POST", "/", 1, {{"host", "a"}, {"content-encoding", "deflate"}}},
      {"A31: empty", 415, "POST", "/", 1, {{"host", "a"}, {"content-encoding", ""}}},
      {"A31: a list", 415, "POST", "/", 1, {{"host", "a"}, {"content-encoding", "gzip, zstd"}}},
      {"A31: a list of one coding and none",
       415,
       "POST",
       "/",
       1,
       {{"host", "a"}, {"content-encoding", "identity, gzip"}}},
      {"A31: two fields",
       415,
       "POST",
       "/",
       1,
       {{"host", "a"}, {"content-encoding", "gzip"}, {"content-encoding", "gzip"}}},
      {"A31: identity", 0, "POST", "/", 1, {{"host", "a"}, {"content-encoding", "identity"}}},
      {"H11: 100-continue", 0, "POST", "/", 1, {{"host", "a"}, {"Expect", "100-Continue"}}},
      {"H11: other", 417, "POST", "/", 1, {{"host", "a"}, {"expect", "200-ok"}}},
      {"H11: not of HTTP/1.0", 0, "POST", "/", 0, {{"host", "a"}, {"expect", "x"}}},
  };
  for (const Judged& row : rows) judge(row);
}

TEST_CASE("H28: an absolute target becomes a path, and its authority the host") {
  struct Row {
    const char* method;
    const char* target;
    HeaderList headers;
    const char* path;
    const char* host;
  };
  const Row rows[] = {
      {"POST",
       "http://127.0.0.1:8080/v1/chat/completions",
       {{"Host", "x"}},
       "/v1/chat/completions",
       "127.0.0.1:8080"},
      {"GET", "HTTP://LocalHost/v1/models?a=/b", {{"host", "x"}}, "/v1/models?a=/b", "LocalHost"},
      {"GET", "http://[::1]:80/a", {{"host", "x"}}, "/a", "[::1]:80"},
      {"GET", "http://a", {{"host", "x"}}, "/", "a"},
      {"GET", "http://a?b=c", {{"host", "x"}}, "/?b=c", "a"},
      {"GET", "http://a//v1/../b", {{"host", "x"}}, "//v1/../b", "a"},
      {"OPTIONS", "http://a", {{"host", "x"}}, "*", "a"},
      {"OPTIONS", "*", {{"host", "x"}}, "*", "x"},
      {"GET", "/a?http://b/", {{"host", "x"}}, "/a?http://b/", "x"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.target);
    Request head;
    head.method = row.method;
    head.target = row.target;
    head.headers = row.headers;
    REQUIRE_FALSE(resolve_target(head));
    CHECK(head.target == row.path);
    CHECK(head.header("host") == row.host);
    CHECK(head.count("host") == 1);
  }
  Request old;
  old.method = "GET";
  old.target = "http://evil/a";
  old.version_minor = 0;
  REQUIRE_FALSE(resolve_target(old));
  CHECK(old.header("host") == "evil");
}

}  // namespace
}  // namespace proxx::http
