#pragma once
#include <cstddef>
#include <string>

#include "base/result.h"
#include "json/reader.h"

// JSON Schemas on their way to the upstream (docs/protocol.md 1.9; docs/mapping-chat.md 6.1, 6.6).
// They are rewritten member by member: key order, numbers and everything untouched stay as the
// client wrote them.

namespace proxx::schema {

/// A schema that the upstream's structured outputs take.
struct Sanitised {
  std::string json;
  int optional_parameters = 0;  ///< properties that are not required
  int union_parameters = 0;     ///< schemas with anyOf or several types
};

/// `schema` without the keywords that the upstream refuses; what they say goes into `description`.
/// Of members with the same key the last is written.
/// Errors: a schema that cannot be made legal (recursion, a $ref elsewhere, an open map): the
/// message is one clause saying why, param the place.
Result<Sanitised> sanitise(json::Reader schema);

/// True if `more` fits beside the counts of a request's other strict schemas
/// (docs/protocol.md 1.6).
[[nodiscard]] bool fits(int optional_parameters, int union_parameters, const Sanitised& more);

/// A tool's `input_schema`.
struct InputSchema {
  enum class Change {
    none,
    united,        ///< had anyOf, oneOf or allOf at the top, and is now one object
    united_untold  ///< the same, but they are too large to be put into the description
  };
  std::string json;
  Change change = Change::none;
};

/// What uniting may cost. Each schema may always become twice its size and take a step for each 16
/// of its bytes. Small ones may need more; this allowance bounds it for all tools of a request
/// together, since a few hundred branches that refer to one large definition would multiply it.
struct FlattenAllowance {
  size_t bytes = size_t{1} << 20;
  size_t steps = size_t{1} << 18;  ///< about 100 ns each
};
/// Limits for one small schema: its bytes afterwards, and its share of the steps.
inline constexpr size_t kMinFlattenBytes = size_t{64} << 10;
inline constexpr size_t kMaxFlattenSteps = size_t{1} << 15;

/// `parameters` as they are, with `type:"object"` and, where they are empty or absent,
/// `properties`. Of members with the same key the last is written. Errors: not an object; a type
/// other than object; branches at the top that become more than twice the original and more than 64
/// KiB.
Result<InputSchema> input_schema(json::Reader parameters, FlattenAllowance& allowance);

}  // namespace proxx::schema
