#include "http/body_decoder.h"

#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

#include <chrono>
#include <cstdio>

#include "http/parser.h"
#include "support/echo_server.h"
#include "support/raw_client.h"

namespace proxx::http {
namespace {

using test::EchoServer;
using test::RawClient;
using test::RawResponse;

std::string gzip(std::string_view text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view text, int window_log = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  // A stream of unknown length names its window.
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  if (window_log > 0) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  std::string out(ZSTD_compressBound(text.size()) + 64, '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  if (window_log > 0) ZSTD_compressStream2(context, &to, &in, ZSTD_e_flush);
  REQUIRE(ZSTD_compressStream2(context, &to, &in, ZSTD_e_end) == 0);
  out.resize(to.pos);
  ZSTD_freeCCtx(context);
  return out;
}

std::string encode(Coding coding, std::string_view text) {
  return coding == Coding::gzip ? gzip(text) : zstd(text);
}

std::string text_of(size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += "line " + std::to_string(text.size() * 7919 % 1009) + '\n';
  text.resize(bytes);
  return text;
}

struct Outcome {
  int status = 0;  // of a refusal
  std::string body;
  size_t calls = 0;
};

Outcome decode(Coding coding, const std::vector<std::string_view>& pieces, const Limits& limits) {
  const auto decoder = BodyDecoder::make(coding, limits);
  Outcome outcome;
  std::string encoded;
  for (const std::string_view piece : pieces) {
    encoded += piece;
    for (bool waits = false; !waits;) {
      const size_t before = outcome.body.size();
      const auto result = decoder->feed(encoded, outcome.body);
      ++outcome.calls;
      CHECK(outcome.body.size() - before <= 2 * BodyDecoder::kSliceBytes);
      CHECK(outcome.body.size() <= limits.max_body_bytes);
      if (!result) return {result.error().status, outcome.body, outcome.calls};
      waits = *result;
    }
    CHECK(encoded.empty());
  }
  if (const auto refusal = decoder->finish()) outcome.status = refusal->status;
  return outcome;
}

constexpr Coding kCodings[] = {Coding::gzip, Coding::zstd};
const Limits kLimits;

TEST_CASE(
    "A31: a compressed body is the same wherever it is cut, and refused where it ends early") {
  const std::string text = text_of(3000);
  for (const Coding coding : kCodings) {
    CAPTURE(static_cast<int>(coding));
    const std::string encoded = encode(coding, text);
    const std::string_view whole = encoded;
    CHECK(decode(coding, {whole}, kLimits).body == text);
    for (size_t cut = 0; cut <= whole.size(); ++cut) {
      CAPTURE(cut);
      const Outcome outcome = decode(coding, {whole.substr(0, cut), whole.substr(cut)}, kLimits);
      CHECK(outcome.status == 0);
      CHECK(outcome.body == text);
      if (cut < whole.size()) {
        const Outcome early = decode(coding, {whole.substr(0, cut)}, kLimits);
        CHECK(early.status == 400);
      }
    }
    std::vector<std::string_view> bytes;
    for (size_t i = 0; i < whole.size(); ++i) bytes.push_back(whole.substr(i, 1));
    CHECK(decode(coding, bytes, kLimits).body == text);
  }
}

TEST_CASE("A31: a body of several members or frames is one text") {
  for (const Coding coding : kCodings) {
    const std::string encoded = encode(coding, "one ") + encode(coding, "") + encode(coding, "two");
    for (size_t cut = 0; cut <= encoded.size(); ++cut) {
      const std::string_view whole = encoded;
      CHECK(decode(coding, {whole.substr(0, cut), whole.substr(cut)}, kLimits).body == "one two");
    }
  }
}

TEST_CASE("A31: a broken body is 400") {
  const std::string text = text_of(3000);
  for (const Coding coding : kCodings) {
    CAPTURE(static_cast<int>(coding));
    const std::string good = encode(coding, text);
    std::string checksum = good;
    checksum[checksum.size() - (coding == Coding::gzip ? 6 : 2)] ^= 1;
    for (const std::string& bad :
         {std::string("no such coding"), good + "x", good + good.substr(0, 9), checksum}) {
      CAPTURE(bad.size());
      CHECK(decode(coding, {bad}, kLimits).status == 400);
    }
    // The other coding's text.
    CHECK(decode(coding, {encode(coding == Coding::gzip ? Coding::zstd : Coding::gzip, text)},
                 kLimits)
              .status == 400);
  }
}

TEST_CASE("A31: the limit counts decoded bytes, which come in slices") {
  Limits limits;
  limits.max_body_bytes = size_t{5} << 20;
  for (const Coding coding : kCodings) {
    CAPTURE(static_cast<int>(coding));
    const std::string most(limits.max_body_bytes, ' ');
    const Outcome outcome = decode(coding, {encode(coding, most)}, limits);
    CHECK(outcome.status == 0);
    CHECK(outcome.body == most);
    CHECK(outcome.calls >= 5);
    CHECK(outcome.body.capacity() <= size_t{8} << 20);
    CHECK(decode(coding, {encode(coding, most + ' ')}, limits).status == 413);
    CHECK(decode(coding, {encode(coding, std::string(20'000'000, ' '))}, limits).status == 413);
  }
}

TEST_CASE("A31: a zstd window of more than 8 MiB is refused") {
  const std::string text = text_of(100'000);
  CHECK(decode(Coding::zstd, {zstd(text, 23)}, kLimits).body == text);
  CHECK(decode(Coding::zstd, {zstd(text, 24)}, kLimits).status == 400);
}

TEST_CASE("A31: the parser decodes, with a length and chunked, wherever it is cut") {
  const std::string text = text_of(500);
  for (const Coding coding : kCodings) {
    const std::string encoded = encode(coding, text);
    const std::string head = std::string("POST /x HTTP/1.1\r\nhost: a\r\ncontent-encoding: ") +
                             (coding == Coding::gzip ? "gzip" : "zstd") + "\r\n";
    const std::string framed[] = {
        head + "content-length: " + std::to_string(encoded.size()) + "\r\n\r\n" + encoded + "GET",
        head + "transfer-encoding: chunked\r\n\r\n1\r\n" + encoded.substr(0, 1) + "\r\n" + [&] {
          char size[16];
          std::snprintf(size, sizeof size, "%zx", encoded.size() - 1);
          return std::string(size) + "\r\n" + encoded.substr(1) + "\r\n0\r\n\r\nGET";
        }()};
    for (const std::string& bytes : framed) {
      for (size_t cut = 0; cut <= bytes.size(); ++cut) {
        CAPTURE(cut);
        RequestParser parser(kLimits);
        std::string input;
        bool complete = false;
        for (const std::string& piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
          input += piece;
          while (!complete) {
            const auto step = parser.feed(input);
            REQUIRE(step);
            complete = *step == RequestParser::Step::complete;
            if (*step == RequestParser::Step::more) break;
          }
        }
        CHECK(complete);
        CHECK(parser.request().body == text);
        CHECK(input == "GET");
      }
    }
  }
}

TEST_CASE("A31: no body is none, whatever its coding is said to be") {
  RequestParser parser(kLimits);
  std::string input = "GET /x HTTP/1.1\r\nhost: a\r\ncontent-encoding: gzip\r\n\r\n";
  CHECK(parser.feed(input).value() == RequestParser::Step::head);
  CHECK(parser.feed(input).value() == RequestParser::Step::complete);
}

TEST_CASE("A31: over a connection; 413 for a bomb, 415 says what is taken") {
  EchoServer server;
  const std::string head = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-encoding: ";
  for (const Coding coding : kCodings) {
    const std::string name = coding == Coding::gzip ? "gzip" : "zstd";
    const auto request = [&](const std::string& encoded) {
      return head + name + "\r\ncontent-length: " + std::to_string(encoded.size()) + "\r\n\r\n" +
             encoded;
    };
    const std::string text = text_of(size_t{3} << 20);
    RawClient client(server.port(), std::chrono::milliseconds(10'000));
    client.send(request(encode(coding, text)));
    const RawResponse response = client.read_response();
    CHECK(response.status == 200);
    CHECK(response.body == "POST /echo " + text);
    client.send(request(encode(coding, std::string(40'000'000, 'a'))));
    CHECK(client.read_response().status == 413);
  }
  RawClient client(server.port());
  client.send(head + "br\r\ncontent-length: 1\r\n\r\na");
  const RawResponse refused = client.read_response();
  CHECK(refused.status == 415);
  CHECK(refused.header("accept-encoding") == "gzip, zstd");
}

}  // namespace
}  // namespace proxx::http
