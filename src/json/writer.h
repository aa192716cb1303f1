#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "json/text.h"

namespace proxx::json {

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

  /// `name` is written as it is: a literal without anything to escape.
  Writer& key(std::string_view name);
  /// A key as the peer spelled it, between its quotes, still escaped.
  Writer& raw_key(std::string_view raw) { return key(raw); }

  /// UTF-8 text, escaped here.
  Writer& string(std::string_view text);
  /// The inside of a JSON string, as Reader::raw_string gives it.
  Writer& raw_string(std::string_view raw);
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
