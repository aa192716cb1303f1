#include "mock/sample/pattern.h"

#include <algorithm>
#include <array>
#include <vector>

#include "mock/sample/characters.h"
#include "mock/sample/demands.h"

namespace proxx::mock::sample {
namespace {

constexpr size_t kMaxPattern = size_t{16} << 10;
constexpr size_t kMaxBytes = size_t{16} << 10;    ///< of a sample
constexpr size_t kMaxWritten = size_t{64} << 10;  ///< in one pass, dropped alternatives included
constexpr int kMaxGroups = 64;                    ///< in each other
constexpr size_t kMaxChoices = 4;                 ///< alternatives that are tried

/// One pass over a pattern that writes as it reads.
class Writer {
 public:
  /// `choice` is the number of the alternative outside all groups.
  Writer(std::string_view pattern, size_t choice, size_t extra_turns, bool turns_stars)
      : rest_(pattern), choice_(choice), extra_turns_(extra_turns), turns_stars_(turns_stars) {}

  std::optional<std::string> write() {
    std::string out = alternatives(0);
    if (!rest_.empty()) failed_ = true;  // an unpaired `)`
    if (failed_) return {};
    return out;
  }

  [[nodiscard]] bool has_choice() const { return choice_ < choices_; }

 private:
  [[nodiscard]] bool at(std::string_view text) const { return rest_.starts_with(text); }

  bool take(std::string_view text) {
    if (!at(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  std::string fail() {
    failed_ = true;
    rest_ = {};
    return {};
  }

  /// Up to the `)` or the end; the text of one alternative.
  std::string alternatives(int depth) {
    const size_t wanted = depth == 0 ? choice_ : 0;
    std::string out;
    size_t number = 0;
    size_t left = extra_turns_;
    do {
      extra_turns_ = left;
      std::string each = sequence(depth);
      if (number++ != wanted) continue;
      out = std::move(each);
      left = extra_turns_;
    } while (take("|"));
    extra_turns_ = left;
    if (depth == 0) choices_ = number;
    return out;
  }

  std::string sequence(int depth) {
    std::string out;
    while (!rest_.empty() && !at("|") && !at(")")) {
      const std::string one = atom(depth);
      repeat(out, one);
      if (out.size() > kMaxBytes) return fail();
    }
    return out;
  }

  std::string atom(int depth) {
    if (take("^") || take("$")) return {};
    if (take(".")) return "x";
    if (take("(")) return group(depth + 1);
    if (take("[")) return char_class();
    if (take("\\")) return escape();
    return character();
  }

  /// One character of UTF-8.
  std::string character() {
    size_t size = 1;
    while (size < rest_.size() && (static_cast<unsigned char>(rest_[size]) & 0xC0) == 0x80) ++size;
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(std::min(size, rest_.size()));
    return out;
  }

  std::string group(int depth) {
    if (depth > kMaxGroups) return fail();
    bool looks_around = false;
    bool captures = true;
    if (take("?")) {
      captures = false;
      looks_around = at("=") || at("!") || at("<=") || at("<!");
      if (looks_around) {
        (void)(take("<"), character());
      } else if (take("P<") || take("<")) {
        captures = true;
        const size_t end = rest_.find('>');
        if (end == std::string_view::npos) return fail();
        rest_.remove_prefix(end + 1);
      } else {
        // `?:`, or flags: `?i:`, and `?i)` for what follows.
        while (!rest_.empty() && !at(":") && !at(")")) rest_.remove_prefix(1);
        (void)take(":");
      }
    }
    const size_t index = groups_.size();
    if (captures) groups_.emplace_back();
    std::string out = alternatives(depth);
    if (failed_ || !take(")")) return fail();
    if (captures) groups_[index] = out;
    return looks_around ? std::string() : out;
  }

  /// Appends what the quantifier after `one` asks for.
  void repeat(std::string& out, const std::string& one) {
    size_t min = 1;
    size_t max = 1;
    if (take("*")) {
      min = 0;
      max = kNoLimit;
    } else if (take("+")) {
      max = kNoLimit;
    } else if (take("?")) {
      min = 0;
    } else if (!braces(min, max)) {
      out += one;
      return;
    }
    if (!take("?")) (void)take("+");  // lazy, possessive
    size_t turns = min;
    if (turns == 0 && turns_stars_ && max > 1) turns = 1;
    const size_t extra = one.empty() ? 0 : std::min(extra_turns_, max - std::min(max, turns));
    extra_turns_ -= extra;
    turns = one.empty() ? std::min<size_t>(turns, 1) : turns + extra;
    if (max < min || turns > kMaxBytes || turns * one.size() > kMaxBytes) {
      (void)fail();
      return;
    }
    written_ += turns * one.size();
    if (written_ > kMaxWritten) {
      (void)fail();
      return;
    }
    for (size_t i = 0; i < turns; ++i) out += one;
  }

  /// `{2}`, `{2,}`, `{2,5}`; other braces stand for themselves.
  bool braces(size_t& min, size_t& max) {
    const size_t end = rest_.find('}');
    if (!at("{") || end == std::string_view::npos || end > 20) return false;
    std::string_view text = rest_.substr(1, end - 1);
    const auto count = [&text]() -> std::optional<size_t> {
      size_t out = 0;
      size_t digits = 0;
      for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), ++digits)
        out = std::min<size_t>(out * 10 + static_cast<size_t>(text[0] - '0'), kMaxBytes + 1);
      return digits > 0 ? std::optional(out) : std::nullopt;
    };
    const auto first = count();
    if (!first) return false;
    std::optional<size_t> last = first;
    if (text.starts_with(',')) {
      text.remove_prefix(1);
      last = text.empty() ? std::optional(kNoLimit) : count();
    }
    if (!last || !text.empty()) return false;
    min = *first;
    max = *last;
    rest_.remove_prefix(end + 1);
    return true;
  }

  std::string hex(size_t digits) {
    uint32_t code = 0;
    if (rest_.size() < digits) return fail();
    for (size_t i = 0; i < digits; ++i) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const size_t value = kDigits.find(static_cast<char>(rest_[i] | 0x20));
      if (value == std::string_view::npos) return fail();
      code = code * 16 + static_cast<uint32_t>(value);
    }
    rest_.remove_prefix(digits);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code > 0x10FFFF || surrogate ? fail() : utf8(code);
  }

