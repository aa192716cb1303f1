#include "upstream/secret_search.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>

#include "base/ascii.h"

namespace proxx {
namespace {

/// The text ends before it is clear.
constexpr size_t kCutOff = std::string_view::npos;
/// What escapes begin with.
constexpr std::string_view kEscapes = "\\%&";
/// JSON inside JSON inside JSON doubles them each time.
constexpr size_t kMaxBackslashes = 16;
constexpr size_t kMaxEntityBytes = 10;
/// From the end of one delta's text to the next one's.
constexpr size_t kMaxEventBytes = 1024;
/// Events with an empty text, or line ends, in a row.
constexpr int kMaxGaps = 4;
/// Of the beginning of a secret, in which case it is masked.
constexpr size_t kEnoughCharacters = 8;

// ---- one character

bool is_hex(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

/// The bytes of `digits` hexadecimal digits at the front that say `c`; 0 if they do not.
size_t hex_spelled(std::string_view text, size_t digits, char c) {
  unsigned value = 0;
  const std::string_view there = text.substr(0, digits);
  if (!std::all_of(there.begin(), there.end(), is_hex)) return 0;
  if (there.size() < digits) return kCutOff;
  std::from_chars(there.data(), there.data() + digits, value, 16);
  return value == static_cast<unsigned char>(c) ? digits : 0;
}

size_t plus(size_t bytes, size_t more) {
  return more == 0 || more == kCutOff ? more : bytes + more;
}

/// `\u0073`, `\\u0073`, `\/`
size_t backslash_spelled(std::string_view text, char c) {
  const size_t run =
      std::min(text.substr(0, kMaxBackslashes + 1).find_first_not_of('\\'), text.size());
  if (run > kMaxBackslashes) return 0;
  if (run == text.size()) return kCutOff;
  if (text[run] == 'u') return plus(run + 1, hex_spelled(text.substr(run + 1), 4, c));
  return text[run] == c && !is_letter(c) && !is_digit(c) ? run + 1 : 0;
}

/// `%73`, `%2573`
size_t percent_spelled(std::string_view text, char c) {
  size_t at = 1;
  for (int depth = 0; depth < 4; ++depth, at += 2) {
    const size_t there = hex_spelled(text.substr(at), 2, c);
    if (there != 0) return plus(at, there);
    if (!text.substr(at).starts_with("25")) return 0;
  }
  return 0;
}

/// `&#115;`, `&#x73;`, `&amp;`
size_t entity_spelled(std::string_view text, char c) {
  constexpr std::pair<std::string_view, char> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  const size_t end = text.substr(0, kMaxEntityBytes).find(';');
  if (end == std::string_view::npos) return text.size() < kMaxEntityBytes ? kCutOff : 0;
  std::string_view name = text.substr(1, end - 1);
  for (const auto& [word, character] : kNamed) {
    if (name == word) return character == c ? end + 1 : 0;
  }
  if (!name.starts_with("#")) return 0;
  name.remove_prefix(1);
  const bool hex = !name.empty() && lower(name.front()) == 'x';
  if (hex) name.remove_prefix(1);
  unsigned value = 0;
  const auto [stop, error] =
      std::from_chars(name.data(), name.data() + name.size(), value, hex ? 16 : 10);
  const bool said = error == std::errc() && stop == name.data() + name.size();
  return said && value == static_cast<unsigned char>(c) ? end + 1 : 0;
}

/// The bytes of an escape at the front that stands for `c`.
size_t escape_spelled(std::string_view text, char c) {
  switch (text.front()) {
    case '\\':
      return backslash_spelled(text, c);
    case '%':
      return percent_spelled(text, c);
    case '&':
      return entity_spelled(text, c);
    default:
      return 0;
  }
}

// ---- between two characters

/// From the quote that ends one delta's text to the first character of the next one's.
size_t between_deltas(std::string_view text) {
  constexpr std::string_view kTexts[] = {"\"text",      "\"thinking",          "\"partial_json",
                                         "\"arguments", "\"reasoning_content", "\"content",
                                         "\"delta"};
  constexpr std::string_view kOpens = "\":\"";
  if (text.front() != '"') return 0;
  text = text.substr(0, kMaxEventBytes);
  // The line ends between two events; inside one, another member follows.
  for (size_t at = text.find('\n'); at != std::string_view::npos; ++at) {
    at = text.find(kOpens, at);
    if (at == std::string_view::npos) break;
    const std::string_view before = text.substr(0, at);
    if (std::any_of(std::begin(kTexts), std::end(kTexts),
                    [before](std::string_view key) { return before.ends_with(key); })) {
      return at + kOpens.size();
    }
  }
  return text.size() < kMaxEventBytes ? kCutOff : 0;
}

/// Line ends in base64, as they are or in a JSON string.
size_t line_end(std::string_view text) {
  if (text.front() == '\r' || text.front() == '\n') return 1;
  if (text.front() != '\\') return 0;
  if (text.size() < 2) return kCutOff;
  return text[1] == 'r' || text[1] == 'n' ? 2 : 0;
}

// ---- one secret

/// A secret as a sequence of characters to look for; in base64, those that depend on it alone: the
/// ones beside hold at most four bits of its first or last byte.
class Needle {
 public:
  enum class Form { plain, hex, base64_0, base64_1, base64_2 };
  static constexpr std::array<Form, 5> kForms = {Form::plain, Form::hex, Form::base64_0,
                                                 Form::base64_1, Form::base64_2};

  Needle(std::string_view secret, Form form) : secret_(secret), form_(form) {
    const size_t before = offset() * 8;
    first_ = (before + 5) / 6;
    last_ = (before + secret.size() * 8) / 6;
  }

  [[nodiscard]] bool is_base64() const { return form_ >= Form::base64_0; }
  [[nodiscard]] size_t size() const {
    if (is_base64()) return last_ - first_;
    return form_ == Form::hex ? secret_.size() * 2 : secret_.size();
  }
  [[nodiscard]] char at(size_t i) const {
    if (form_ == Form::plain) return secret_[i];
    if (form_ == Form::hex) {
      return "0123456789abcdef"[byte(i / 2) >> (i % 2 == 0 ? 4U : 0U) & 15U];
    }
    const size_t bit = (first_ + i) * 6 - offset() * 8;
    const unsigned two = byte(bit / 8) << 8U | byte(bit / 8 + 1);
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[two >>
                                                                                  (10 - bit % 8) &
                                                                              63U];
  }
  /// The two ways to write `c` without an escape, which may be one.
  [[nodiscard]] std::array<char, 2> ways(char c) const {
    if (form_ == Form::hex && is_letter(c)) return {c, static_cast<char>(c - 'a' + 'A')};
    if (is_base64() && c == '+') return {c, '-'};
    if (is_base64() && c == '/') return {c, '_'};
    return {c, c};
  }

 private:
  [[nodiscard]] size_t offset() const {
    return is_base64() ? static_cast<size_t>(form_) - static_cast<size_t>(Form::base64_0) : 0;
  }
  [[nodiscard]] unsigned byte(size_t i) const {
    return i < secret_.size() ? static_cast<unsigned char>(secret_[i]) : 0;
  }

  std::string_view secret_;
  Form form_;
  size_t first_;  ///< characters of base64, from the group's beginning
  size_t last_;
};

class Search {
 public:
  Search(std::string_view text, TextEnd end) : text_(text), end_(end) {
    found_.undecided = text.size();
  }

  /// Wherever `first` is.
  void look_behind(char first, const Needle& needle) {
    for (size_t at = 0; (at = text_.find(first, at)) != std::string_view::npos; ++at) {
      look_at(at, needle);
    }
  }

  FoundSecrets result() {
    std::sort(found_.spans.begin(), found_.spans.end(),
              [](const auto& one, const auto& other) { return one.begin < other.begin; });
    // What is shown now must not lack a mask that begins there and ends later.
    std::for_each(found_.spans.rbegin(), found_.spans.rend(), [this](const auto& span) {
      if (span.end > found_.undecided) found_.undecided = std::min(found_.undecided, span.begin);
    });
    return std::move(found_);
  }

 private:
  void look_at(size_t begin, const Needle& needle) {
    pieces_.clear();
    size_t at = begin;
    size_t seen = 0;
    bool cut_escape = false;
    for (; seen < needle.size(); ++seen) {
      const size_t gap = seen == 0 ? 0 : gap_at(at, needle, needle.at(seen));
      if (gap == kCutOff) break;
      at += gap;
      const size_t bytes = spelled_at(at, needle, needle.at(seen));
      if (bytes == 0) return;
      cut_escape = bytes == kCutOff;
      if (cut_escape) break;
      note(at, at + bytes);
      at += bytes;
    }
    if (seen < needle.size()) {
      if (end_ == TextEnd::open) found_.undecided = std::min(found_.undecided, begin);
      if (end_ != TextEnd::cut || seen < std::min(kEnoughCharacters, needle.size() - 1)) return;
      if (cut_escape && at < text_.size()) note(at, text_.size());
    }
    found_.spans.insert(found_.spans.end(), pieces_.begin(), pieces_.end());
  }

  [[nodiscard]] size_t spelled_at(size_t at, const Needle& needle, char c) const {
    const std::string_view rest = text_.substr(at);
    if (rest.empty()) return kCutOff;
    // An escape first: `%` and `\` stand for themselves only where they begin none.
    if (const size_t bytes = escape_spelled(rest, c); bytes != 0) return bytes;
    const auto [one, other] = needle.ways(c);
    return rest.front() == one || rest.front() == other ? 1 : 0;
  }

  /// The framing in front of a next character `c`, where it is not there itself.
  [[nodiscard]] size_t gap_at(size_t begin, const Needle& needle, char c) const {
    size_t at = begin;
    for (int gaps = 0; gaps < kMaxGaps && at < text_.size(); ++gaps) {
      if (spelled_at(at, needle, c) != 0) break;
      const std::string_view rest = text_.substr(at);
      size_t gap = between_deltas(rest);
      if (gap == 0 && needle.is_base64()) gap = line_end(rest);
      if (gap == 0) break;
      if (gap == kCutOff) return kCutOff;
      at += gap;
    }
    return at - begin;
  }

  void note(size_t begin, size_t end) {
    if (!pieces_.empty() && pieces_.back().end == begin) {
      pieces_.back().end = end;
    } else {
      pieces_.push_back({begin, end});
    }
  }

  std::string_view text_;
  TextEnd end_;
  FoundSecrets found_;
  std::vector<FoundSecrets::Span> pieces_;
};

}  // namespace

FoundSecrets find_secrets(const std::vector<std::string>& secrets, std::string_view text,
                          TextEnd end) {
  Search search(text, end);
  const bool has_escapes = text.find_first_of(kEscapes) != std::string_view::npos;
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    for (const Needle::Form form : Needle::kForms) {
      const Needle needle(secret, form);
      const auto [one, other] = needle.ways(needle.at(0));
      search.look_behind(one, needle);
      if (other != one) search.look_behind(other, needle);
      if (!has_escapes) continue;
      for (const char escape : kEscapes) {
        if (escape != one) search.look_behind(escape, needle);
      }
    }
  }
  return search.result();
}

}  // namespace proxx
