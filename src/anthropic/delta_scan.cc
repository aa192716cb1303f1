#include "anthropic/delta_scan.h"

#include <cstring>

#include "base/ascii.h"
#include "base/utf8.h"
#include "json/string.h"

namespace proxx::anthropic {
namespace {

/// Reads a text from its front. Each step returns whether it found what it expects.
class Scan {
 public:
  explicit Scan(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  /// The constant length makes this an inlined comparison.
  template <size_t kSize>
  bool literal(const char (&word)[kSize]) {
    constexpr size_t kLength = kSize - 1;
    if (static_cast<size_t>(end_ - at_) < kLength || std::memcmp(at_, word, kLength) != 0) {
      return false;
    }
    at_ += kLength;
    return true;
  }

  /// A block index without leading zeros.
  bool index(uint32_t& value) {
    constexpr ptrdiff_t kMaxDigits = 5;
    const char* const begin = at_;
    value = 0;
    while (at_ < end_ && at_ - begin <= kMaxDigits && is_digit(*at_)) {
      value = value * 10 + static_cast<uint32_t>(*at_++ - '0');
    }
    const ptrdiff_t digits = at_ - begin;
    return digits > 0 && digits <= kMaxDigits && value <= kMaxBlockIndex &&
           (digits == 1 || *begin != '0');
  }

  /// A valid JSON string, up to and over its closing quote. `is_plain`: it is ASCII
  /// without escapes.
  bool string(Raw& inside, bool& is_plain) {
    const char* const begin = at_;
    is_plain = true;
    for (;;) {
      at_ = json::skip_plain(at_, end_);
      if (at_ == end_) return false;
      if (*at_ == '"') break;
      is_plain = false;
      const size_t length = special_length();
      if (length == 0) return false;
      at_ += length;
    }
    inside = Raw({begin, static_cast<size_t>(at_ - begin)});
    ++at_;
    return true;
  }

  void spaces() {
    while (at_ < end_ && *at_ == ' ') ++at_;
  }
  [[nodiscard]] const char* at() const { return at_; }
  [[nodiscard]] bool at_end() const { return at_ == end_; }

 private:
  /// Bytes of the escape or the sequence beyond ASCII at the front; 0 if no string may contain it.
  [[nodiscard]] size_t special_length() const {
    if (*at_ != '\\') {
      // A control character is a sequence for UTF-8, but not allowed in a string.
      if (static_cast<unsigned char>(*at_) < 0x20) return 0;
      return utf8::sequence_length({at_, static_cast<size_t>(end_ - at_)});
    }
    if (end_ - at_ < 2) return 0;
    if (json::is_short_escape(at_[1])) return 2;
    return at_[1] == 'u' && json::hex4(at_ + 2, end_) >= 0 ? 6 : 0;
  }

  const char* at_;
  const char* const end_;
};

bool scan_string(Scan& scan, Delta& delta) {
  Raw inside;
  bool is_plain = false;
  if (scan.literal(R"(text_delta","text":")")) {
    if (!scan.string(inside, is_plain)) return false;
    delta = TextDelta{inside, is_plain};
  } else if (scan.literal(R"(input_json_delta","partial_json":")")) {
    if (!scan.string(inside, is_plain)) return false;
    delta = InputJsonDelta{inside};
  } else if (scan.literal(R"(thinking_delta","thinking":")")) {
    if (!scan.string(inside, is_plain)) return false;
    delta = ThinkingDelta{inside};
  } else {
    return false;
  }
  return true;
}

bool scan_data(Scan& scan, ContentBlockDelta& delta) {
  if (!scan.literal(R"({"type":"content_block_delta","index":)") || !scan.index(delta.index) ||
      !scan.literal(R"(,"delta":{"type":")") || !scan_string(scan, delta.delta)) {
    return false;
  }
  // Real streams pad their lines with spaces before the last brace (docs/protocol.md 8).
  scan.spaces();
  if (!scan.literal("}")) return false;
  scan.spaces();
  return scan.literal("}");
}

}  // namespace

bool scan_delta(std::string_view data, ContentBlockDelta& delta) {
  Scan scan(data);
  return scan_data(scan, delta) && scan.at_end();
}

size_t scan_delta_event(std::string_view bytes, ContentBlockDelta& delta) {
  Scan scan(bytes);
  const bool found = scan.literal("event: content_block_delta\ndata: ") && scan_data(scan, delta) &&
                     scan.literal("\n\n");
  return found ? static_cast<size_t>(scan.at() - bytes.data()) : 0;
}

}  // namespace proxx::anthropic
