#include <doctest/doctest.h>

#include "anthropic/error.h"
#include "openai/error.h"
#include "support/txtar.h"

// tests/golden/error/*.txtar: an error and what a client gets of it.
//   options (status, content_type | event: true | kind: NAME), upstream.txt (the body, the event's
//   error object, or the message), openai.json, result (http_status, exit_code)

namespace proxx::test {
namespace {

constexpr struct {
  const char* name;
  ErrorKind kind;
} kKinds[] = {
    {"usage", ErrorKind::usage},
    {"invalid_request", ErrorKind::invalid_request},
    {"request_too_large", ErrorKind::request_too_large},
    {"unauthorized", ErrorKind::unauthorized},
    {"upstream_unreachable", ErrorKind::upstream_unreachable},
    {"upstream_tls", ErrorKind::upstream_tls},
    {"upstream_timeout", ErrorKind::upstream_timeout},
    {"upstream_redirect", ErrorKind::upstream_redirect},
    {"upstream_bad_content_type", ErrorKind::upstream_bad_content_type},
    {"upstream_protocol", ErrorKind::upstream_protocol},
    {"upstream_truncated", ErrorKind::upstream_truncated},
    {"overloaded", ErrorKind::overloaded},
    {"output_failed", ErrorKind::output_failed},
    {"internal", ErrorKind::internal},
};

Error error_of(const Txtar& golden) {
  int status = 0;
  std::string content_type;
  const std::string body = golden.text("upstream.txt");
  for (const auto& [key, value] : golden.options("options")) {
    if (key == "status") status = std::stoi(value);
    if (key == "content_type") content_type = value;
    if (key == "event") return in_openai_words(anthropic::event_error(body));
    if (key != "kind") continue;
    for (const auto& row : kKinds) {
      if (value == row.name) return Error{row.kind, body};
    }
    FAIL("unknown kind ", value);
  }
  return upstream_status_error(status, content_type, body);
}

}  // namespace

TEST_CASE("U8 to U12, U14: error goldens give what they say") {
  const auto paths = golden_files("error");
  REQUIRE(paths.size() > 30);
  for (const auto& path : paths) {
    CAPTURE(path.filename().string());
    Txtar golden = parse_txtar(read_file(path));
    const Error error = error_of(golden);
    const std::string body = error_body(error) + "\n";
    const std::string result = "http_status: " + std::to_string(http_status_of(error)) +
                               "\nexit_code: " + std::to_string(exit_code_of(error)) + "\n";
    if (update_golden()) {
      golden.set("openai.json", body);
      golden.set("result", result);
      write_file(path, format_txtar(golden));
    }
    REQUIRE(golden.find("openai.json") != nullptr);
    CHECK(*golden.find("openai.json") == body);
    CHECK(*golden.find("result") == result);
  }
}

}  // namespace proxx::test
