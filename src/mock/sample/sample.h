#pragma once
#include <nlohmann/json.hpp>

namespace proxx::mock {

/// A document that fits a JSON Schema, and the same one for the same schema: the first value of an
/// enum, the first branch that can be met, every property, one item of a list.
///
/// It follows types, enum, const, local `$ref`s, anyOf, oneOf, allOf, the bounds of numbers,
/// strings, lists and objects, string formats and patterns. It does not look at `not` (unless
/// nothing is allowed), if/then/else, dependentSchemas or whether a second branch of oneOf would
/// fit too. A recursive schema ends as soon as it may.
///
/// The work and the document are bounded, whatever the schema. If nothing fits or the bound is
/// reached, it returns an object without members where the schema asks for an object, else null.
[[nodiscard]] nlohmann::ordered_json sample_of(const nlohmann::ordered_json& schema);

}  // namespace proxx::mock
