#pragma once
#include <cstddef>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A JSON Schema as the sample maker reads it (mock/sample/sample.h).

namespace proxx::mock::sample {

using Json = nlohmann::ordered_json;
using Schemas = std::vector<const Json*>;  ///< all of them hold

inline constexpr size_t kNoLimit = std::numeric_limits<size_t>::max();

/// One end of the range of a number.
struct Bound {
  double value = 0;
  bool exclusive = false;
  const Json* written = nullptr;  ///< as the schema writes it
};

struct Property {
  std::string_view name;
  Schemas schemas;
  std::vector<size_t> schema_numbers;  ///< of the schemas that list it
  bool required = false;
};

/// `additionalProperties` of one schema: it holds for the properties that this schema does not
/// list.
struct Rest {
  size_t schema_number;
  const Json* schema;
  bool has_patterns;  ///< the schema has patternProperties too
};

/// What several schemas ask of one value, read into one record. Keywords of a wrong type are
/// ignored. It points into the schemas, which must outlive it.
struct Demands {
  /// Reads the keywords of one schema, except `$ref`, allOf, anyOf and oneOf.
  void add(const Json& schema);

  [[nodiscard]] bool allows_type(std::string_view type) const;
  /// The types to try, in the order of preference.
  [[nodiscard]] std::vector<std::string_view> candidate_types() const;
  /// Compares a value of an enum with type, range and length.
  [[nodiscard]] bool allows_value(const Json& value) const;
  [[nodiscard]] bool allows_number(double number) const;

  bool impossible = false;
  bool typed = false;
  std::vector<std::string_view> types;
  std::optional<Schemas> values;  ///< of enum and const

  std::optional<Bound> low;
  std::optional<Bound> high;
  std::vector<double> multiples;

  size_t min_length = 0;  ///< in characters
  size_t max_length = kNoLimit;
  std::string_view format;
  std::string_view pattern;  ///< of several the first

  size_t min_items = 0;
  size_t max_items = kNoLimit;
  bool unique_items = false;
  Schemas items;
  std::vector<Schemas> prefix_items;
  Schemas contains;
  size_t min_contains = 0;

  std::vector<Property> properties;
  std::map<std::string_view, size_t> property_index;
  std::vector<Rest> rests;
  std::vector<std::pair<std::string_view, const Json*>> pattern_properties;
  Schemas property_names;
  size_t min_properties = 0;
  size_t max_properties = kNoLimit;

 private:
  void add_types(const Json& schema);
  void add_values(const Json& schema);
  void add_number(const Json& schema);
  void add_string(const Json& schema);
  void add_array(const Json& schema);
  void add_object(const Json& schema);
  Property& property(std::string_view name);

  size_t schemas_ = 0;
};

/// The member of an object schema, or null.
[[nodiscard]] const Json* member(const Json& schema, std::string_view name);
[[nodiscard]] size_t count_characters(std::string_view text);

}  // namespace proxx::mock::sample
