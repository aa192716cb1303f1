#include "anthropic/schema_keywords.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace proxx::schema {
namespace {

using json::Reader;

constexpr std::string_view kFormats[] = {"date-time", "time", "date", "duration", "email",
                                         "hostname",  "uri",  "ipv4", "ipv6",     "uuid"};

constexpr std::string_view kTypes[] = {"string", "number", "integer", "boolean",
                                       "null",   "object", "array"};

template <size_t N>
bool is_listed(Reader value, const std::string_view (&list)[N]) {
  return std::any_of(list, list + N, [&](std::string_view text) { return value.equals(text); });
}

bool is_scalar(Reader value) {
  return !value.is_object() && !value.is_array();
}

/// A pattern without look-around, back references and word boundaries.
bool is_simple_pattern(Reader pattern) {
  if (!pattern.is_string()) return false;
  const std::string text = pattern.string_or("");
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '(' && text[i + 1] == '?' && text.substr(i, 3) != "(?:") return false;
    if (text[i] != '\\') continue;
    const char escape = text[++i];
    if ((escape >= '1' && escape <= '9') ||
        std::string_view("bBk").find(escape) != std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_scalar_enumeration(Reader value) {
  for (const Reader element : value.elements()) {
    if (!is_scalar(element)) return false;
  }
  return true;
}

bool is_known_format(Reader value) {
  return is_listed(value, kFormats);
}

bool is_zero_or_one(Reader value) {
  const auto count = value.integer_or_none();
  return count == 0 || count == 1;
}

struct KeywordRow {
  std::string_view name;
  Keyword keyword;
  bool (*takes)(Reader value) = nullptr;  ///< the values that the upstream takes; all if null
};

constexpr KeywordRow kKeywords[] = {
    {"type", Keyword::type},
    {"properties", Keyword::schema_map},
    {"required", Keyword::verbatim},
    {"description", Keyword::description},
    {"title", Keyword::verbatim},
    {"default", Keyword::verbatim},
    {"const", Keyword::verbatim},
    {"enum", Keyword::verbatim, is_scalar_enumeration},
    {"items", Keyword::schema},
    {"anyOf", Keyword::schema_list},
    {"oneOf", Keyword::schema_list},
    {"allOf", Keyword::schema_list},
    {"$ref", Keyword::reference},
    {"$defs", Keyword::definitions},
    {"definitions", Keyword::definitions},
    {"additionalProperties", Keyword::additional_properties},
    {"patternProperties", Keyword::open},
    {"format", Keyword::verbatim, is_known_format},
    {"minItems", Keyword::verbatim, is_zero_or_one},
    {"pattern", Keyword::verbatim, is_simple_pattern},
    {"$schema", Keyword::ignored},
    {"$id", Keyword::ignored},
    {"$anchor", Keyword::ignored},
    {"$comment", Keyword::ignored},
};

const KeywordRow* row_of(std::string_view name) {
  const auto* const row = std::find_if(std::begin(kKeywords), std::end(kKeywords),
                                       [&](const KeywordRow& each) { return each.name == name; });
  return row == std::end(kKeywords) ? nullptr : row;
}

}  // namespace

Keyword keyword_of(std::string_view name) {
  const KeywordRow* const row = row_of(name);
  return row == nullptr ? Keyword::unsupported : row->keyword;
}

bool is_type_name(Reader value) {
  return is_listed(value, kTypes);
}

bool is_constraint(const json::Member& member) {
  const KeywordRow* const row = row_of(member.key());
  return row == nullptr || (row->takes != nullptr && !row->takes(member.value));
}

}  // namespace proxx::schema
