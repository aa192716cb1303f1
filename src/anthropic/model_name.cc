#include "anthropic/model_name.h"

#include <algorithm>
#include <string>

#include "base/ascii.h"

namespace proxx {
namespace {

constexpr std::string_view kVendor = "anthropic";

bool is_small_or_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z');
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_date(std::string_view text) {
  constexpr size_t kDateBytes = 8;
  return text.size() == kDateBytes && all_digits(text);
}

/// Of `us.anthropic.claude-x` the model, else the name.
std::string_view without_vendor(std::string_view name) {
  const size_t at = name.find(kVendor);
  if (at == std::string_view::npos) return name;
  const size_t end = at + kVendor.size();
  if (end == name.size() || (name[end] != '.' && name[end] != ':')) return name;
  const std::string_view region = name.substr(0, at);
  const bool is_region =
      region.empty() ||
      (region.back() == '.' && std::all_of(region.begin(), region.end() - 1, [](char c) {
         return is_small_or_digit(c) || c == '-';
       }));
  return is_region ? name.substr(end + 1) : name;
}

/// What a gateway appends to a name, by the character that it begins with.
bool is_suffix(std::string_view text) {
  const std::string_view rest = text.substr(1);
  switch (text.front()) {
    case '[':
      return rest.ends_with("]");
    case '@':
      return is_date(rest) || rest == "default" || rest == "latest";
    case ':':
      return !rest.empty() && std::all_of(rest.begin(), rest.end(), is_small_or_digit);
    default:
      return is_date(rest) || rest == "thinking" || rest == "latest" ||
             (rest.starts_with("v") && all_digits(rest.substr(1)));
  }
}

/// `name` without its last suffix; empty if it has none.
std::string_view without_suffix(std::string_view name) {
  const size_t at = name.find_last_of("[@:-");
  if (at == std::string_view::npos || !is_suffix(name.substr(at))) return {};
  return name.substr(0, at);
}

/// `claude-opus-4.8` as `claude-opus-4-8`.
std::string with_hyphens(std::string_view name) {
  std::string out(name);
  for (size_t i = 1; i + 1 < out.size(); ++i) {
    if (out[i] == '.' && is_digit(out[i - 1]) && is_digit(out[i + 1])) out[i] = '-';
  }
  return out;
}

}  // namespace

bool any_spelling(std::string_view name, const std::function<bool(std::string_view)>& accept) {
  if (name.size() > kMaxGatewayNameBytes) return accept(name);
  const std::string_view model = name.substr(name.rfind('/') + 1);  // npos + 1 is 0
  std::string_view before;
  for (const std::string_view start : {name, model, without_vendor(model)}) {
    if (start == before) continue;
    before = start;
    for (std::string_view rest = start; !rest.empty(); rest = without_suffix(rest)) {
      if (accept(rest)) return true;
      if (rest.find('.') != std::string_view::npos && accept(with_hyphens(rest))) return true;
    }
  }
  return false;
}

bool is_pattern(std::string_view name) {
  return name.find('*') != std::string_view::npos;
}

bool matches_pattern(std::string_view pattern, std::string_view name) {
  const size_t first = pattern.find('*');
  if (first == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, first))) return false;
  name.remove_prefix(first);
  pattern.remove_prefix(first + 1);
  // Taking each middle part where it comes first leaves the most to the others.
  for (size_t star = pattern.find('*'); star != std::string_view::npos; star = pattern.find('*')) {
    const size_t at = name.find(pattern.substr(0, star));
    if (at == std::string_view::npos) return false;
    name.remove_prefix(at + star);
    pattern.remove_prefix(star + 1);
  }
  return name.ends_with(pattern);
}

}  // namespace proxx
