// Any error answer of an upstream, whatever its status, type and body, becomes an error with a
// status, a short message, and a body and a frame of valid JSON.
//
// Input: the status (two bytes), the content type (a length and as much), then the body.

#include "anthropic/error.h"

#include "base/utf8.h"
#include "client_stream.h"
#include "fuzz.h"
#include "openai/error.h"

namespace proxx::fuzz {
namespace {

constexpr size_t kLongestMessage = 5000;

void check(const Error& error) {
  const int status = http_status_of(error);
  expect(status >= 400 && status <= 511, "the status of an error", std::to_string(status));
  expect(exit_code_of(error) > 0 && exit_code_of(error) <= 10, "an exit code of an error");
  expect(!error.message.empty() && error.message.size() < kLongestMessage, "a short message");
  const std::string body = error_body(error);
  expect(is_json(body), "a body of JSON", body);
  expect(utf8::find_invalid(body) == std::string_view::npos, "in UTF-8", body);
  expect(body.find('\n') == std::string::npos, "on one line", body);
  expect(error_frame(error) == "data: " + body + "\n\n", "a frame of it", body);
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proxx;
  fuzz::Choices choices(data, size);
  const int status = 300 + choices.byte() + choices.byte();
  const std::string_view type = choices.bytes();
  const std::string_view body = choices.rest();
  fuzz::check(upstream_status_error(status, type, body));
  fuzz::check(in_openai_words(anthropic::event_error(body)));
  return 0;
}
