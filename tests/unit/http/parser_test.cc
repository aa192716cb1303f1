#include "http/parser.h"

#include <doctest/doctest.h>

#include "support/growth.h"

namespace proxx::http {
namespace {

const Limits kLimits;

struct Outcome {
  int status = 0;  // of a refusal
  bool complete = false;
  std::string body;
  std::string rest;
};

bool operator==(const Outcome& a, const Outcome& b) {
  return a.status == b.status && a.complete == b.complete && a.body == b.body && a.rest == b.rest;
}

/// Feeds the pieces as a connection would.
Outcome parse(const std::vector<std::string_view>& pieces, const Limits& limits = kLimits) {
  RequestParser parser(limits);
  Outcome outcome;
  std::string input;
  for (const std::string_view piece : pieces) {
    input += piece;
    if (outcome.complete) continue;
    auto step = parser.feed(input);
    if (step && *step == RequestParser::Step::head) step = parser.feed(input);
    if (!step) {
      outcome.status = step.error().status;
      return outcome;
    }
    outcome.complete = *step == RequestParser::Step::complete;
  }
  outcome.body = parser.request().body;
  outcome.rest = input;
  return outcome;
}

std::vector<std::string_view> bytes_of(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (size_t i = 0; i < text.size(); ++i) pieces.push_back(text.substr(i, 1));
  return pieces;
}

const std::string kHead = "POST /x HTTP/1.1\r\nhost: a\r\n";
const std::string kChunked = kHead + "transfer-encoding: chunked\r\n\r\n";

TEST_CASE("H4, H5: a request is the same wherever it is cut") {
  struct Row {
    const char* name;
    std::string request;
    Outcome expected;
  };
  const Row rows[] = {
      {"no body", kHead + "\r\n", {0, true, "", ""}},
      {"an empty line before", "\r\n" + kHead + "\r\n", {0, true, "", ""}},
      {"two empty lines before", "\r\n\r\n" + kHead + "\r\n", {400, false, "", ""}},
      {"content-length", kHead + "content-length: 5\r\n\r\nhelloGET", {0, true, "hello", "GET"}},
      {"chunks of one byte", kChunked + "1\r\nh\r\n1\r\ni\r\n0\r\n\r\nGET", {0, true, "hi", "GET"}},
      {"chunk extensions", kChunked + "2;a=b;c=\"d\"\r\nhi\r\n0;e\r\n\r\n", {0, true, "hi", ""}},
      {"bare LF in an extension",
       kChunked + "2;a=\"\nb\"\r\nhi\r\n0\r\n\r\n",
       {400, false, "", ""}},
      {"bare CR in an extension",
       kChunked + "2\r\nhi\r\n0;a=\"\rb\"\r\n\r\n",
       {400, false, "", ""}},
      {"trailers", kChunked + "2\r\nhi\r\n0\r\nhost: b\r\nx: y\r\n\r\n", {0, true, "hi", ""}},
      {"leading zeros", kChunked + "002\r\nhi\r\n000\r\n\r\n", {0, true, "hi", ""}},
      {"size -2", kChunked + "-2\r\nhi\r\n0\r\n\r\n", {400, false, "", ""}},
      {"size 0x5", kChunked + "0x5\r\nhello\r\n0\r\n\r\n", {400, false, "", ""}},
      {"size overflow", kChunked + "fffffffffffffffff\r\nhi\r\n0\r\n\r\n", {400, false, "", ""}},
      {"size beyond the limit", kChunked + "ffffffffffffffff\r\n", {413, false, "", ""}},
      {"no size", kChunked + "\r\nhi\r\n0\r\n\r\n", {400, false, "", ""}},
      {"missing CRLF", kChunked + "2\r\nhi0\r\n\r\n", {400, false, "", ""}},
      {"bare LF", kChunked + "2\nhi\r\n0\r\n\r\n", {400, false, "", ""}},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, false, "", ""}},
      {"HTTP/0.9", "GET /\r\n\r\n", {400, false, "", ""}},
      {"HTTP/1.2", "GET / HTTP/1.2\r\n\r\n", {400, false, "", ""}},
      {"two spaces", "GET  / HTTP/1.1\r\n\r\n", {400, false, "", ""}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string_view whole = row.request;
    CHECK(parse({whole}) == row.expected);
    CHECK(parse(bytes_of(whole)) == row.expected);
    for (size_t cut = 1; cut < whole.size(); ++cut) {
      CAPTURE(cut);
      CHECK(parse({whole.substr(0, cut), whole.substr(cut)}) == row.expected);
    }
  }
}

TEST_CASE("H4: trailers are not merged into the headers") {
  RequestParser parser(kLimits);
  std::string input = kChunked + "0\r\nauthorization: x\r\n\r\n";
  CHECK(parser.feed(input).value() == RequestParser::Step::head);
  CHECK(parser.feed(input).value() == RequestParser::Step::complete);
  CHECK(parser.request().count("authorization") == 0);
}

TEST_CASE("A28, A29: the body limit counts chunks, and stops at the header of the one too many") {
  Limits limits;
  limits.max_body_bytes = 4;
  CHECK(parse({kChunked + "4\r\nabcd\r\n0\r\n\r\n"}, limits).complete);
  CHECK(parse({kChunked + "4\r\nabcd\r\n1\r\n"}, limits).status == 413);
  CHECK(parse({kHead + "content-length: 5\r\n\r\n"}, limits).status == 413);
}

TEST_CASE("H16: an endless chunk header or trailer section is refused") {
  Limits limits;
  limits.max_header_bytes = 100;
  CHECK(parse({kChunked + "1;" + std::string(200, 'a')}, limits).status == 431);
  CHECK(parse({kChunked + "0\r\nx: " + std::string(200, 'a')}, limits).status == 431);
}

/// `count` lines, each of `bytes`.
std::string trailer_lines(size_t count, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += "x: " + std::string(bytes - 5, 'a') + "\r\n";
  return out;
}

TEST_CASE("X12: chunk lines and trailers have a head's rules and limits, wherever they are cut") {
  Limits limits;
  limits.max_header_line_bytes = 40;
  limits.max_header_bytes = 200;
  limits.max_header_fields = 5;
  const std::string end = kChunked + "2\r\nhi\r\n0\r\n";
  struct Row {
    const char* name;
    std::string request;
    int status;
  };
  const Row rows[] = {
      {"a line as long as may be", end + trailer_lines(1, 40) + "\r\n", 0},
      {"a long line", end + trailer_lines(1, 44) + "\r\n", 431},
      {"a long line without its end", end + "x: " + std::string(60, 'a'), 431},
      {"as many fields as may be", end + trailer_lines(5, 8) + "\r\n", 0},
      {"many fields", end + trailer_lines(6, 8) + "\r\n", 431},
      {"a large section", end + trailer_lines(5, 40) + "\r\n", 431},
      {"obs-fold", end + "x: a\r\n b\r\n\r\n", 400},
      {"obs-fold at the begin", end + " x: a\r\n\r\n", 400},
      {"an empty name", end + ": a\r\n\r\n", 400},
      {"a space before the colon", end + "x : a\r\n\r\n", 400},
      {"no colon", end + "x\r\n\r\n", 400},
      {"a bare LF", end + "x: a\n\r\n", 400},
      {"a bare LF for the end", end + "x: a\r\n\n", 400},
      {"a bare CR", end + "x: a\rb\r\n\r\n", 400},
      {"NUL", end + std::string("x: \0\r\n\r\n", 8), 400},
      {"a long extension", kChunked + "2;" + std::string(60, 'a') + "\r\nhi\r\n0\r\n\r\n", 431},
      {"a long last extension", kChunked + "0;" + std::string(60, 'a') + "\r\n\r\n", 431},
      {"a long size", kChunked + std::string(60, '0') + "\r\n\r\n", 431},
      {"a bare LF behind the last chunk", kChunked + "0\n\r\n", 400},
      {"a bare CR behind a size", kChunked + "2\rhi\r\n0\r\n\r\n", 400},
      {"a word behind a size", kChunked + "2 x\r\nhi\r\n0\r\n\r\n", 400},
      {"a quoted extension over its line", kChunked + "2;a=\"\r\nb\"\r\n0\r\n\r\n", 400},
      {"blanks around an extension", kChunked + "2 ; a\r\nhi\r\n0\r\n\r\n", 0},
      {"LF CR behind the data", kChunked + "2\r\nhi\n\r0\r\n\r\n", 400},
      {"more data than was said", kChunked + "2\r\nhix\r\n0\r\n\r\n", 400},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const std::string_view whole = row.request;
    const Outcome expected =
        row.status == 0 ? Outcome{0, true, "hi", ""} : Outcome{row.status, false, "", ""};
    CHECK(parse({whole}, limits) == expected);
    CHECK(parse(bytes_of(whole), limits) == expected);
    for (size_t cut = 1; cut < whole.size(); ++cut) {
      CAPTURE(cut);
      CHECK(parse({whole.substr(0, cut), whole.substr(cut)}, limits) == expected);
    }
  }
}

TEST_CASE("X12: a trailer of 40 KB, and 500 trailers, at the limits of serve") {
  const std::string end = kChunked + "0\r\n";
  for (const std::string& trailers : {trailer_lines(1, 40'000), trailer_lines(500, 20)}) {
    const std::string whole = end + trailers + "\r\n";
    CHECK(parse({whole}).status == 431);
    CHECK(parse(bytes_of(whole)).status == 431);
    for (const size_t cut : {end.size(), end.size() + 10, end.size() + 4096, whole.size() - 1}) {
      const std::string_view view = whole;
      CHECK(parse({view.substr(0, cut), view.substr(cut)}).status == 431);
    }
  }
  CHECK(parse({end + trailer_lines(100, 20) + "\r\n"}).complete);
}

TEST_CASE("W5: the time to parse grows with the fields, parameters, chunks and trailers") {
  Limits limits;
  limits.max_header_fields = 1'000'000;
  limits.max_header_bytes = limits.max_header_line_bytes = size_t{64} << 20;
  const auto repeated = [](std::string_view piece, size_t count) {
    std::string out;
    for (size_t i = 0; i < count; ++i) out += piece;
    return out;
  };
  const struct {
    const char* name;
    std::string_view before, piece, after;
  } rows[] = {
      {"fields", "GET / HTTP/1.1\r\nhost: a\r\n", "x: y\r\n", "\r\n"},
      {"cookies", "GET / HTTP/1.1\r\nhost: a\r\ncookie: ", "a=b; ", "c=d\r\n\r\n"},
      {"parameters", "GET /?", "a=b&", " HTTP/1.1\r\nhost: a\r\n\r\n"},
      {"chunks", kChunked, "1\r\na\r\n", "0\r\n\r\n"},
      {"extensions", kChunked, "1;a=\"b\"\r\na\r\n", "0\r\n\r\n"},
      {"trailers", kChunked, "", "0\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.name));
    for (const size_t piece_bytes : {size_t{1}, size_t{16} << 10}) {
      CHECK(test::grows_linearly(4'000, [&](size_t count) {
        std::string whole =
            std::string(row.before) + repeated(row.piece, count) + std::string(row.after);
        if (row.piece.empty()) whole += repeated("x: y\r\n", count) + "\r\n";
        std::vector<std::string_view> pieces;
        for (size_t at = 0; at < whole.size(); at += piece_bytes)
          pieces.push_back(std::string_view(whole).substr(at, piece_bytes));
        CHECK(parse(pieces, limits).complete);
      }));
    }
  }
}

TEST_CASE("X14: of a refused head the request line and the Origin are known") {
  const auto refused = [](std::string input) {
    RequestParser parser(kLimits);
    const auto step = parser.feed(input);
    REQUIRE_FALSE(step);
    return std::move(parser.request());
  };
  const std::string line = "POST /v1/messages HTTP/1.1\r\n";
  const std::string origin = "Origin:  https://app.example \r\n";
  for (const std::string& end :
       {std::string("x: ") + std::string(9000, 'a'), std::string(" fold\r\n"),
        std::string("content-length: 99999999999999\r\nhost: a\r\n\r\n"),
        std::string("host: a\r\nhost: b\r\n\r\n")}) {
    const Request request = refused(line + origin + end);
    CHECK(request.method == "POST");
    CHECK(request.target == "/v1/messages");
    CHECK(request.header("origin") == "https://app.example");
  }
  CHECK_FALSE(refused(line + "origin: https://app.exam\x01").header("origin"));
  CHECK(refused("GET /" + std::string(9000, 'a')).method.empty());
  CHECK(refused("\x16\x03").method.empty());
}

TEST_CASE("a request is as received") {
  RequestParser parser(kLimits);
  std::string input =
      "GET /v1/models?a=%20b HTTP/1.0\r\nHost: a:1\r\nX-Two:  1 \r\nx-two: 2\r\n\r\n";
  CHECK(parser.feed(input).value() == RequestParser::Step::head);
  const Request& request = parser.request();
  CHECK(request.method == "GET");
  CHECK(request.target == "/v1/models?a=%20b");
  CHECK(request.path() == "/v1/models");
  CHECK(request.version_minor == 0);
  CHECK(request.header("x-TWO") == "1");
  CHECK(request.count("X-Two") == 2);
  CHECK(!request.header("absent"));
  CHECK(!parser.keep_alive());
}

}  // namespace
}  // namespace proxx::http
