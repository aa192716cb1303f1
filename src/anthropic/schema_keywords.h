#pragma once
#include <string_view>

#include "json/reader.h"

namespace proxx::schema {

/// How a keyword of JSON Schema goes upstream in a structured output (wire.md 1.9).
enum class Keyword {
  unsupported,  ///< its meaning moves to the description
  ignored,      ///< says nothing to the model
  verbatim,
  description,
  additional_properties,
  schema,
  schema_list,
  schema_map,
  definitions,
  reference,
  type,
  enumeration,
  format,
  min_items,
  pattern,
  open,  ///< makes the object a map of any keys
};

/// `unsupported` for a name that is not known.
[[nodiscard]] Keyword keyword_of(std::string_view name);

/// One of the seven types, as a string.
[[nodiscard]] bool is_type_name(json::Reader value);

/// A member that limits what is valid in a way the upstream does not take.
[[nodiscard]] bool is_constraint(const json::Member& member);

}  // namespace proxx::schema
