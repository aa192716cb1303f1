#include "json/reader.h"

#include <charconv>
#include <cmath>
#include <map>
#include <system_error>
#include <tuple>
#include <vector>

namespace proxx::json {
namespace {

const char* name_of(Type type) {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "a boolean";
    case Type::number:
      return "a number";
    case Type::string:
      return "a string";
    case Type::array:
      return "an array";
    case Type::object:
      return "an object";
  }
  return "a value";
}

/// Longest key shown in a path, in bytes: a path goes into headers and messages.
constexpr size_t kMaxKeyBytes = 64;

std::string shown_key(Raw raw_key) {
  if (raw_key.empty()) return R"("")";  // a path that can be seen
  std::string key = unescape(Raw(raw_key.bytes().substr(0, kMaxKeyBytes * 6)));
  if (key.size() <= kMaxKeyBytes) return key;
  size_t cut = kMaxKeyBytes;
  while (cut > 0 && (static_cast<unsigned char>(key[cut]) & 0xC0) == 0x80) --cut;
  return key.substr(0, cut) + "...";
}

}  // namespace

template <class IndexOf>
std::string Reader::path(const IndexOf& index_of) const {
  if (!*this) return {};
  if (!document_->stands_for_.empty()) return document_->stands_for_;
  std::vector<std::string> parts;
  uint32_t child = node_;
  const auto& nodes = document_->nodes_;
  while (child != 0) {
    const uint32_t parent = nodes[child].parent;
    if (nodes[parent].type == static_cast<uint32_t>(Type::array)) {
      parts.push_back('[' + std::to_string(index_of(parent, child)) + ']');
    } else {
      const Reader key(document_, nodes[child].is_key ? child : child - 1);
      parts.push_back('.' + shown_key(key.raw_string()));
    }
    child = parent;
  }
  std::string out;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) out += *part;
  if (!out.empty() && out.front() == '.') out.erase(0, 1);
  return out;
}

std::string Reader::path() const {
  return path([this](uint32_t parent, uint32_t child) {
    size_t index = 0;
    for (uint32_t i = parent + 1; i != child; i = document_->nodes_[i].next) ++index;
    return index;
  });
}

std::vector<std::string> Reader::paths_of(const std::vector<Reader>& values) {
  using Place = std::tuple<const Document*, uint32_t, uint32_t>;  // array, element
  std::map<Place, size_t> indices;
  for (const Reader& value : values) {
    (void)value.path([&](uint32_t parent, uint32_t child) {
      return indices.try_emplace({value.document_, parent, child}).first->second;
    });
  }
  // In order: of one array the elements that are asked for follow each other.
  Place before{};
  size_t index = 0;
  for (auto& [place, wanted] : indices) {
    const auto& [document, parent, child] = place;
    uint32_t from = std::get<2>(before);
    if (std::get<0>(before) != document || std::get<1>(before) != parent) {
      from = parent + 1;
      index = 0;
    }
    for (; from != child; from = document->nodes_[from].next) ++index;
    wanted = index;
    before = place;
  }
  std::vector<std::string> out;
  out.reserve(values.size());
  for (const Reader& value : values) {
    out.push_back(value.path([&](uint32_t parent, uint32_t child) {
      return indices.at({value.document_, parent, child});
    }));
  }
  return out;
}

std::string Reader::path_of(std::string_view key) const {
  const std::string own = path();
  return own.empty() ? std::string(key) : own + '.' + std::string(key);
}

std::string_view Reader::raw() const {
  const auto& n = node();
  const uint32_t quote = type() == Type::string ? 1 : 0;
  return document_->text_.substr(n.begin - quote, n.end - n.begin + 2 * quote);
}

bool Reader::equals(std::string_view text) const {
  return is_string() && key_equals(text);
}

std::string_view Reader::text(std::string& buffer) const {
  if (!node().has_escapes) return raw_string().bytes();
  append_unescaped(buffer, raw_string());
  return buffer;
}

std::string Reader::string_or(std::string_view otherwise) const {
  if (!is_string()) return std::string(otherwise);
  return node().has_escapes ? unescape(raw_string()) : std::string(raw_string().bytes());
}

std::optional<int64_t> Reader::integer_or_none() const {
  if (!is_number()) return std::nullopt;
  const std::string_view text = raw();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> Reader::number_or_none() const {
  if (!is_number()) return std::nullopt;
  const std::string_view text = raw();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool Reader::boolean_or(bool otherwise) const {
  return is_boolean() ? raw() == "true" : otherwise;
}

Error Reader::error(std::string message, std::string code) const {
  return {ErrorKind::invalid_request, std::move(message), path(), std::move(code)};
}

Status Reader::mismatch(Type wanted) const {
  if (!*this) return err(ErrorKind::invalid_request, std::string("expected ") + name_of(wanted));
  return err(error(std::string("expected ") + name_of(wanted) + ", got " + name_of(type()),
                   "invalid_type"));
}

Result<std::string> Reader::string() const {
  PROXX_TRY(expect(Type::string));
  return string_or("");
}

Result<int64_t> Reader::integer() const {
  if (const auto value = integer_or_none()) return *value;
  if (is_number()) return err(error("expected an integer", "invalid_type"));
  PROXX_TRY(expect(Type::number));
  return 0;
}

Result<double> Reader::number() const {
  if (const auto value = number_or_none()) return *value;
  if (is_number()) return err(error("number out of range", "invalid_value"));
  PROXX_TRY(expect(Type::number));
  return 0;
}

Result<bool> Reader::boolean() const {
  PROXX_TRY(expect(Type::boolean));
  return boolean_or(false);
}

Reader Reader::get(std::string_view key) const {
  if (!is_object()) return {};
  Reader found;
  const auto& nodes = document_->nodes_;
  for (uint32_t i = node_ + 1; i != node().next; i = nodes[i + 1].next) {
    if (Reader(document_, i).key_equals(key)) found = Reader(document_, i + 1);
  }
  return found;
}

Reader Reader::optional(std::string_view key) const {
  const Reader value = get(key);
  return value.is_null() ? Reader() : value;
}

size_t Reader::size() const {
  size_t count = 0;
  for ([[maybe_unused]] const Reader element : elements()) ++count;
  for ([[maybe_unused]] const Member& member : members()) ++count;
  return count;
}

Reader Reader::at(size_t index) const {
  for (const Reader element : elements()) {
    if (index-- == 0) return element;
  }
  return {};
}

Reader::Elements Reader::elements() const {
  Elements range;
  if (is_array()) {
    range.document_ = document_;
    range.begin_ = node_ + 1;
    range.end_ = node().next;
  }
  return range;
}

Reader::Members Reader::members() const {
  Members range;
  if (is_object()) {
    range.document_ = document_;
    range.begin_ = node_ + 1;
    range.end_ = node().next;
  }
  return range;
}

}  // namespace proxx::json
