#include "mock/asked.h"

#include <utility>

namespace proxx::mock {
namespace {

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

void read_last_user_message(const Json& messages, Asked& out) {
  for (size_t i = messages.size(); i > 0; --i) {
    const Json& message = messages[i - 1];
    if (message.at("role") != "user") continue;
    const Json& content = message.at("content");
    out.prompt = text_of(content);
    if (!content.is_array()) return;
    for (const Json& block : content)
      if (block.at("type") == "tool_result")
        out.results.push_back(block.contains("content") ? text_of(block.at("content")) : "");
    return;
  }
}

class Example {
 public:
  explicit Example(const Json& root) : root_(root) {}

  Json of(const Json& schema, const std::string& name, int depth) const {
    constexpr int kMaxDepth = 16;
    if (!schema.is_object() || depth > kMaxDepth) return nullptr;
    if (schema.contains("const")) return schema["const"];
    if (const auto values = schema.find("enum"); values != schema.end() && !values->empty())
      return values->front();
    if (schema.contains("$ref")) return of(target(schema["$ref"]), name, depth + 1);
    for (const char* several : {"anyOf", "oneOf", "allOf"})
      if (const auto list = schema.find(several); list != schema.end() && !list->empty())
        return of(list->front(), name, depth + 1);
    return by_type(schema, name, depth);
  }

 private:
  [[nodiscard]] const Json& target(const Json& ref) const {
    const std::string text = ref.is_string() ? ref.get<std::string>() : "";
    if (!text.starts_with("#/")) return root_;
    const Json::json_pointer pointer(text.substr(1));
    return root_.contains(pointer) ? root_.at(pointer) : root_;
  }

  [[nodiscard]] static std::string type_of(const Json& schema) {
    const auto type = schema.find("type");
    if (type != schema.end() && type->is_string()) return type->get<std::string>();
    if (type != schema.end() && type->is_array() && !type->empty() && type->front().is_string())
      return type->front().get<std::string>();
    return schema.contains("properties") ? "object" : "string";
  }

  [[nodiscard]] static std::string text_for(const Json& schema, const std::string& name) {
    static constexpr std::pair<std::string_view, std::string_view> kFormats[] = {
        {"date-time", "2026-11-22T12:00:00Z"},
        {"time", "12:00:00Z"},
        {"date", "2026-11-22"},
        {"duration", "PT1H"},
        {"email", "mock@example.com"},
        {"hostname", "example.com"},
        {"uri", "https://example.com/"},
        {"ipv4", "192.0.2.1"},
        {"ipv6", "2001:db8::1"},
        {"uuid", "00000000-0000-4000-8000-000000000000"},
    };
    const auto format = schema.find("format");
    for (const auto& [key, value] : kFormats)
      if (format != schema.end() && *format == key) return std::string(value);
    return name.empty() ? "mock" : "mock " + name;
  }

  [[nodiscard]] Json by_type(const Json& schema, const std::string& name, int depth) const {
    const std::string type = type_of(schema);
    if (type == "string") return text_for(schema, name);
    if (type == "integer") return schema.value("minimum", Json(1));
    if (type == "number") return schema.value("minimum", Json(1.5));
    if (type == "boolean") return true;
    if (type == "array") {
      const auto items = schema.find("items");
      return items == schema.end() ? Json::array() : Json::array({of(*items, name, depth + 1)});
    }
    if (type != "object") return nullptr;
    Json out = Json::object();
    if (const auto properties = schema.find("properties"); properties != schema.end())
      for (const auto& [key, value] : properties->items()) out[key] = of(value, key, depth + 1);
    return out;
  }

  const Json& root_;
};

}  // namespace

Asked read_request(std::string_view body) {
  Asked out;
  out.body = Json::parse(body, nullptr, false);
  out.model = find_model(out.body.at("model").get_ref<const std::string&>());
  out.stream = out.body.value("stream", false);
  const Json& messages = out.body.at("messages");
  out.paused = messages.back().at("role") == "assistant";
  read_last_user_message(messages, out);
  return out;
}

int64_t count_tokens(std::string_view text) {
  constexpr size_t kBytesPerToken = 4;
  return static_cast<int64_t>((text.size() + kBytesPerToken - 1) / kBytesPerToken);
}

int64_t count_input_tokens(const Json& body) {
  int64_t out = 0;
  for (const char* part : {"system", "tools", "messages"})
    if (body.contains(part)) out += count_tokens(dump(body[part]));
  return out;
}

Json example_of(const Json& schema) {
  try {
    return Example(schema).of(schema, "", 0);
  } catch (const Json::exception&) {  // a keyword of a wrong type
    return Json::object();
  }
}

}  // namespace proxx::mock
