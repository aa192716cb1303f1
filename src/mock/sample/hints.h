#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace proxx::mock::sample {

/// The keywords that a description tells, as a schema: `minLength: 3, pattern: "^a"`, perhaps in
/// braces, alone or as the last paragraph. Structured outputs refuse many keywords, so clients
/// write them there, and a model honours them. Nothing if the paragraph holds anything else.
[[nodiscard]] std::optional<nlohmann::ordered_json> hints_of(std::string_view description);

}  // namespace proxx::mock::sample
