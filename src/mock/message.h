#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proxx::mock {

using Json = nlohmann::ordered_json;

/// One content block as a message that did not stream would hold it.
struct Block {
  Json value;
  /// Of a tool_use whose input was cut off: the fragments that came; value.input is `{}` then.
  std::optional<std::string> cut_input = std::nullopt;
  bool is_json = false;  ///< a text without blanks to cut it at
};

struct Usage {
  int64_t input_tokens = 0;
  int64_t cache_creation_input_tokens = 0;
  int64_t cache_read_input_tokens = 0;
  int64_t output_tokens = 0;
  int64_t thinking_tokens = 0;
  int64_t web_search_requests = 0;
};

/// An answer before it is known whether it streams (docs/protocol.md 2.1).
struct Message {
  std::string id;
  std::string model;
  std::vector<Block> content;
  std::string stop_reason = "end_turn";
  Json stop_sequence;
  Json stop_details;
  Usage usage;
};

/// The message as one JSON object.
[[nodiscard]] std::string render_json(const Message& message);

/// The same message as events (docs/protocol.md 2.3), one string each, blank line included.
[[nodiscard]] std::vector<std::string> render_events(const Message& message);

/// `event: NAME\ndata: {"type":NAME,...}\n\n`
[[nodiscard]] std::string render_event(std::string_view name, const Json& members = Json::object());

/// JSON text; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string dump(const Json& value);

}  // namespace proxx::mock
