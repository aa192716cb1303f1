#include "http/parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <memory>
#include <optional>

#include "base/ascii.h"
#include "http/body_decoder.h"
#include "http/chunked.h"
#include "http/guard.h"
#include "http/target.h"

namespace proxx::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using Text = beast::string_view;

/// A client's word about its body's length is taken only after it has sent this much.
constexpr size_t kTrustedBodyBytes = size_t{64} << 10;

/// Fills a Request straight from Beast's events, without Beast's own message in between.
class MessageParser final : public beast::http::basic_parser<true> {
 public:
  Request request;
  std::string* body = &request.body;

 private:
  void on_request_impl(beast::http::verb, Text method, Text target, int version,
                       error_code&) override {
    request.method = method;
    request.target = target;
    request.version_minor = version % 10;
  }

  void on_response_impl(int, Text, int, error_code&) override {}

  void on_field_impl(beast::http::field, Text name, Text value, error_code&) override {
    request.headers.emplace_back(name, value);
  }

  void on_header_impl(error_code&) override {}

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    expected_bytes_ = static_cast<size_t>(length.value_or(0));
  }

  std::size_t on_body_impl(Text bytes, error_code&) override {
    const size_t needed = body->size() + bytes.size();
    if (needed > body->capacity()) {
      size_t room = kTrustedBodyBytes;
      while (room < needed) room *= 2;
      if (expected_bytes_ > 0 && (needed > kTrustedBodyBytes || expected_bytes_ < room))
        room = expected_bytes_;
      body->reserve(room);
    }
    body->append(bytes.data(), bytes.size());
    return bytes.size();
  }

  // Chunks never get here (ChunkedBody).
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code&) override {
    return bytes.size();
  }

  void on_finish_impl(error_code&) override {}

  size_t expected_bytes_ = 0;
};

/// Of a head that is refused, what answers and logs go by: its request line, and an Origin.
void salvage(std::string_view head, Request& request) {
  const size_t line_end = head.find("\r\n");
  const std::string_view line = head.substr(0, line_end);
  const size_t method = line.find(' ');
  const size_t target = line.find(' ', method + 1);
  if (line_end == std::string_view::npos || target == std::string_view::npos ||
      !is_token(line.substr(0, method)))
    return;
  request.method = line.substr(0, method);
  request.target = line.substr(method + 1, target - method - 1);
  request.version_minor = line.ends_with("HTTP/1.0") ? 0 : 1;
  request.headers.clear();
  head.remove_prefix(line_end + 2);
  for (size_t end = 0; (end = head.find("\r\n")) != std::string_view::npos;) {
    const std::string_view field = head.substr(0, end);
    head.remove_prefix(end + 2);
    const size_t colon = std::min(field.find(':'), field.size());
    if (!same_word(field.substr(0, colon), "origin")) continue;
    std::string_view value = field.substr(std::min(colon + 1, field.size()));
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    request.headers.emplace_back("origin", value.substr(0, value.find_last_not_of(" \t") + 1));
  }
}

}  // namespace

struct RequestParser::Impl {
  explicit Impl(const Limits& the_limits) : limits(the_limits), guard(the_limits) {
    message.header_limit(std::numeric_limits<std::uint32_t>::max());  // the guard counts
    message.body_limit(the_limits.max_body_bytes);
  }

  tl::expected<Step, Refusal> feed_head(std::string& input);
  tl::expected<Step, Refusal> feed_body(std::string& input);
  tl::expected<Step, Refusal> decode();
  tl::unexpected<Refusal> refuse_head(std::string_view head, Refusal refusal);

  const Limits& limits;
  bool begun = false;
  HeadGuard guard;
  MessageParser message;
  std::optional<ChunkedBody> chunks;
  std::unique_ptr<BodyDecoder> decoder;  ///< of a compressed body, from its first bytes on
  std::string encoded;                   ///< of it what is to be decoded
  bool is_encoded = false;
  bool complete = false;  ///< the body as it was sent
};

tl::expected<RequestParser::Step, Refusal> RequestParser::Impl::feed_head(std::string& input) {
  // RFC 9112 2.2: one empty line before a request line is some old client's, and let pass.
  if (!begun) {
    if (input.empty() || input == "\r") return Step::more;
    if (input.compare(0, 2, "\r\n") == 0) input.erase(0, 2);
    begun = true;
  }
  const auto head_bytes = guard.scan(input);
  if (!head_bytes) return refuse_head(input, head_bytes.error());
  if (*head_bytes == 0) return Step::more;

  error_code error;
  message.put(boost::asio::buffer(input.data(), *head_bytes), error);
  if (error == beast::http::error::body_limit)
    return refuse_head(input, {413, "the request body is too large"});
  if (error || !message.is_header_done())
    return refuse_head(input, {400, "malformed request head"});
  if (const auto refusal = check_head(message.request, limits))
    return tl::unexpected<Refusal>(*refusal);
  if (const auto refusal = resolve_target(message.request))
    return tl::unexpected<Refusal>(*refusal);
  input.erase(0, *head_bytes);
  message.eager(true);
  if (message.request.count("transfer-encoding") > 0) chunks.emplace(limits);
  is_encoded = content_coding(message.request).value() != Coding::identity;
  if (is_encoded) message.body = &encoded;
  return Step::head;
}

tl::unexpected<Refusal> RequestParser::Impl::refuse_head(std::string_view head, Refusal refusal) {
  salvage(head, message.request);
  return tl::unexpected<Refusal>(refusal);
}

tl::expected<RequestParser::Step, Refusal> RequestParser::Impl::feed_body(std::string& input) {
  if (chunks && !complete) {
    const auto ended = chunks->feed(input, *message.body);
    if (!ended) return tl::unexpected<Refusal>(ended.error());
    complete = *ended;
  } else if (!chunks && !message.is_done() && !input.empty()) {
    error_code error;
    input.erase(0, message.put(boost::asio::buffer(input), error));
    if (error && error != beast::http::error::need_more)
      return tl::unexpected<Refusal>(Refusal{400, "malformed request body"});
  }
  complete = complete || (!chunks && message.is_done());
  if (is_encoded) return decode();
  return complete ? Step::complete : Step::more;
}

tl::expected<RequestParser::Step, Refusal> RequestParser::Impl::decode() {
  if (!encoded.empty() && !decoder) {
    decoder = BodyDecoder::make(content_coding(message.request).value(), limits);
  }
  if (decoder) {
    const auto waits = decoder->feed(encoded, message.request.body);
    if (!waits) return tl::unexpected<Refusal>(waits.error());
    if (!*waits) return Step::busy;
  }
  if (!complete) return Step::more;
  if (decoder) {
    if (const auto refusal = decoder->finish()) return tl::unexpected<Refusal>(*refusal);
  }
  return Step::complete;
}

RequestParser::RequestParser(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;

tl::expected<RequestParser::Step, Refusal> RequestParser::feed(std::string& input) {
  return impl_->message.is_header_done() ? impl_->feed_body(input) : impl_->feed_head(input);
}

Request& RequestParser::request() {
  return impl_->message.request;
}

bool RequestParser::expects_continue() const {
  const Request& request = impl_->message.request;
  return request.version_minor > 0 && request.count("expect") > 0 && !impl_->complete &&
         (impl_->chunks || !impl_->message.is_done());
}

bool RequestParser::keep_alive() const {
  return impl_->message.keep_alive();
}

}  // namespace proxx::http
