#include "json/writer.h"

#include <charconv>
#include <cmath>

namespace proxx::json {

void Writer::separate() {
  if (!first_) out_.push_back(',');
  first_ = false;
}

Writer& Writer::open(char bracket) {
  separate();
  out_.push_back(bracket);
  first_ = true;
  return *this;
}

Writer& Writer::close(char bracket) {
  out_.push_back(bracket);
  first_ = false;
  return *this;
}

Writer& Writer::key(Key name) {
  separate();
  out_.push_back('"');
  out_.append(name.bytes());
  out_.append("\":");
  first_ = true;
  return *this;
}

Writer& Writer::string(std::string_view text) {
  separate();
  out_.push_back('"');
  append_escaped(out_, text);
  out_.push_back('"');
  return *this;
}

Writer& Writer::raw_string(Raw raw) {
  separate();
  out_.push_back('"');
  out_.append(raw.bytes());
  out_.push_back('"');
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  value().append(json);
  return *this;
}

std::string& Writer::value() {
  separate();
  return out_;
}

Writer& Writer::integer(int64_t value) {
  char buffer[24];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  (void)error;
  return raw({buffer, static_cast<size_t>(end - buffer)});
}

Writer& Writer::number(double value) {
  if (!std::isfinite(value)) return null();
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  (void)error;
  return raw({buffer, static_cast<size_t>(end - buffer)});
}

}  // namespace proxx::json
