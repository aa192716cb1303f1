#pragma once
#include <string_view>

#include "json/reader.h"

namespace proxx::schema {

/// How a keyword of JSON Schema goes upstream in a structured output (docs/protocol.md 1.9).
enum class Keyword {
  unsupported,  ///< its meaning moves to the description
  ignored,      ///< says nothing to the model
  verbatim,     ///< unless its value is_constraint()
  type,
  description,
  schema,
  schema_list,
  schema_map,
  definitions,
  reference,
  additional_properties,
  open,  ///< makes the object a map with keys of any name
};

/// `unsupported` for a name that is not known.
[[nodiscard]] Keyword keyword_of(std::string_view name);

/// One of the seven types, as a string.
[[nodiscard]] bool is_type_name(json::Reader value);

/// True for a member that limits what is valid in a way that the upstream does not take: an
/// unsupported keyword, or a value that the keyword may not have there.
[[nodiscard]] bool is_constraint(const json::Member& member);

}  // namespace proxx::schema
