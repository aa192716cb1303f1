#include "json/unique.h"

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

#include "base/hash.h"
#include "json/writer.h"

namespace proxx::json {
namespace {

/// Most objects are small and have no escaped keys: these need no memory to be told apart.
bool is_surely_unique(Reader object) {
  std::array<std::string_view, 8> keys;
  size_t count = 0;
  for (const Member& member : object.members()) {
    if (count == keys.size() || member.has_escapes) return false;
    const auto end = keys.begin() + static_cast<ptrdiff_t>(count);
    if (std::find(keys.begin(), end, member.raw_key.bytes()) != end) return false;
    keys[count++] = member.raw_key.bytes();
  }
  return true;
}

/// For each member, in order, whether a later one has its key; empty if none has.
std::vector<bool> replaced_members(Reader object) {
  // By hash, which is quick to compare; by text where that is the same, by chance or on purpose.
  struct Key {
    std::string_view text;
    size_t place;
    uint64_t hash;
    [[nodiscard]] bool same_text(const Key& other) const {
      return hash == other.hash && text == other.text;
    }
  };
  if (is_surely_unique(object)) return {};
  std::vector<Key> keys;
  std::deque<std::string> decoded;
  for (const Member& member : object.members()) {
    const std::string_view text =
        member.has_escapes ? decoded.emplace_back(member.key()) : member.raw_key.bytes();
    keys.push_back({text, keys.size(), stable_hash(text)});
  }
  std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const int order = a.text.compare(b.text);
    return order != 0 ? order < 0 : a.place < b.place;
  });
  std::vector<bool> out;
  for (size_t i = 1; i < keys.size(); ++i) {
    if (!keys[i - 1].same_text(keys[i])) continue;
    out.resize(keys.size());
    out[keys[i - 1].place] = true;
  }
  return out;
}

bool has_duplicates(Reader value) {
  for (const Reader element : value.elements()) {
    if (has_duplicates(element)) return true;
  }
  for (const Member& member : value.members()) {
    if (has_duplicates(member.value)) return true;
  }
  return value.is_object() && !replaced_members(value).empty();
}

void write(Reader value, Writer& w) {
  if (value.is_array()) {
    w.begin_array();
    for (const Reader element : value.elements()) write(element, w);
    w.end_array();
    return;
  }
  if (!value.is_object()) {
    w.raw(value.raw());
    return;
  }
  const std::vector<bool> replaced = replaced_members(value);
  size_t place = 0;
  w.begin_object();
  for (const Member& member : value.members()) {
    if (!replaced.empty() && replaced[place++]) continue;
    w.raw_key(member.raw_key);
    write(member.value, w);
  }
  w.end_object();
}

}  // namespace

Unique::Unique(Reader value) : reader_(value) {
  if (!has_duplicates(value)) return;
  std::string text;
  Writer w(text);
  write(value, w);
  // Of a valid text; what the upstream may send (lone surrogates) is its reader's to judge.
  const ParseOptions options{.allow_lone_surrogates = true};
  replaced_ = own_.parse(text, options).has_value();
  if (replaced_) reader_ = own_.root();
}

}  // namespace proxx::json
