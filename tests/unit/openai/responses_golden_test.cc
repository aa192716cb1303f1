// Runs tests/golden/responses_request/*.txtar: responses.json in; anthropic.json and notices, or
// error, out. A section `answer` shows what of the request the answer depends on; `sealed` holds
// the blocks that stand for SEALED in the request.
#include <doctest/doctest.h>

#include "json/text.h"
#include "openai/responses/request.h"
#include "openai/responses/sealed.h"
#include "unit/openai/request_golden.h"

namespace proxx::openai::responses {
namespace {

using test::lines_of;
using test::Sections;
using test::Txtar;

std::string answer_of(const AnswerOptions& answer) {
  static constexpr const char* kKinds[] = {"function",    "custom",      "shell",
                                           "local_shell", "apply_patch", "tool_search"};
  std::string out;
  for (const auto& [upstream, tool] : answer.tools) {
    out += "tool " + upstream + ": " + kKinds[static_cast<int>(tool.kind)] + ' ' +
           (tool.space.empty() ? "" : tool.space + ' ') + tool.name + '\n';
  }
  if (answer.include_search_sources) out += "include_search_sources: true\n";
  if (answer.refusal_as_text) out += "refusal_as_text: true\n";
  if (answer.continue_paused > 0) {
    out += "continue_paused: " + std::to_string(answer.continue_paused) + '\n';
  }
  CHECK(json::is_valid('{' + answer.echo + '}'));
  return out + test::pretty('{' + answer.echo + '}');
}

/// The golden's request, with the sealed blocks in their places: SEALED, and SEALED_AND_DAMAGED.
std::string request_of(const Txtar& golden) {
  std::string text = golden.text("responses.json");
  const std::string* blocks = golden.find("sealed");
  if (blocks == nullptr) return text;
  const std::string sealed = seal(blocks->substr(0, blocks->find_last_not_of('\n') + 1));
  const auto replace = [&](std::string_view word, const std::string& with) {
    for (size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += with.size()) {
      text.replace(at, word.size(), with);
    }
  };
  replace("SEALED_AND_DAMAGED", sealed.substr(0, sealed.size() - 2) + "AA");
  replace("SEALED", sealed);
  return text;
}

Sections convert(const Txtar& golden) {
  ModelTable models;
  const RequestOptions options = test::options_of(golden, models);
  const auto converted = convert_request(request_of(golden), options);
  if (!converted) return {{"error", lines_of(converted.error())}};
  CHECK(json::is_valid(converted->body));
  Sections out = {{"anthropic.json", test::pretty(converted->body)}};
  if (!converted->notices.empty()) out.emplace_back("notices", lines_of(converted->notices));
  if (golden.find("answer") != nullptr) out.emplace_back("answer", answer_of(*converted->answer));
  if (const std::string* paths = golden.find("paths")) {
    // Each line is a path of the upstream's and what the client is told instead.
    std::string told;
    for (size_t begin = 0; begin < paths->size(); begin = paths->find('\n', begin) + 1) {
      const std::string upstream = paths->substr(begin, paths->find_first_of(" \n", begin) - begin);
      told += upstream + " = " + converted->client_path(upstream) + '\n';
    }
    out.emplace_back("paths", told);
  }
  return out;
}

TEST_CASE("Responses request goldens") {
  test::check_goldens("responses_request", "responses.json", convert);
}

}  // namespace
}  // namespace proxx::openai::responses
