#include "anthropic/schema_definitions.h"

namespace proxx::schema {
namespace {

using json::Reader;

constexpr std::string_view kHolders[] = {"$defs", "definitions"};

/// A JSON pointer's text without its escapes: `~1` is a slash, `~0` a tilde.
std::string decoded(std::string_view pointer) {
  std::string out;
  out.reserve(pointer.size());
  for (size_t i = 0; i < pointer.size(); ++i) {
    const std::string_view two = pointer.substr(i, 2);
    if (two == "~1" || two == "~0") {
      out.push_back(two == "~1" ? '/' : '~');
      ++i;
    } else {
      out.push_back(pointer[i]);
    }
  }
  return out;
}

}  // namespace

Reader Definitions::target(Reader ref) {
  if (!ref.is_string()) return {};
  std::string buffer;
  const std::string_view text = ref.text(buffer);
  if (text.substr(0, 2) != "#/") return {};
  if (!is_read_) read();
  const auto found = by_pointer_.find(decoded(text.substr(2)));
  return found == by_pointer_.end() ? Reader() : found->second;
}

void Definitions::read() {
  is_read_ = true;
  for (const std::string_view holder : kHolders) {
    for (const json::Member& member : root_.get(holder).members()) {
      by_pointer_.insert_or_assign(std::string(holder) + '/' + member.key(), member.value);
    }
  }
}

}  // namespace proxx::schema
