#include "http/parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>

#include "core/ascii.h"
#include "http/guard.h"

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

 private:
  void on_request_impl(beast::http::verb, Text method, Text target, int version,
                       error_code&) override {
    request.method = method;
    request.target = target;
    request.version_minor = version % 10;
  }

  void on_response_impl(int, Text, int, error_code&) override {}

  void on_field_impl(beast::http::field, Text name, Text value, error_code&) override {
    if (is_header_done()) return;  // a trailer
    request.headers.emplace_back(name, value);
  }

  void on_header_impl(error_code&) override {}

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    expected_bytes_ = static_cast<size_t>(length.value_or(0));
  }

  std::size_t on_body_impl(Text bytes, error_code&) override {
    std::string& body = request.body;
    const size_t needed = body.size() + bytes.size();
    // Growth by powers of two keeps a body of unknown length within the limit while it is copied.
    if (needed > body.capacity()) {
      size_t room = kTrustedBodyBytes;
      while (room < needed) room *= 2;
      if (expected_bytes_ > 0 && (needed > kTrustedBodyBytes || expected_bytes_ < room))
        room = expected_bytes_;
      body.reserve(room);
    }
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t, Text extensions, error_code& error) override {
    // Beast takes any byte in quotes; who takes a bare LF for a line's end sees another body.
    if (std::any_of(extensions.begin(), extensions.end(), is_field_control)) {
      error = beast::http::error::bad_chunk_extension;
    }
  }

  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code& error) override {
    return on_body_impl(bytes, error);
  }

  void on_finish_impl(error_code&) override {}

  size_t expected_bytes_ = 0;
};

Refusal refusal_for(const error_code& error, bool in_body) {
  if (error == beast::http::error::body_limit) return {413, "the request body is too large"};
  if (in_body) return {400, "malformed chunked body"};
  return {400, "malformed request head"};
}

}  // namespace

struct RequestParser::Impl {
  explicit Impl(const Limits& the_limits) : limits(the_limits), guard(the_limits) {
    message.header_limit(std::numeric_limits<std::uint32_t>::max());  // the guard counts
    message.body_limit(the_limits.max_body_bytes);
  }

  tl::expected<Step, Refusal> feed_head(std::string& input);
  tl::expected<Step, Refusal> feed_body(std::string& input);

  const Limits& limits;
  bool begun = false;
  HeadGuard guard;
  MessageParser message;
};

tl::expected<RequestParser::Step, Refusal> RequestParser::Impl::feed_head(std::string& input) {
  // RFC 9112 2.2: one empty line before a request line is some old client's, and let pass.
  if (!begun) {
    if (input.empty() || input == "\r") return Step::more;
    if (input.compare(0, 2, "\r\n") == 0) input.erase(0, 2);
    begun = true;
  }
  const auto head_bytes = guard.scan(input);
  if (!head_bytes) return tl::unexpected<Refusal>(head_bytes.error());
  if (*head_bytes == 0) return Step::more;

  error_code error;
  message.put(boost::asio::buffer(input.data(), *head_bytes), error);
  if (error) return tl::unexpected<Refusal>(refusal_for(error, false));
  if (!message.is_header_done()) return tl::unexpected<Refusal>(Refusal{400, "malformed head"});
  if (const auto refusal = check_head(message.request, limits))
    return tl::unexpected<Refusal>(*refusal);
  input.erase(0, *head_bytes);
  message.eager(true);
  return Step::head;
}

tl::expected<RequestParser::Step, Refusal> RequestParser::Impl::feed_body(std::string& input) {
  if (!message.is_done() && !input.empty()) {
    error_code error;
    input.erase(0, message.put(boost::asio::buffer(input), error));
    if (error && error != beast::http::error::need_more)
      return tl::unexpected<Refusal>(refusal_for(error, true));
  }
  if (message.is_done()) return Step::complete;
  // What Beast leaves is a chunk header or a trailer section without its end.
  if (input.size() > limits.max_header_bytes)
    return tl::unexpected<Refusal>(Refusal{431, "a chunk header or trailer is too long"});
  return Step::more;
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
  return request.version_minor > 0 && request.count("expect") > 0 && !impl_->message.is_done();
}

bool RequestParser::keep_alive() const {
  return impl_->message.keep_alive();
}

}  // namespace proxx::http
