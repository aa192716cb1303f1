#include "mock/rules/duty.h"

#include <algorithm>

#include "base/ascii.h"

namespace proxx::mock {
namespace {

constexpr std::string_view kTypes = "object array string number integer boolean null";

/// Where the object that `text` begins with ends, or npos.
size_t end_of_object(std::string_view text) {
  constexpr int kMaxDepth = 128;
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return std::string_view::npos;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return i + 1;
    }
  }
  return std::string_view::npos;
}

/// Finds "answer with JSON" and its like: a request for JSON, not a remark about it.
class JsonWish {
 public:
  /// True if a sentence tells the reader to answer with JSON.
  static bool is_in(std::string_view text) {
    JsonWish wish;
    std::string word;
    for (const char c : text) {
      const char low = lower(c);
      const bool letter = is_letter(c) || is_digit(c);
      if (letter) word += low;
      if (letter || c == '\'') continue;
      if (wish.hears(word)) return true;
      word.clear();
      if (c == '.' || c == '!' || c == '?' || c == '\n') wish = JsonWish();
    }
    return wish.hears(word);
  }

 private:
  bool hears(const std::string& word) {
    if (word.empty()) return false;
    if (has_word("not never dont without", word)) refused_ = true;
    if (has_word("answer respond reply return output provide generate produce write", word)) {
      told_ = told_ || last_.empty() ||
              has_word("must should always please only just and to then", last_);
    } else if (word == "be" || word == "is") {
      told_ = told_ || has_word("must should", last_);
    }
    last_ = word;
    return told_ && !refused_ && word == "json";
  }

  std::string last_;
  bool told_ = false;
  bool refused_ = false;
};

/// `NAME` of "must call the tool NAME".
std::string named_after(std::string_view text, std::string_view words) {
  const size_t at = text.rfind(words);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + words.size());
  const auto* end = std::find_if(text.begin(), text.end(), [](char c) {
    return !is_letter(c) && !is_digit(c) && c != '_' && c != '-';
  });
  return {text.begin(), end};
}

/// Text of the system field and of all system messages.
std::string system_text(const Json& body) {
  std::string out;
  if (const auto system = body.find("system"); system != body.end()) out = text_of(*system);
  for (const Json& message : body.at("messages"))
    if (message.at("role") == "system") out += '\n' + text_of(message.at("content"));
  return out;
}

/// Text of the last user message and of the system messages after it.
std::string last_words(const Json& messages) {
  std::string out;
  for (size_t i = messages.size(); i > 0; --i) {
    const Json& message = messages[i - 1];
    if (message.at("role") == "assistant") break;
    out.insert(0, text_of(message.at("content")) + '\n');
    if (message.at("role") == "user") break;
  }
  return out;
}

/// A model that refuses tool_choice `any` and `tool` is told instead.
void read_call_wish(const Json& messages, Duty& duty) {
  const std::string words = last_words(messages);
  duty.tool_name = named_after(words, "must call the tool ");
  duty.must_call = !duty.tool_name.empty() ||
                   words.find("must call at least one of the tools") != std::string::npos;
}

void read_tools(const Json& body, Duty& duty) {
  const auto tools = body.find("tools");
  const Json choice = body.value("tool_choice", Json::object());
  const std::string type = choice.value("type", "auto");
  duty.may_call = tools != body.end() && !tools->empty() && type != "none";
  if (!duty.may_call) return;
  if (has_word("any tool", type)) {
    duty.must_call = true;
    duty.tool_name = choice.value("name", "");
  } else {
    read_call_wish(body.at("messages"), duty);
  }
}

bool thinks(const Json& body, const ModelRules& model, bool after_results) {
  const std::string choice = body.value("tool_choice", Json::object()).value("type", "");
  if (model.skips_thinking_when_forced && has_word("any tool", choice)) return false;
  const auto thinking = body.find("thinking");
  if (thinking == body.end()) return model.thinks_by_default;
  const std::string type = thinking->value("type", "");
  return type == "between_tools" ? after_results : type != "disabled";
}

void read_json_wish(const Json& body, Duty& duty) {
  const Json config = body.value("output_config", Json::object());
  if (const auto format = config.find("format"); format != config.end() && format->is_object()) {
    duty.json = true;
    duty.schema = format->at("schema");
    return;
  }
  const std::string told = system_text(body);
  duty.json = JsonWish::is_in(told);
  if (!duty.json) return;
  duty.schema = find_schema(told);
  if (!duty.schema) duty.schema = find_schema(last_words(body.at("messages")));
}

}  // namespace

Duty duty_of(const Json& body, const ModelRules& model, bool after_results) {
  Duty out;
  read_tools(body, out);
  out.thinks = thinks(body, model, after_results);
  read_json_wish(body, out);
  return out;
}

bool is_schema(const Json& value) {
  if (!value.is_object()) return false;
  if (const auto type = value.find("type"); type != value.end() && type->is_string())
    return has_word(kTypes, type->get_ref<const std::string&>());
  if (const auto members = value.find("properties"); members != value.end())
    return members->is_object();
  const auto has = [&value](const char* name) { return value.contains(name); };
  return has("anyOf") || has("oneOf") || has("allOf") || (has("$ref") && has("$defs"));
}

std::optional<FoundObject> read_object(std::string_view text) {
  const size_t bytes = text.starts_with('{') ? end_of_object(text) : std::string_view::npos;
  if (bytes == std::string_view::npos) return std::nullopt;
  Json value = Json::parse(text.substr(0, bytes), nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return FoundObject{std::move(value), bytes};
}

std::optional<Json> find_schema(std::string_view text) {
  constexpr size_t kMaxBytes = size_t{1} << 20;
  constexpr int kMaxTries = 64;  // a try can read all of the text
  text = text.substr(0, kMaxBytes);
  std::optional<Json> out;
  size_t begin = text.find('{');
  for (int i = 0; i < kMaxTries && begin != std::string_view::npos; ++i) {
    auto object = read_object(text.substr(begin));
    begin = text.find('{', begin + (object ? object->bytes : 1));
    if (object && is_schema(object->value)) out = std::move(object->value);
  }
  return out;
}

std::string text_of(const Json& content) {
  if (content.is_string()) return content.get<std::string>();
  std::string out;
  if (!content.is_array()) return out;
  for (const Json& block : content) {
    if (!block.is_object() || block.value("type", "") != "text") continue;
    if (!out.empty()) out += '\n';
    out += block.at("text").get<std::string>();
  }
  return out;
}

}  // namespace proxx::mock
