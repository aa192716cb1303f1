#include "mock/binding.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"

namespace proxx::mock {
namespace {

constexpr std::string_view kMark = "mock";
constexpr size_t kHexDigits = 16;

/// FNV-1a, 64 bits.
class Hash {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) {
      value_ ^= static_cast<unsigned char>(c);
      value_ *= 0x100000001b3;
    }
    value_ ^= 0xff;  // no byte of UTF-8: a separator
    value_ *= 0x100000001b3;
  }
  [[nodiscard]] uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325;
};

/// nlohmann::json sorts the keys; whole floats become integers.
nlohmann::json canonical(const Json& value) {
  if (value.is_object()) {
    nlohmann::json out = nlohmann::json::object();
    for (const auto& [key, member] : value.items()) out[key] = canonical(member);
    return out;
  }
  if (value.is_array()) {
    nlohmann::json out = nlohmann::json::array();
    for (const Json& each : value) out.push_back(canonical(each));
    return out;
  }
  if (value.is_number_float()) {
    constexpr double kExact = 9007199254740992.0;  // 2^53
    const double number = value.get<double>();
    if (number > -kExact && number < kExact && number == static_cast<double>(int64_t(number)))
      return int64_t(number);
    return number;
  }
  return nlohmann::json::parse(value.dump());
}

bool is_thinking(const Json& block) {
  const std::string type = block.is_object() ? block.value("type", "") : "";
  return type == "thinking" || type == "redacted_thinking";
}

void add_content(Hash& hash, const Json& content);

void add_block(Hash& hash, const Json& block) {
  if (is_thinking(block) || !block.is_object()) return;
  const auto text = block.find("text");
  if (text != block.end() && text->is_string()) {
    const std::string bare(trimmed(text->get_ref<const std::string&>(), " \t\r\n\v\f"));
    if (!bare.empty()) hash.add("text:" + bare);
    return;
  }
  Json rest = block;
  for (const char* extra : {"cache_control", "caller", "content"}) rest.erase(extra);
  if (rest.contains("is_error") && rest["is_error"] == false) rest.erase("is_error");
  hash.add(canonical(rest).dump());
  if (const auto content = block.find("content"); content != block.end())
    add_content(hash, *content);
}

void add_content(Hash& hash, const Json& content) {
  if (content.is_string()) {
    add_block(hash, Json{{"type", "text"}, {"text", content}});
  } else if (content.is_array()) {
    for (const Json& block : content) add_block(hash, block);
  } else {
    hash.add(canonical(content).dump());
  }
}

void add_tools(Hash& hash, const Json& tools) {
  std::vector<std::string> texts;
  for (Json tool : tools) {
    if (tool.is_object()) tool.erase("cache_control");
    texts.push_back(canonical(tool).dump());
  }
  std::sort(texts.begin(), texts.end());
  for (const std::string& text : texts) hash.add(text);
}

std::string hex(uint64_t value) {
  std::string out(kHexDigits, '0');
  for (size_t i = 0; i < kHexDigits; ++i)
    out[kHexDigits - 1 - i] = "0123456789abcdef"[(value >> (4 * i)) & 15];
  return out;
}

}  // namespace

std::string Signature::encode() const {
  return std::string(kMark) + hex(text) + hex(prefix);
}

std::optional<Signature> Signature::decode(std::string_view text) {
  if (!text.starts_with(kMark) || text.size() != kMark.size() + 2 * kHexDigits) return {};
  Signature out;
  const char* at = text.data() + kMark.size();
  const auto first = std::from_chars(at, at + kHexDigits, out.text, 16);
  const auto second = std::from_chars(at + kHexDigits, at + 2 * kHexDigits, out.prefix, 16);
  if (first.ptr != at + kHexDigits || second.ptr != at + 2 * kHexDigits) return {};
  return out;
}

uint64_t hash_text(std::string_view text) {
  Hash hash;
  hash.add(text);
  return hash.value();
}

std::vector<uint64_t> prefix_hashes(const Json& body) {
  Hash hash;
  if (const auto tools = body.find("tools"); tools != body.end() && tools->is_array())
    add_tools(hash, *tools);
  if (const auto system = body.find("system"); system != body.end()) add_content(hash, *system);
  std::vector<uint64_t> out;
  std::string role = "system, top";
  for (const Json& message : body.at("messages")) {
    out.push_back(hash.value());
    if (message.at("role") != role) hash.add("role:" + message.at("role").get<std::string>());
    role = message.at("role").get<std::string>();
    add_content(hash, message.at("content"));
  }
  out.push_back(hash.value());
  return out;
}

uint64_t answer_prefix(const Json& body) {
  const auto hashes = prefix_hashes(body);
  const bool paused = body.at("messages").back().at("role") == "assistant";
  return paused ? hashes[hashes.size() - 2] : hashes.back();
}

}  // namespace proxx::mock
