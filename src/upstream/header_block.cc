#include "upstream/header_block.h"

#include <algorithm>

namespace proxx {
namespace {

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// What libcurl adds to a POST by itself; `Name:` says that it must not.
constexpr std::string_view kOwnFields[] = {"Accept", "Expect", "Content-Type"};

}  // namespace

bool HeaderBlock::assign(const HeaderList& headers) {
  text_.clear();
  starts_.clear();
  for (const auto& [name, value] : headers) {
    if (name.empty() || !is_clean(name) || !is_clean(value)) return false;
    // libcurl's notation for a field without a value is `Name;`.
    add(name, value.empty() ? ";" : ": ", value);
  }
  for (const std::string_view name : kOwnFields)
    if (!find_header(headers, name)) add(name, ":", {});

  nodes_.resize(starts_.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].data = text_.data() + starts_[i];
    nodes_[i].next = i + 1 < nodes_.size() ? &nodes_[i + 1] : nullptr;
  }
  return true;
}

void HeaderBlock::add(std::string_view name, std::string_view separator, std::string_view value) {
  starts_.push_back(text_.size());
  text_.append(name).append(separator).append(value).push_back('\0');
}

}  // namespace proxx
