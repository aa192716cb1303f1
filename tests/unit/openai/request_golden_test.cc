// Runs tests/golden/request/*.txtar: openai.json in; anthropic.json and notices, or error, out.
#include "unit/openai/request_golden.h"

#include <doctest/doctest.h>

#include "json/text.h"
#include "openai/chat/request.h"

namespace proxx {
namespace {

using test::lines_of;
using test::Sections;
using test::Txtar;

/// The rest of ConvertedChatRequest, where a golden asks for it with a section `converted`.
std::string rest_of(const ConvertedChatRequest& converted) {
  const AnswerOptions& answer = converted.answer;
  std::string out;
  const auto add = [&](bool shown, const std::string& line) {
    if (shown) out += line + '\n';
  };
  add(true, "model: " + converted.model);
  add(converted.stream, "stream: true");
  add(converted.upstream_stream, "upstream_stream: true");
  for (const auto& beta : converted.betas) add(true, "beta: " + beta);
  add(converted.has_thinking_history, "has_thinking_history: true");
  add(!converted.text_is_call_of.empty(), "text_is_call_of: " + converted.text_is_call_of);
  add(answer.include_usage, "include_usage: true");
  add(answer.legacy_function_call, "legacy_function_call: true");
  for (const auto& name : answer.custom_tools) add(true, "custom_tool: " + name);
  add(!answer.reasoning.reasoning_content, "reasoning_content: false");
  return out;
}

Sections convert(const Txtar& golden) {
  ModelTable models;
  const RequestOptions options = test::options_of(golden, models);
  const auto converted = convert_request(golden.text("openai.json"), options);
  if (!converted) return {{"error", lines_of(converted.error())}};
  CHECK(json::is_valid(converted->body));
  Sections out = {{"anthropic.json", test::pretty(converted->body)}};
  if (!converted->notices.empty()) out.emplace_back("notices", lines_of(converted->notices));
  if (golden.find("converted") != nullptr) out.emplace_back("converted", rest_of(*converted));
  return out;
}

TEST_CASE("request goldens") {
  test::check_goldens("request", "openai.json", convert);
}

}  // namespace
}  // namespace proxx
