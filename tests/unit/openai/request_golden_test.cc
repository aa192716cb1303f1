// Runs tests/golden/request/*.txtar: openai.json in; anthropic.json and notices, or error, out.
// Options (all optional): strict, model_override, default_model, stream_override, drop_thinking,
// prompt_cache, web_search, default_max_tokens, anthropic_version, alias (NAME=TARGET).
#include <doctest/doctest.h>

#include <algorithm>

#include "json/text.h"
#include "openai/chat/request.h"
#include "support/txtar.h"

namespace proxx {
namespace {

using test::Txtar;

RequestOptions options_of(const Txtar& golden, ModelTable& models) {
  RequestOptions options;
  for (const auto& [key, value] : golden.options("options")) {
    if (key == "strict") {
      options.on_lossy = OnLossy::error;
    } else if (key == "model_override") {
      options.model_override = value;
    } else if (key == "default_model") {
      options.default_model = value;
    } else if (key == "stream_override") {
      options.stream_override = value == "true";
    } else if (key == "drop_thinking") {
      options.drop_thinking = true;
    } else if (key == "prompt_cache") {
      options.prompt_cache = true;
    } else if (key == "web_search") {
      options.web_search = true;
    } else if (key == "default_max_tokens") {
      options.default_max_tokens = std::stoll(value);
    } else if (key == "anthropic_version") {
      options.anthropic_version = value;
    } else if (key == "alias") {
      const auto equals = value.find('=');
      models.add_alias(value.substr(0, equals), value.substr(equals + 1));
    } else {
      FAIL("unknown option " << key);
    }
  }
  options.models = &models;
  return options;
}

/// Line breaks and indentation around the tokens of `json`, which keep their bytes: small values
/// on one line, others a line a member.
std::string pretty(std::string_view json) {
  std::string out;
  std::string indent = "\n";
  constexpr size_t kShort = 100;
  const auto is_short = [&](size_t begin) {
    int depth = 0;
    bool quoted = false;
    for (size_t i = begin; i < json.size() && i < begin + kShort; ++i) {
      if (json[i] == '\\' && quoted) {
        ++i;
      } else if (json[i] == '"') {
        quoted = !quoted;
      } else if (!quoted && (json[i] == '{' || json[i] == '[')) {
        ++depth;
      } else if (!quoted && (json[i] == '}' || json[i] == ']') && --depth == 0) {
        return true;
      }
    }
    return false;
  };
  bool quoted = false;
  int compact = 0;  // inside this many containers that stay on one line
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      out.push_back(c);
      if (c == '\\') out.push_back(json[++i]);
      if (c == '"') quoted = false;
    } else if (c == '"') {
      out.push_back(c);
      quoted = true;
    } else if (c == '{' || c == '[') {
      out.push_back(c);
      if (compact > 0 || (is_short(i) && i > 0)) {
        ++compact;
      } else {
        out += indent += "  ";
      }
    } else if (c == '}' || c == ']') {
      if (compact > 0) {
        --compact;
      } else {
        indent.resize(indent.size() - 2);
        out += indent;
      }
      out.push_back(c);
    } else {
      out.push_back(c);
      if (c == ',' && compact == 0) out += indent;
      if (c == ',' && compact > 0) out.push_back(' ');
      if (c == ':') out.push_back(' ');
    }
  }
  return out + "\n";
}

std::string lines_of(const Notices& notices) {
  static constexpr const char* kKinds[] = {"dropped", "adjusted", "note"};
  std::string out;
  for (const Notice& notice : notices) {
    out += std::string(kKinds[static_cast<int>(notice.kind)]) + ' ' + notice.path + ": " +
           notice.reason + '\n';
  }
  return out;
}

std::string lines_of(const Error& error) {
  return "param: " + error.param + "\nmessage: " + error.message + "\ncode: " + error.code + '\n';
}

/// The rest of ConvertedChatRequest, where a golden asks for it with a section `converted`.
std::string lines_of(const ConvertedChatRequest& converted) {
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

using Sections = std::vector<std::pair<std::string, std::string>>;

Sections convert(const Txtar& golden) {
  ModelTable models;
  const RequestOptions options = options_of(golden, models);
  const auto converted = convert_request(golden.text("openai.json"), options);
  if (!converted) return {{"error", lines_of(converted.error())}};
  CHECK(json::is_valid(converted->body));
  Sections out = {{"anthropic.json", pretty(converted->body)}};
  if (!converted->notices.empty()) out.emplace_back("notices", lines_of(converted->notices));
  if (golden.find("converted") != nullptr) out.emplace_back("converted", lines_of(*converted));
  return out;
}

TEST_CASE("request goldens") {
  for (const auto& path : test::golden_files("request")) {
    CAPTURE(path.filename().string());
    Txtar golden = test::parse_txtar(test::read_file(path));
    const Sections sections = convert(golden);
    if (test::update_golden()) {
      auto& kept = golden.sections;
      const auto is_result = [](const Txtar::Section& section) {
        return section.name != "openai.json" && section.name != "options";
      };
      kept.erase(std::remove_if(kept.begin(), kept.end(), is_result), kept.end());
      for (const auto& [name, text] : sections) golden.set(name, text);
      test::write_file(path, test::format_txtar(golden));
      continue;
    }
    size_t results = 0;
    for (const auto& section : golden.sections) {
      if (section.name != "openai.json" && section.name != "options") ++results;
    }
    CHECK(results == sections.size());
    for (const auto& section : sections) {
      const std::string* expected = golden.find(section.first);
      REQUIRE_MESSAGE(expected != nullptr, "no section " << section.first);
      CHECK(*expected == section.second);
    }
  }
}

}  // namespace
}  // namespace proxx
