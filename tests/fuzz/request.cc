// A request that is taken becomes JSON that the strict reader takes, the same bytes every time,
// with turns that the upstream's rules allow: roles in turn, every call answered in the next
// message, no id twice. A request that is refused is told what is wrong, and where, by its path.
// Strictness refuses what would have given a notice, and nothing else, and changes nothing.
//
// Input: a byte of options, then the request.

#include "openai/chat/request.h"

#include <algorithm>
#include <set>

#include "anthropic/request_writer.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "json/reader.h"
#include "openai/error.h"

namespace proxx::fuzz {
namespace {

using json::Reader;

RequestOptions options_of(uint8_t bits) {
  static const ModelTable table;
  RequestOptions options;
  options.models = &table;
  if ((bits & 1) != 0) options.default_model = "claude-sonnet-4-5";
  if ((bits & 2) != 0) options.model_override = "claude-opus-4-5";
  if ((bits & 4) != 0) options.anthropic_version = "2026-10-21";
  options.prompt_cache = (bits & 8) != 0;
  options.web_search = (bits & 16) != 0;
  options.drop_thinking = (bits & 32) != 0;
  if ((bits & 64) != 0) options.default_max_tokens = 100;
  options.echo_model = (bits & 128) != 0;
  if (options.echo_model) options.names = Names::text;
  return options;
}

bool has_loss(const Notices& notices) {
  return std::any_of(notices.begin(), notices.end(),
                     [](const Notice& notice) { return notice.kind != Notice::Kind::note; });
}

bool is_object(std::string_view text) {
  json::Document document;
  return document.parse(text) && document.root().is_object();
}

void check_refusal(const Error& error, std::string_view request) {
  expect(error.kind == ErrorKind::invalid_request || error.kind == ErrorKind::request_too_large,
         "a refusal is the request's fault", error.message);
  expect(http_status_of(error) < 500 && http_status_of(error) >= 400, "and so is its status");
  expect(!error.message.empty(), "a refusal says why");
  expect(utf8::find_invalid(error_body(error)) == std::string_view::npos, "in UTF-8");
  if (is_object(request)) expect(!error.param.empty(), "a refusal says where", error.message);
}

void check_notices(const ConvertedChatRequest& converted) {
  for (const Notice& notice : converted.notices) {
    expect(!notice.path.empty() && !notice.reason.empty(), "a notice says where and why");
  }
}

/// The rules of turns that the upstream answers with a 400 (docs/protocol.md 1.4).
void check_turns(Reader messages, const std::string& body) {
  std::set<std::string> ids;
  std::set<std::string> open;
  std::string last;
  for (const Reader message : messages.elements()) {
    const std::string role = message.get("role").string_or("");
    expect(role == "user" || role == "assistant" || role == "system", "a role", body);
    expect(role != last, "roles take turns", body);
    expect(!last.empty() || role == "user", "the user begins", body);
    std::set<std::string> answered;
    for (const Reader block : message.get("content").elements()) {
      const Reader type = block.get("type");
      if (type.equals("tool_use")) {
        expect(role == "assistant", "calls are the assistant's", body);
        expect(ids.insert(block.get("id").string_or("")).second, "an id of one call only", body);
        open.insert(block.get("id").string_or(""));
        expect(block.get("input").is_object(), "the input of a call is an object", body);
      } else if (type.equals("tool_result")) {
        expect(role == "user", "results are the user's", body);
        expect(answered.insert(block.get("tool_use_id").string_or("")).second, "one result", body);
      }
    }
    if (role == "user") {
      expect(answered == open, "every call is answered, and nothing else", body);
      open.clear();
    } else {
      expect(answered.empty(), "results are in user messages", body);
    }
    last = role;
  }
}

void check_body(const ConvertedChatRequest& converted) {
  const std::string& body = converted.body;
  json::Document document;
  expect(document.parse(body, {.max_depth = 256}).has_value(), "a body of valid JSON", body);
  const Reader root = document.root();
  expect(root.get("model").equals(converted.model), "with the model", body);
  expect(root.get("max_tokens").integer_or_none().value_or(0) > 0, "with max_tokens", body);
  expect(root.get("stream").boolean_or(false) == converted.upstream_stream, "with stream", body);
  expect(root.get("messages").size() > 0, "with messages", body);
  check_turns(root.get("messages"), body);

  std::set<std::string> keys;
  for (const json::Member& member : root.members()) {
    expect(keys.insert(member.key()).second, "no field twice", body);
  }
  const std::string continued = anthropic::continue_request(body, "[]");
  expect(document.parse(continued, {.max_depth = 256}).has_value(), "continued, it is valid too",
         continued);
  for (const char* path : {"messages.0.content.0", "messages.1", "system.0", "tools.0.name",
                           "max_tokens", "messages.999999999999999999999.content", "", "."}) {
    (void)converted.client_path(path);
  }
}

void check_answer_shape(const ConvertedChatRequest& converted, std::string_view request) {
  const auto shape = answer_options_of(request);
  expect(shape.has_value(), "the answer's look can be read from what is taken");
  expect(shape->legacy_function_call == converted.answer.legacy_function_call &&
             shape->custom_tools == converted.answer.custom_tools,
         "and is the same");
}

void check(uint8_t bits, std::string_view request) {
  RequestOptions options = options_of(bits);
  const auto converted = convert_request(request, options);
  const auto again = convert_request(request, options);
  expect(converted.has_value() == again.has_value(), "the same every time");
  options.on_lossy = OnLossy::error;
  const auto strict = convert_request(request, options);
  if (!converted) {
    check_refusal(converted.error(), request);
    expect(error_body(converted.error()) == error_body(again.error()), "the same refusal");
    expect(!strict, "strictness takes no more");
    return;
  }
  expect(converted->body == again->body, "the same bytes", converted->body);
  check_notices(*converted);
  check_body(*converted);
  check_answer_shape(*converted, request);
  expect(strict.has_value() == !has_loss(converted->notices), "strictness refuses losses");
  if (strict) {
    expect(strict->body == converted->body, "strictness changes nothing", strict->body);
  } else {
    check_refusal(strict.error(), request);
  }
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  proxx::fuzz::Choices choices(data, size);
  const uint8_t bits = choices.byte();
  proxx::fuzz::check(bits, choices.rest());
  return 0;
}
