#include "upstream/curl/header_block.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/release.h"

namespace proxx {
namespace {

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// What libcurl adds to a POST by itself; `Name:` says that it must not.
constexpr std::string_view kOwnFields[] = {"Accept", "Expect", "Content-Type"};

bool is_own(std::string_view name) {
  return std::any_of(std::begin(kOwnFields), std::end(kOwnFields),
                     [name](std::string_view own) { return same_word(own, name); });
}

}  // namespace

bool HeaderBlock::assign(const HeaderList& headers) {
  text_.clear();
  starts_.clear();
  for (const auto& [name, value] : headers) {
    if (name.empty() || !is_clean(name) || !is_clean(value)) return false;
    if (!value.empty() && !is_own(name)) continue;
    // libcurl's notation for a field without a value is `Name;`.
    add_entry(name, value.empty() ? ";" : ": ", value);
  }
  for (const std::string_view name : kOwnFields)
    if (!find_header(headers, name)) add_entry(name, ":", {});

  const size_t shared = text_.size();
  for (const auto& [name, value] : headers) {
    if (value.empty() || is_own(name)) continue;
    if (text_.size() != shared) text_.append("\r\n");
    text_.append(name).append(": ").append(value);
  }
  if (text_.size() != shared) {
    starts_.push_back(shared);
    text_.push_back('\0');
  }

  nodes_.resize(starts_.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].data = text_.data() + starts_[i];
    nodes_[i].next = i + 1 < nodes_.size() ? &nodes_[i + 1] : nullptr;
  }
  return true;
}

void HeaderBlock::release() {
  proxx::release(text_);
  proxx::release(starts_);
  proxx::release(nodes_);
}

void HeaderBlock::add_entry(std::string_view name, std::string_view separator,
                            std::string_view value) {
  starts_.push_back(text_.size());
  text_.append(name).append(separator).append(value).push_back('\0');
}

}  // namespace proxx
