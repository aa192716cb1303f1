#include "mock/query.h"

#include <algorithm>
#include <charconv>

namespace proxx::mock {

std::string_view query_of(std::string_view target) {
  const size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::string_view parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

size_t page_size(std::string_view limit) {
  size_t out = 20;  // the API's default
  std::from_chars(limit.data(), limit.data() + limit.size(), out);
  return std::clamp<size_t>(out, 1, 1000);
}

}  // namespace proxx::mock
