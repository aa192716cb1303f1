#include "mock/sample/values.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "mock/sample/pattern.h"

namespace proxx::mock::sample {
namespace {

constexpr size_t kMaxStringChars = size_t{64} << 10;

Json number(double value, bool whole) {
  constexpr double kMaxExact = 9.2e18;
  if (whole && std::abs(value) < kMaxExact) return static_cast<int64_t>(value);
  return value;
}

/// `times` times `step`, rounded as a decimal would be: 3 times 0.1 is 0.3.
double multiple_of(double step, double times) {
  const double parts = std::round(1 / step);
  if (step < 1 && std::abs(parts * step - 1) < 1e-12) return times / parts;
  return times * step;
}

/// A step that every `multipleOf` divides: their product does.
double common_step(const Demands& demands, bool whole) {
  double out = demands.multiples.empty() ? 0 : 1;
  for (const double each : demands.multiples) out *= each;
  // A whole number that is a multiple of 0.5 is one of 1.
  if (whole && out > 0 && out < 1 && std::floor(1 / out) == 1 / out) return 1;
  return out;
}

std::vector<double> candidates(const Demands& demands, bool whole, double step) {
  std::vector<double> out{whole ? 1 : 1.5, 1};
  const auto& [low, high] = std::pair(demands.low, demands.high);
  if (step > 0) {
    const double first = low ? std::ceil(low->value / step) : 1;
    const double last = high ? std::floor(high->value / step) : first;
    for (const double times : {first, first + 1, last, last - 1, 0.0})
      out.push_back(multiple_of(step, times));
  }
  if (low) {
    out.push_back(std::ceil(low->value));
    out.push_back(std::floor(low->value) + 1);
  }
  if (high) {
    out.push_back(std::floor(high->value));
    out.push_back(std::ceil(high->value) - 1);
    if (!whole) out.push_back(high->value);
  }
  if (low && high && !whole) out.push_back(low->value + (high->value - low->value) / 2);
  return out;
}

/// A number that differs from those of the variants before.
std::optional<Json> vary(const Demands& demands, double value, bool whole, double step,
                         size_t variant) {
  const double by = static_cast<double>(variant);
  const double stride = step > 0 ? step : 1;
  std::vector<double> out{value + by * stride, value - by * stride};
  if (demands.low && demands.high && !whole)
    out.push_back(demands.low->value + (demands.high->value - demands.low->value) / (by + 2));
  for (const double each : out)
    if (demands.allows_number(each)) return number(each, whole);
  return {};
}

struct FormatRow {
  std::string_view name;
  std::string_view text;
};

constexpr FormatRow kFormats[] = {
    {"date-time", "2026-11-22T12:00:00Z"},
    {"time", "12:00:00Z"},
    {"date", "2026-11-22"},
    {"duration", "PT1H"},
    {"email", "mock@example.com"},
    {"idn-email", "mock@example.com"},
    {"hostname", "example.com"},
    {"idn-hostname", "example.com"},
    {"uri", "https://example.com/"},
    {"url", "https://example.com/"},
    {"iri", "https://example.com/"},
    {"uri-reference", "/example"},
    {"ipv4", "192.0.2.1"},
    {"ipv6", "2001:db8::1"},
    {"ipvanyaddress", "192.0.2.1"},
    {"ipv4network", "192.0.2.0/24"},
    {"ipv6network", "2001:db8::/32"},
    {"ipvanynetwork", "192.0.2.0/24"},
    {"uuid", "00000000-0000-4000-8000-000000000000"},
    {"uuid4", "00000000-0000-4000-8000-000000000000"},
    {"json-pointer", "/example"},
    {"regex", "^example$"},
    {"byte", "bW9jaw=="},
    {"base64", "bW9jaw=="},
    {"json-string", "{}"},
};

/// Changes the last digit, or numbers the word `example`.
std::string vary(std::string text, size_t variant) {
  if (variant == 0) return text;
  if (const size_t word = text.find("example"); word != std::string::npos)
    return text.insert(word + 7, std::to_string(variant + 1));
  const size_t digit = text.find_last_of("0123456789");
  if (digit != std::string::npos)
    text[digit] = static_cast<char>('0' + (static_cast<size_t>(text[digit] - '0') + variant) % 10);
  return text;
}

std::optional<std::string> of_format(const Demands& demands, size_t variant) {
  for (const auto& [name, text] : kFormats) {
    if (demands.format != name) continue;
    std::string out = vary(std::string(text), variant);
    if (out.size() < demands.min_length || out.size() > demands.max_length) return {};
    return out;
  }
  return {};
}

/// Repeated up to the shortest length, cut at the longest.
std::string fitted(std::string text, const Demands& demands) {
  const std::string again = ' ' + text;
  const size_t step = count_characters(again);
  size_t length = count_characters(text);
  for (; length < demands.min_length; length += step) text += again;
  if (length <= demands.max_length) return text;
  size_t end = 0;
  for (size_t count = 0; end < text.size(); ++end)
    if ((static_cast<unsigned char>(text[end]) & 0xC0) != 0x80 && count++ == demands.max_length)
      break;
  return text.substr(0, end);
}

}  // namespace

std::optional<Json> make_number(const Demands& demands, bool whole, size_t variant) {
  const double step = common_step(demands, whole);
  std::optional<double> found;
  if (const auto& low = demands.low; low && !low->exclusive && demands.allows_number(low->value) &&
                                     (!whole || std::floor(low->value) == low->value)) {
    if (variant == 0) return *low->written;
    found = low->value;
  }
  for (const double each : candidates(demands, whole, step)) {
    if (found) break;
    if ((!whole || std::floor(each) == each) && demands.allows_number(each)) found = each;
  }
  if (!found) return {};
  return variant == 0 ? number(*found, whole) : vary(demands, *found, whole, step, variant);
}

std::optional<std::string> make_string(const Demands& demands, std::string_view name,
                                       size_t variant) {
  if (demands.min_length > demands.max_length || demands.min_length > kMaxStringChars) return {};
  if (auto text = of_format(demands, variant)) return text;
  if (!demands.pattern.empty()) {
    const Lengths lengths{demands.min_length, demands.max_length};
    if (auto text = sample_of_pattern(demands.pattern, lengths, variant)) return text;
  }
  std::string out = "mock";
  if (!name.empty()) out += ' ' + std::string(name);
  if (variant > 0) out = std::to_string(variant + 1) + ' ' + out;
  return fitted(std::move(out), demands);
}

}  // namespace proxx::mock::sample
