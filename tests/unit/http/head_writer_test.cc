#include "http/head_writer.h"

#include <doctest/doctest.h>

namespace proxx::http {
namespace {

constexpr std::int64_t kNow = 784111777;  // the example of RFC 9110, 5.6.7

std::string head(int status, const HeaderList& headers, const Framing& framing) {
  std::string out;
  write_head(status, headers, framing, kNow, out);
  return out;
}

TEST_CASE("a head has what framing says, and the date") {
  CHECK(head(200, {{"content-type", "text/plain"}}, {5, false, "close"}) ==
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\nconnection: close\r\n"
        "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
  CHECK(head(404, {}, {std::nullopt, true, ""}) ==
        "HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n"
        "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST_CASE("a date of the handler's own stays") {
  CHECK(head(200, {{"Date", "Mon, 07 Nov 1994 08:49:37 GMT"}}, {}) ==
        "HTTP/1.1 200 OK\r\nDate: Mon, 07 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST_CASE("A32: no header value can end its line") {
  const std::string text = head(200,
                                {{"x-a", std::string("1\r\nx-evil: 2\n\0\x7f", 15)},
                                 {"x b", "1"},
                                 {"", "1"},
                                 {"a\r\nb", "1"}},
                                {});
  CHECK(text ==
        "HTTP/1.1 200 OK\r\nx-a: 1  x-evil: 2   \r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST_CASE("framing headers of a handler are left out") {
  const std::string text =
      head(200, {{"Content-Length", "9"}, {"Transfer-Encoding", "chunked"}, {"connection", "x"}},
           {0, false, ""});
  CHECK(text ==
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST_CASE("chunks") {
  std::string out;
  write_chunk("", out);
  CHECK(out.empty());
  write_chunk(std::string(26, 'x'), out);
  write_last_chunk(out);
  CHECK(out == "1a\r\n" + std::string(26, 'x') + "\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace proxx::http
