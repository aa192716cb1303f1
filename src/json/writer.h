#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "json/text.h"

namespace proxx::json {

/// A member's name that needs no escape: a literal, or one that is raw already.
class Key {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): for literals alone
  template <size_t kSize>
  constexpr Key(const char (&literal)[kSize]) : name_({literal, kSize - 1}) {}
  constexpr Key(Raw name) : name_(name) {}          // NOLINT(google-explicit-constructor)
  Key(const RawString& name) : name_(Raw(name)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] constexpr std::string_view bytes() const { return name_.bytes(); }

 private:
  Raw name_;
};

/// Appends JSON to a string, commas and escapes included. Calls must nest as the JSON does; key()
/// comes before each value of an object. Views are not kept.
class Writer {
 public:
  /// `out` must outlive the writer; what it already holds stays.
  explicit Writer(std::string& out) : out_(out) {}

  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }

  Writer& key(Key name);
  /// A key as the peer spelled it.
  Writer& raw_key(Raw name) { return key(name); }
  /// A key that is escaped here.
  Writer& text_key(std::string_view name) { return key(escaped(name)); }

  /// UTF-8 text, escaped here.
  Writer& string(std::string_view text);
  Writer& raw_string(Raw raw);
  /// A whole JSON value as text, valid already.
  Writer& raw(std::string_view json);
  Writer& integer(int64_t value);
  /// Shortest text that reads back to `value`, whatever the locale; NaN and infinity are null.
  Writer& number(double value);
  Writer& boolean(bool value) { return raw(value ? "true" : "false"); }
  Writer& null() { return raw("null"); }

  /// For a value that the caller appends: whole, and valid.
  [[nodiscard]] std::string& value();
  [[nodiscard]] std::string& out() { return out_; }

 private:
  Writer& open(char bracket);
  Writer& close(char bracket);
  void separate();

  std::string& out_;
  bool first_ = true;  ///< nothing stands before the next value of this container
};

}  // namespace proxx::json
