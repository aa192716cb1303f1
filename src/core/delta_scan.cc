#include "core/delta_scan.h"

#include <cstring>

#include "core/json_text.h"
#include "core/utf8.h"

namespace proxx::anthropic {
namespace {

/// A view that is eaten from the front. Each step says whether it found what it wants.
class Scan {
 public:
  explicit Scan(std::string_view text) : rest_(text) {}

  bool literal(std::string_view word) {
    if (rest_.size() < word.size() || std::memcmp(rest_.data(), word.data(), word.size()) != 0) {
      return false;
    }
    rest_.remove_prefix(word.size());
    return true;
  }

  /// A block index without leading zeros.
  bool index(uint32_t& value) {
    constexpr size_t kMaxDigits = 5;
    size_t digits = 0;
    value = 0;
    while (digits < rest_.size() && digits <= kMaxDigits && is_digit(rest_[digits])) {
      value = value * 10 + static_cast<uint32_t>(rest_[digits++] - '0');
    }
    const bool good = digits > 0 && digits <= kMaxDigits && value <= kMaxBlockIndex &&
                      (digits == 1 || rest_[0] != '0');
    rest_.remove_prefix(digits);
    return good;
  }

  /// The inside of a valid JSON string, its closing quote eaten. `is_plain`: it is ASCII without
  /// escapes.
  bool string(std::string_view& inside, bool& is_plain) {
    size_t at = 0;
    is_plain = true;
    for (;;) {
      at += json::plain_length(rest_.substr(at));
      if (at >= rest_.size()) return false;
      if (rest_[at] == '"') break;
      is_plain = false;
      const size_t length =
          rest_[at] == '\\' ? escape_length(at) : utf8::sequence_length(rest_.substr(at));
      // A control character is a sequence for UTF-8, but not allowed in a string.
      if (length == 0 || static_cast<unsigned char>(rest_[at]) < 0x20) return false;
      at += length;
    }
    inside = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return true;
  }

  void spaces() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }
  [[nodiscard]] size_t escape_length(size_t at) const {
    const std::string_view text = rest_.substr(at);
    if (text.size() < 2) return 0;
    if (text[1] != 'u') return std::strchr("\"\\/bfnrt", text[1]) != nullptr ? 2 : 0;
    if (text.size() < 6) return 0;
    for (size_t i = 2; i < 6; ++i) {
      if (!is_hex(text[i])) return 0;
    }
    return 6;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<ContentBlockDelta> scan_delta(std::string_view data) {
  Scan scan(data);
  ContentBlockDelta event;
  if (!scan.literal(R"({"type":"content_block_delta","index":)") || !scan.index(event.index) ||
      !scan.literal(R"(,"delta":{"type":")")) {
    return std::nullopt;
  }
  std::string_view inside;
  bool is_plain = false;
  if (scan.literal(R"(text_delta","text":")")) {
    if (!scan.string(inside, is_plain)) return std::nullopt;
    event.delta = TextDelta{inside, is_plain};
  } else if (scan.literal(R"(input_json_delta","partial_json":")")) {
    if (!scan.string(inside, is_plain)) return std::nullopt;
    event.delta = InputJsonDelta{inside};
  } else if (scan.literal(R"(thinking_delta","thinking":")")) {
    if (!scan.string(inside, is_plain)) return std::nullopt;
    event.delta = ThinkingDelta{inside};
  } else {
    return std::nullopt;
  }
  // Real streams pad their lines with spaces before the last brace (wire.md 8).
  scan.spaces();
  if (!scan.literal("}")) return std::nullopt;
  scan.spaces();
  if (!scan.literal("}") || !scan.at_end()) return std::nullopt;
  return event;
}

}  // namespace proxx::anthropic