  /// The escapes that stand for one character, in a class and outside.
  std::string escaped_character() {
    if (rest_.empty()) return fail();
    if (take("x")) return hex(2);
    if (take("u{")) {
      const size_t digits = rest_.find('}');
      std::string out = digits > 0 && digits <= 6 ? hex(digits) : fail();
      return take("}") ? out : fail();
    }
    if (take("u")) return hex(4);
    constexpr std::array<std::pair<const char*, const char*>, 5> kControls{
        {{"n", "\n"}, {"r", "\r"}, {"t", "\t"}, {"f", "\f"}, {"v", "\v"}}};
    for (const auto& [name, text] : kControls)
      if (take(name)) return text;
    if (take("0")) return std::string(1, '\0');
    return character();
  }

  /// The character of `\d`, `\p{L}` and their like, or "" for another escape.
  std::string class_escape() {
    if (rest_.empty()) return fail();
    if (const auto text = of_class(rest_[0]); !text.empty()) {
      rest_.remove_prefix(1);
      return std::string(text);
    }
    if (!at("p{") && !at("P{")) return {};
    const bool other = at("P");
    const size_t end = rest_.find('}');
    if (end == std::string_view::npos) return fail();
    const std::string_view text = of_property(rest_.substr(2, end - 2));
    rest_.remove_prefix(end + 1);
    if (!other) return std::string(text);
    return text == "a" || text == "A" ? "1" : "a";
  }

  std::string escape() {
    if (at("b") || at("B") || at("A") || at("z") || at("Z")) {
      rest_.remove_prefix(1);
      return {};
    }
    if (std::string text = class_escape(); !text.empty() || failed_) return text;
    if (!rest_.empty() && rest_[0] >= '1' && rest_[0] <= '9') {
      const auto index = static_cast<size_t>(rest_[0] - '0');
      rest_.remove_prefix(1);
      return index < groups_.size() ? groups_[index] : std::string();
    }
    return escaped_character();
  }

  std::string char_class() {
    const bool negated = take("^");
    std::vector<Interval> members;
    while (!failed_ && !at("]")) {
      if (rest_.empty()) return fail();
      add_members(members);
    }
    (void)take("]");
    if (!negated) return members.empty() ? fail() : members.front().first;
    static constexpr std::array kOthers{"x", "A", "1", "-", ".", " ", "_", "\xc3\xa4"};
    for (const std::string_view each : kOthers)
      if (std::none_of(members.begin(), members.end(), [each](const Interval& one) {
            // Bytes of UTF-8 sort as code points do.
            return each >= std::string_view(one.first) && each <= std::string_view(one.last);
          }))
        return std::string(each);
    return fail();
  }

  void add_members(std::vector<Interval>& members) {
    if (rest_.size() > 1 && rest_[0] == '\\' && !of_class(rest_[1]).empty()) {
      for (Interval& each : intervals_of(rest_[1])) members.push_back(std::move(each));
      rest_.remove_prefix(2);
      return;
    }
    std::string first = class_member();
    const bool is_range = at("-") && !at("-]");
    if (is_range) rest_.remove_prefix(1);
    std::string last = is_range ? class_member() : first;
    members.push_back({std::move(first), std::move(last)});
  }

  std::string class_member() {
    if (!take("\\")) return character();
    if (take("b")) return "\b";
    std::string text = class_escape();
    return text.empty() && !failed_ ? escaped_character() : text;
  }

  std::string_view rest_;
  size_t choice_;
  size_t choices_ = 0;
  size_t extra_turns_;
  bool turns_stars_;  ///< `*` gives one turn, else none
  bool failed_ = false;
  size_t written_ = 0;
  std::vector<std::string> groups_ = std::vector<std::string>(1);
};

bool ends_anchored(std::string_view pattern) {
  return pattern.ends_with('$') && !pattern.ends_with("\\$");
}

std::optional<std::string> fitted(std::string_view pattern, const Lengths& lengths, size_t choice,
                                  size_t extra, bool turns_stars) {
  constexpr int kTries = 4;  // one turn can give more or less than one character
  for (int i = 0; i < kTries; ++i) {
    Writer writer(pattern, choice, extra, turns_stars);
    auto out = writer.write();
    if (!out || !writer.has_choice()) return {};
    size_t length = count_characters(*out);
    if (length < lengths.min && !ends_anchored(pattern)) {
      out->append(lengths.min - length, 'x');
      length = lengths.min;
    }
    if (length > lengths.max) return {};
    if (length >= lengths.min) return out;
    extra += lengths.min - length;
  }
  return {};
}

}  // namespace

std::optional<std::string> sample_of_pattern(std::string_view pattern, const Lengths& lengths,
                                             size_t variant) {
  if (pattern.size() > kMaxPattern || lengths.min > kMaxBytes) return {};
  for (size_t choice = 0; choice < kMaxChoices; ++choice)
    for (const bool turns_stars : {true, false})
      if (auto out = fitted(pattern, lengths, choice, variant, turns_stars)) return out;
  return {};
}

}  // namespace proxx::mock::sample
