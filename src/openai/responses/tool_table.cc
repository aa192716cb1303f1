#include "openai/responses/tool_table.h"

#include <algorithm>

#include "base/hash.h"

namespace proxx::openai::responses {
namespace {

constexpr size_t kMaxName = 64;
constexpr size_t kMaxPlainName = 128;  // docs/protocol.md 1.6

bool is_name_char(char x) {
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9') || x == '_' ||
         x == '-';
}

std::string with_legal_chars(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char x) { return !is_name_char(x); }, '_');
  return name;
}

/// `legal` with a hash of the client's own names behind it.
std::string hashed(const std::string& legal, const std::string& space, const std::string& name) {
  constexpr size_t kKept = 55;
  return legal.substr(0, kKept) + '_' + short_hash(space + '\0' + name);
}

/// Codex' own tools are in a namespace of this name; their names alone mean the same to it.
std::string joined(const std::string& space, const std::string& name) {
  return with_legal_chars(space == "functions" ? name : space + "__" + name);
}

}  // namespace

bool ToolTable::add(const std::string& name, CallKind kind) {
  if (!all_.insert(name).second) return false;
  if (kind != CallKind::function) renamed_[name] = {kind, {}, name};
  return true;
}

const std::string& ToolTable::add_child(const std::string& space, const std::string& name,
                                        CallKind kind) {
  std::string upstream = joined(space, name);
  if (upstream.size() > kMaxName || has(upstream)) upstream = hashed(upstream, space, name);
  std::string& kept = children_[{space, name}];
  if (!all_.insert(upstream).second) return kept;
  renamed_[upstream] = {kind, space, name};
  return kept = std::move(upstream);
}

std::string ToolTable::upstream_name(const std::string& space, const std::string& name) const {
  if (!space.empty()) {
    const auto child = children_.find({space, name});
    if (child != children_.end()) return child->second;
    std::string alone = joined(space, name);
    return alone.size() > kMaxName ? hashed(alone, space, name) : alone;
  }
  const bool is_legal =
      name.size() <= kMaxPlainName && std::all_of(name.begin(), name.end(), is_name_char);
  if (is_legal) return name;
  std::string legal = with_legal_chars(name);
  return legal.size() > kMaxName ? hashed(legal, {}, name) : legal;
}

}  // namespace proxx::openai::responses
