// However a connection's bytes are cut, the same requests come out, and the same refusal ends them.
// A request that is taken is framed as RFC 9112 says and no other way: a slow reader, written
// apart, finds the same body and the same first byte of the next request, so that nothing can be
// smuggled past. Its head has lines of tokens and printable values only. What is answered with its
// headers is a head of whole lines.

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/ascii.h"
#include "fuzz.h"
#include "http/body_decoder.h"
#include "http/guard.h"
#include "http/head_writer.h"
#include "http/parser.h"

namespace proxx::fuzz {
namespace {

using http::Request;
using http::RequestParser;

/// Small, so that inputs of a few hundred bytes reach them.
http::Limits limits() {
  http::Limits small;
  small.max_header_bytes = 600;
  small.max_header_line_bytes = 200;
  small.max_header_fields = 12;
  small.max_body_bytes = 100;
  return small;
}

struct Connection {
  std::vector<Request> requests;
  std::vector<size_t> ends;  ///< offset behind each
  int status = 0;            ///< of the refusal, 0 if there was none
  bool encoded = false;      ///< what was refused has a compressed body
};

bool is_encoded(const Request& request) {
  return http::content_coding(request).value_or(http::Coding::identity) != http::Coding::identity;
}

/// Reads requests until bytes are missing or one is refused.
Connection read(const Pieces& pieces, const http::Limits& limits) {
  Connection connection;
  auto parser = std::make_unique<RequestParser>(limits);
  std::string input;
  size_t fed = 0;
  for (const std::string& piece : pieces) {
    input += piece;
    fed += piece.size();
    for (;;) {
      const auto step = parser->feed(input);
      if (!step) {
        connection.status = step.error().status;
        connection.encoded = is_encoded(parser->request());
        expect(!step.error().what.empty(), "a refusal says why");
        return connection;
      }
      if (*step == RequestParser::Step::more) break;
      if (*step != RequestParser::Step::complete) continue;
      connection.requests.push_back(std::move(parser->request()));
      connection.ends.push_back(fed - input.size());
      parser = std::make_unique<RequestParser>(limits);
    }
  }
  return connection;
}

bool same(const Request& a, const Request& b) {
  return a.method == b.method && a.target == b.target && a.version_minor == b.version_minor &&
         a.headers == b.headers && a.body == b.body;
}

/// Whether what came of the cut bytes is what came of the whole.
bool same(const Connection& cut, const Connection& whole) {
  // Of two faults of a compressed body, one of its framing and one of its coding, either counts.
  const bool same_status = whole.encoded && cut.encoded ? (cut.status > 0) == (whole.status > 0)
                                                        : cut.status == whole.status;
  return same_status && cut.ends == whole.ends &&
         std::equal(cut.requests.begin(), cut.requests.end(), whole.requests.begin(),
                    whole.requests.end(),
                    [](const Request& a, const Request& b) { return same(a, b); });
}

std::string told(const Connection& connection) {
  return std::to_string(connection.requests.size()) + " requests, then " +
         std::to_string(connection.status);
}

/// One chunked body: RFC 9112 7.1. Takes it from the front of `rest`.
std::string read_chunks(std::string_view& rest) {
  std::string body;
  for (;;) {
    const size_t line_end = rest.find("\r\n");
    expect(line_end != std::string_view::npos, "a chunk begins with a line");
    const std::string_view line = rest.substr(0, line_end);
    expect(line.find('\n') == std::string_view::npos, "no bare LF in a chunk's line", line);
    size_t size = 0;
    const auto number = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    expect(number.ec == std::errc{}, "a chunk's size is a number", line);
    const std::string_view behind(number.ptr, static_cast<size_t>(line.end() - number.ptr));
    const size_t extension = behind.find_first_not_of(" \t");
    expect(extension == std::string_view::npos || behind[extension] == ';',
           "behind a chunk's size are extensions", line);
    rest.remove_prefix(line_end + 2);
    if (size == 0) break;
    expect(rest.size() >= size + 2 && rest.substr(size, 2) == "\r\n", "a chunk ends in CR LF");
    body.append(rest.substr(0, size));
    rest.remove_prefix(size + 2);
  }
  for (;;) {  // trailers
    const size_t line_end = rest.find("\r\n");
    expect(line_end != std::string_view::npos, "a trailer section ends");
    rest.remove_prefix(line_end + 2);
    if (line_end == 0) return body;
  }
}

/// `bytes` is what was consumed for the request.
void check_framing(const Request& request, std::string_view bytes) {
  if (bytes.substr(0, 2) == "\r\n") bytes.remove_prefix(2);
  const size_t head_end = bytes.find("\r\n\r\n");
  expect(head_end != std::string_view::npos, "a head ends in an empty line", bytes);
  std::string_view rest = bytes.substr(head_end + 4);
  const size_t lengths = request.count("content-length");
  const size_t codings = request.count("transfer-encoding");
  expect(lengths + codings <= 1, "one way to frame a body", bytes);
  if (codings == 1) {
    expect(same_word(*request.header("transfer-encoding"), "chunked"), "chunked", bytes);
    const std::string body = read_chunks(rest);
    expect(body == request.body || is_encoded(request), "the body is that of the chunks", bytes);
  } else if (lengths == 1) {
    const std::string_view length = *request.header("content-length");
    expect(std::to_string(rest.size()) == std::string(length.substr(std::min(
                                              length.find_first_not_of('0'), length.size() - 1))),
           "the body is as long as it was said to be", bytes);
    expect(rest == request.body || is_encoded(request), "the body is what follows the head", bytes);
    rest = {};
  } else {
    expect(request.body.empty(), "no body without a length", bytes);
  }
  expect(rest.empty(), "nothing is consumed behind the body", bytes);
}

void check_fields(const Request& request, const http::Limits& limits) {
  expect(is_token(request.method), "the method is a token", request.method);
  for (const auto& [name, value] : request.headers) {
    expect(is_token(name), "a field's name is a token", name);
    const bool printable = std::all_of(value.begin(), value.end(), [](char c) {
      return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t';
    });
    expect(printable, "a field's value is printable", value);
  }
  expect(request.version_minor == 0 || request.count("host") == 1, "one host");
  expect(request.headers.size() <= limits.max_header_fields, "as many fields as allowed");
  expect(request.body.size() <= limits.max_body_bytes, "as large a body as allowed");
}

/// Every field of a head, and nothing else, on a line of its own.
void check_written_head(const http::HeaderList& headers) {
  std::string head;
  http::write_head(200, headers, {.content_length = 1, .chunked = false, .connection = "close"}, 0,
                   head);
  expect(head.size() > 4 && head.find("\r\n\r\n") == head.size() - 4, "one empty line", head);
  std::string_view rest = head;
  for (bool first = true; rest != "\r\n"; first = false) {
    const size_t end = rest.find_first_of("\r\n");
    expect(rest.substr(end, 2) == "\r\n", "lines end in CR LF", head);
    const std::string_view line = rest.substr(0, end);
    if (!first) expect(is_token(line.substr(0, line.find(':'))), "a name and a colon", head);
    rest.remove_prefix(end + 2);
  }
}

/// Names and values that no parser has looked at: the lines of the input.
http::HeaderList raw_headers(std::string_view text) {
  http::HeaderList headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('|'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const size_t colon = std::min(line.find(':'), line.size());
    headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  }
  return headers;
}

void check(std::string_view bytes) {
  const http::Limits small = limits();
  const std::vector<Pieces> cuts = both_cuts(bytes);
  const Connection whole = read(cuts.front(), small);
  const Connection cut = read(cuts.back(), small);
  expect(same(cut, whole), "the same requests wherever it is cut",
         told(whole) + " whole, " + told(cut) + " cut");
  size_t begin = 0;
  for (size_t i = 0; i < whole.requests.size(); ++i) {
    check_fields(whole.requests[i], small);
    check_framing(whole.requests[i], bytes.substr(begin, whole.ends[i] - begin));
    check_written_head(whole.requests[i].headers);
    begin = whole.ends[i];
  }
  check_written_head(raw_headers(bytes));
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  proxx::fuzz::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
