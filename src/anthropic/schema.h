#pragma once
#include <cstddef>
#include <string>

#include "base/result.h"
#include "json/reader.h"

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
/// Of members with one key the last is written.
/// Errors: a schema that cannot be made legal (recursion, a $ref elsewhere, an open map): the
/// message is one clause saying why, param the place.
Result<Sanitised> sanitise(json::Reader schema);

/// True if `more` fits beside what all strict schemas of a request hold already (wire.md 1.6).
[[nodiscard]] bool fits(int optional_parameters, int union_parameters, const Sanitised& more);

/// A tool's `input_schema`.
struct InputSchema {
  enum class Change {
    none,
    united,        ///< had anyOf, oneOf or allOf at the top: united into one object
    united_untold  ///< ... without them in the description, where they would be too much
  };
  std::string json;
  Change change = Change::none;
};

/// What uniting may cost. In proportion to its own size a schema may always: twice its bytes, and a
/// step for each 16 of them. What small ones need beyond comes out of this, which is for all tools
/// of a request: a few hundred branches that refer to one large definition would multiply it.
struct FlattenAllowance {
  size_t bytes = size_t{1} << 20;
  size_t steps = size_t{1} << 18;  ///< some 100 ns each
};
/// What a small schema may become, and take of the steps.
inline constexpr size_t kMinFlattenBytes = size_t{64} << 10;
inline constexpr size_t kMaxFlattenSteps = size_t{1} << 15;

/// `parameters` as they are, with `type:"object"` and, where empty or absent, `properties`; of
/// members with one key the last. Errors: no object, a type other than object, or branches at the
/// top that make more than twice the original and more than 64 KiB.
Result<InputSchema> input_schema(json::Reader parameters, FlattenAllowance& allowance);

}  // namespace proxx::schema
