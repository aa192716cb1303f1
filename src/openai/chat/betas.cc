#include <algorithm>
#include <cctype>

#include "openai/chat/fields.h"

// The `anthropic-beta` values that the client asks for in the body, and those that fields of the
// Anthropic API are tied to (wire.md 1.3, 1.8, 6.5).

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;

void add(Conversion& c, std::string_view beta) {
  auto& betas = c.out.betas;
  if (std::find(betas.begin(), betas.end(), beta) == betas.end()) betas.emplace_back(beta);
}

/// `field` is the value's own, `list` what it stands in.
Status add_beta(Conversion& c, Reader list, Reader field, std::string_view value) {
  const auto begin = value.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  value = value.substr(begin, value.find_last_not_of(" \t") - begin + 1);
  // It becomes part of a header line.
  const bool token = std::all_of(value.begin(), value.end(), [](char x) {
    return std::isalnum(static_cast<unsigned char>(x)) != 0 || x == '-' || x == '_' || x == '.';
  });
  if (!token) return refuse(field, "not the name of a beta", "invalid_value");
  if (!c.betas.take(value)) return refuse(list, BetaAllowance::kExceeded, "invalid_value");
  add(c, value);
  return {};
}

struct FieldBeta {
  bool (*needed)(const Conversion& c, Reader own_thinking);
  std::string_view beta;
};

constexpr FieldBeta kFieldBetas[] = {
    {[](const Conversion& c, Reader) { return bool(c.in["context_management"]); },
     "context-management-2025-06-27"},
    {[](const Conversion&, Reader thinking) { return thinking.get("display").equals("updates"); },
     "thinking-display-updates-2026-08-18"},
    {[](const Conversion&, Reader thinking) { return bool(thinking.optional("block_binding")); },
     "thinking-binding-controls-2026-08-01"},
};

}  // namespace

Status convert_betas(Conversion& c, Reader field) {
  if (field.is_string()) {
    std::string decoded;
    for (std::string_view rest = field.text(decoded); !rest.empty();) {
      const auto comma = rest.find(',');
      PROXX_TRY(add_beta(c, field, field, rest.substr(0, comma)));
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    return {};
  }
  PROXX_TRY(field.expect(Type::array));
  for (const Reader element : field.elements()) {
    PROXX_TRY(element.expect(Type::string));
    std::string decoded;
    PROXX_TRY(add_beta(c, field, element, element.text(decoded)));
  }
  return {};
}

Status add_needed_betas(Conversion& c) {
  const Reader thinking = c.own_thinking ? c.in["thinking"] : Reader();
  for (const FieldBeta& row : kFieldBetas) {
    if (row.needed(c, thinking)) add(c, row.beta);
  }
  return {};
}

}  // namespace proxx::request
