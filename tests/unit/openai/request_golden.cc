#include "unit/openai/request_golden.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace proxx::test {

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
    } else if (key == "names") {
      options.names = value == "text" ? Names::text : Names::drop;
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

void check_goldens(const std::string& folder, std::string_view input,
                   const std::function<Sections(const Txtar&)>& convert) {
  for (const auto& path : golden_files(folder)) {
    CAPTURE(path.filename().string());
    Txtar golden = parse_txtar(read_file(path));
    const Sections sections = convert(golden);
    if (update_golden()) {
      auto& kept = golden.sections;
      const auto is_result = [input](const Txtar::Section& section) {
        return section.name != input && section.name != "options" && section.name != "sealed";
      };
      kept.erase(std::remove_if(kept.begin(), kept.end(), is_result), kept.end());
      for (const auto& [name, text] : sections) golden.set(name, text);
      write_file(path, format_txtar(golden));
      continue;
    }
    size_t results = 0;
    for (const auto& section : golden.sections) {
      if (section.name != input && section.name != "options" && section.name != "sealed") ++results;
    }
    CHECK(results == sections.size());
    for (const auto& section : sections) {
      const std::string* expected = golden.find(section.first);
      REQUIRE_MESSAGE(expected != nullptr, "no section " << section.first);
      CHECK(*expected == section.second);
    }
  }
}

}  // namespace proxx::test
