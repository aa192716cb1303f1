#pragma once
#include <string>

#include "core/json_reader.h"
#include "core/result.h"

// JSON Schemas on their way to the upstream (wire.md 1.9, 6.1, 6.6). They are rewritten member by
// member, so that key order, numbers and whatever is not touched stay as the client wrote them.

namespace proxx::schema {

/// A schema that the upstream's structured outputs take.
struct Sanitised {
  std::string json;
  int optional_parameters = 0;  ///< properties that are not required
  int union_parameters = 0;     ///< schemas with anyOf or several types
};

/// `schema` without the keywords that the upstream refuses; what they say goes into `description`.
/// Errors: a schema that cannot be made legal (recursion, a $ref elsewhere, an open map): the
/// message is one clause saying why, param the place.
Result<Sanitised> sanitise(json::Reader schema);

/// True if `more` fits beside what all strict schemas of a request hold already (wire.md 1.6).
[[nodiscard]] bool fits(int optional_parameters, int union_parameters, const Sanitised& more);

/// A tool's `input_schema`.
struct InputSchema {
  std::string json;
  bool flattened = false;  ///< had anyOf, oneOf or allOf at the top: united into one object
};

/// `parameters` as they are, with `type:"object"` and, where empty or absent, `properties`.
/// Errors: no object, or a type other than object.
Result<InputSchema> input_schema(json::Reader parameters);

}  // namespace proxx::schema
