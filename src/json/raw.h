#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace proxx::json {

/// The inside of a JSON string: a text with its escapes, without the quotes. It goes into another
/// JSON string as it is. A view of two words, passed by value; what it views must outlive it.
///
/// Text and Raw do not convert into each other: json::escaped() and json::unescape() do that, and
/// a forgotten one does not compile. bytes() is for those who write JSON text or scan escapes.
class Raw {
 public:
  constexpr Raw() = default;
  /// `bytes` is known to be valid inside a JSON string: it was cut out of one, or a check has shown
  /// that it holds nothing to escape.
  constexpr explicit Raw(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] constexpr std::string_view bytes() const { return bytes_; }
  [[nodiscard]] constexpr bool empty() const { return bytes_.empty(); }
  [[nodiscard]] constexpr size_t size() const { return bytes_.size(); }
  /// Without `prefix`, which holds nothing to escape, if it begins with it.
  [[nodiscard]] constexpr Raw without_prefix(std::string_view prefix) const {
    return Raw(bytes_.substr(bytes_.substr(0, prefix.size()) == prefix ? prefix.size() : 0));
  }

  /// True if both are written in the same way.
  friend constexpr bool operator==(Raw, Raw) = default;

 private:
  std::string_view bytes_;
};

inline namespace literals {
/// `"end_turn"_raw`, `R"(\n\n)"_raw`; does not compile if an escape is missing or wrong.
consteval Raw operator""_raw(const char* text, size_t size) {
  constexpr std::string_view kEscapes = "\"\\/bfnrt";
  for (size_t i = 0; i < size; ++i) {
    const bool is_escape = text[i] == '\\';
    if (is_escape) ++i;
    const bool fits = is_escape ? i < size && kEscapes.find(text[i]) != std::string_view::npos
                                : text[i] != '"' && static_cast<unsigned char>(text[i]) >= ' ';
    if (!fits) throw "this needs an escape";
  }
  return Raw({text, size});
}
}  // namespace literals

/// A Raw that owns its bytes.
class RawString {
 public:
  RawString() = default;
  explicit RawString(Raw raw) : bytes_(raw.bytes()) {}
  /// As Raw's constructor.
  explicit RawString(std::string bytes) : bytes_(std::move(bytes)) {}

  // NOLINTNEXTLINE(google-explicit-constructor): it views itself, as std::string does
  operator Raw() const { return Raw(bytes_); }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::string take() && { return std::move(bytes_); }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] size_t size() const { return bytes_.size(); }
  void clear() { bytes_.clear(); }
  RawString& append(Raw raw) {
    bytes_.append(raw.bytes());
    return *this;
  }

  friend bool operator==(const RawString&, const RawString&) = default;
  friend bool operator==(const RawString& a, Raw b) { return Raw(a) == b; }

 private:
  std::string bytes_;
};

}  // namespace proxx::json
