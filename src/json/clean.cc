#include "json/clean.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include "base/utf8.h"
#include "json/string.h"

namespace proxx::json {
namespace {

constexpr size_t kEscapeBytes = 6;  // \ud83d

const char* find(const char* begin, const char* end, char wanted) {
  if (begin == end) return nullptr;  // of an empty view it may be null, which memchr refuses
  return static_cast<const char*>(
      std::memchr(begin, static_cast<unsigned char>(wanted), static_cast<size_t>(end - begin)));
}

/// The \u escape at `at`, or -1.
int escaped_unit(const char* at, const char* end) {
  return end - at >= 2 && at[0] == '\\' && at[1] == 'u' ? hex4(at + 2, end) : -1;
}

bool is_surrogate(int unit) {
  return unit >= 0xD800 && unit < 0xE000;
}

/// The escape for the character at `at`, if it may end a line; else "".
std::string_view escape_at(const char* at, const char* end) {
  const size_t size = *at == '\xC2' ? 2 : *at == '\xE2' ? 3 : 0;
  if (size == 0 || end - at < static_cast<ptrdiff_t>(size)) return {};
  return line_end_escape({at, size});
}

bool has_line_end(std::string_view raw, char first) {
  const char* const end = raw.data() + raw.size();
  for (const char* at = find(raw.data(), end, first); at != nullptr;
       at = find(at + 1, end, first)) {
    if (!escape_at(at, end).empty()) return true;
  }
  return false;
}

bool has_surrogate(std::string_view raw) {
  const char* const end = raw.data() + raw.size();
  for (const char* at = find(raw.data(), end, '\\'); at != nullptr && end - at >= 2;
       at = find(at + 2, end, '\\')) {
    if (is_surrogate(escaped_unit(at, end))) return true;
  }
  return false;
}

bool is_clean(std::string_view raw) {
  return !has_surrogate(raw) && !has_line_end(raw, '\xC2') && !has_line_end(raw, '\xE2');
}

/// Appends `raw` cleaned, up to a high half at its end, if `keep_half`. Returns the bytes of that.
size_t append_cleaned(std::string& out, std::string_view raw, bool keep_half) {
  const char* at = raw.data();
  const char* const end = at + raw.size();
  const char* plain = at;  // what has not been appended begins here
  const auto replace = [&](size_t size, std::string_view by) {
    out.append(plain, at).append(by);
    plain = at += size;
  };
  while (at < end) {
    if (*at != '\\') {
      const std::string_view escape = escape_at(at, end);
      if (escape.empty()) {
        ++at;
      } else {
        replace(*at == '\xC2' ? 2 : 3, escape);
      }
      continue;
    }
    const int unit = escaped_unit(at, end);
    if (!is_surrogate(unit)) {
      at += unit < 0 ? 2 : kEscapeBytes;
    } else if (is_high_surrogate(unit) && is_low_surrogate(escaped_unit(at + kEscapeBytes, end))) {
      at += 2 * kEscapeBytes;
    } else if (keep_half && is_high_surrogate(unit) && end - at == kEscapeBytes) {
      out.append(plain, at);
      return kEscapeBytes;
    } else {
      replace(kEscapeBytes, utf8::kReplacement);
    }
  }
  out.append(plain, end);
  return 0;
}

/// One UTF-16 unit of a JSON string's inside, or one byte of a character beyond ASCII.
struct Unit {
  int value = -1;
  size_t size = 0;  ///< 0: there is none
};

Unit unit_at(std::string_view raw, size_t at) {
  if (at >= raw.size()) return {};
  if (raw[at] != '\\') return {static_cast<unsigned char>(raw[at]), 1};
  if (at + 1 >= raw.size()) return {'\\', 1};
  if (raw[at + 1] != 'u') {
    // Of the short escapes only this one stands for what an inner escape is made of.
    return {raw[at + 1] == '\\' ? '\\' : 0, 2};
  }
  return {hex4(raw.data() + at + 2, raw.data() + raw.size()), kEscapeBytes};
}

/// An escape of the inner text.
struct InnerEscape {
  enum class Kind {
    other,      ///< none, or none for a surrogate
    cut_off,    ///< it may become one
    surrogate,  ///< \uD800 to \uDFFF
  };
  Kind kind = Kind::other;
  int unit = -1;
  size_t size = 0;  ///< in the outer string; of `other` what it begins with, or 0
};

InnerEscape inner_escape_at(std::string_view raw, size_t at) {
  using Kind = InnerEscape::Kind;
  const size_t begin = at;
  const auto take = [&] {
    const Unit unit = unit_at(raw, at);
    at += unit.size;
    return unit;
  };
  const Unit backslash = take();
  if (backslash.size == 0) return {Kind::cut_off};
  if (backslash.value != '\\') return {};
  const Unit letter = take();
  if (letter.size == 0) return {Kind::cut_off};
  const InnerEscape other = {Kind::other, -1, at - begin};
  if (letter.value != 'u') return other;
  std::string digits;
  while (digits.size() < 4) {
    const Unit digit = take();
    if (digit.size == 0) return {Kind::cut_off};
    digits.push_back(digit.value > 0 && digit.value < 0x80 ? static_cast<char>(digit.value) : '-');
    // As if the rest of the digits were those of the lowest surrogate.
    std::string filled = digits;
    filled.append(std::string_view("d800").substr(digits.size()));
    if (!is_surrogate(hex4(filled.data(), filled.data() + filled.size()))) return other;
  }
  return {Kind::surrogate, hex4(digits.data(), digits.data() + digits.size()), at - begin};
}

/// Whether a backslash of the inner text is in `raw`.
bool has_inner_backslash(std::string_view raw) {
  const char* const end = raw.data() + raw.size();
  for (const char* at = find(raw.data(), end, '\\'); at != nullptr && end - at >= 2;
       at = find(at + 2, end, '\\')) {
    if (at[1] == '\\' || escaped_unit(at, end) == '\\') return true;
  }
  return false;
}

/// Appends `raw` with its inner halves replaced, up to what may become half of a pair, if
/// `keep_cut`. Returns where that begins.
size_t append_inner_cleaned(std::string& out, std::string_view raw, bool keep_cut) {
  using Kind = InnerEscape::Kind;
  size_t plain = 0;
  size_t at = 0;
  const auto stop_at = [&](size_t end) {
    out.append(raw, plain, end - plain);
    return end;
  };
  while (at < raw.size()) {
    const InnerEscape escape = inner_escape_at(raw, at);
    if (escape.kind == Kind::cut_off) return stop_at(keep_cut ? at : raw.size());
    if (escape.kind == Kind::other) {
      at += escape.size != 0 ? escape.size : unit_at(raw, at).size;
      continue;
    }
    const size_t behind = at + escape.size;
    if (is_high_surrogate(escape.unit)) {
      const InnerEscape next = inner_escape_at(raw, behind);
      if (next.kind == Kind::cut_off && keep_cut) return stop_at(at);
      if (next.kind == Kind::surrogate && is_low_surrogate(next.unit)) {
        at = behind + next.size;
        continue;
      }
    }
    out.append(raw, plain, at - plain).append(utf8::kReplacement);
    plain = at = behind;
  }
  return stop_at(raw.size());
}

}  // namespace

Raw cleaned(Raw raw, std::string& buffer) {
  if (is_clean(raw.bytes())) return raw;
  buffer.clear();
  append_cleaned(buffer, raw.bytes(), false);
  return Raw(buffer);
}

RawString cleaned(Raw raw) {
  return RawString(cleaned_json(raw.bytes()));
}

std::string cleaned_json(std::string_view json) {
  std::string out;
  append_cleaned(out, json, false);
  return out;
}

Raw PieceCleaner::add(Raw piece, std::string& buffer) {
  if (held_.empty() && is_clean(piece.bytes())) return piece;
  const std::string whole = std::exchange(held_, {}).append(piece.bytes());
  buffer.clear();
  const size_t half = append_cleaned(buffer, whole, true);
  held_ = whole.substr(whole.size() - half);
  return Raw(buffer);
}

Raw PieceCleaner::end() {
  if (held_.empty()) return {};
  held_.clear();
  return Raw(utf8::kReplacement);
}

Raw InnerCleaner::add(Raw piece, std::string& buffer) {
  if (held_.empty() && !has_inner_backslash(piece.bytes())) return piece;
  const std::string whole = std::exchange(held_, {}).append(piece.bytes());
  std::string out;  // `piece` may be a view of `buffer`
  held_ = whole.substr(append_inner_cleaned(out, whole, true));
  buffer = std::move(out);
  return Raw(buffer);
}

RawString InnerCleaner::end() {
  std::string out;
  append_inner_cleaned(out, std::exchange(held_, {}), false);
  return RawString(std::move(out));
}

}  // namespace proxx::json
