#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "mock/message.h"
#include "mock/rules/model_rules.h"

namespace proxx::mock {

/// What a request obliges its answer to, whatever its prompt says.
struct Duty {
  bool may_call = false;   ///< it has tools and does not forbid them
  bool must_call = false;  ///< by tool_choice, or in words where the model cannot be forced
  std::string tool_name;   ///< the tool to call; "" leaves the choice
  bool thinks = false;     ///< before its first tool call

  bool json = false;           ///< by output_config.format, or told in the system text
  std::optional<Json> schema;  ///< that the JSON has to fit
};

/// `body` must have passed check_request. `after_results`: its last message brings tool results.
[[nodiscard]] Duty duty_of(const Json& body, const ModelRules& model, bool after_results);

/// The texts of a message, a system field or a tool result, a line each.
[[nodiscard]] std::string text_of(const Json& content);

/// An object that stands in a text, and how many bytes of it are the object's.
struct FoundObject {
  Json value;
  size_t bytes;
};

/// The JSON object that `text` begins with, nothing if it begins with none.
[[nodiscard]] std::optional<FoundObject> read_object(std::string_view text);

[[nodiscard]] bool is_schema(const Json& value);

/// The last JSON Schema that stands in a text, nothing if there is none. Reads at most 1 MiB.
[[nodiscard]] std::optional<Json> find_schema(std::string_view text);

}  // namespace proxx::mock
