#include "upstream/upstream.h"

#include "base/ascii.h"

namespace proxx {
std::optional<std::string_view> find_header(const HeaderList& headers, std::string_view name) {
  for (const auto& [field, value] : headers)
    if (same_word(field, name)) return value;
  return std::nullopt;
}

}  // namespace proxx
