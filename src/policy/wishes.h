#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "anthropic/host.h"
#include "anthropic/request.h"
#include "json/reader.h"
#include "policy/place.h"

// What a client asked for, apart from the conversation, in no API's syntax. The reader of an API
// fills it in, and apply() honours it as far as the model goes. An absent wish was not made. The
// reader checks types and ranges; whether the model takes a value is not its business. What goes
// upstream unchanged is not here but in the MessagesRequest.

namespace proxx::policy {

/// A number with the text that the client wrote, which is what goes upstream.
struct Number {
  double value = 0;
  std::string_view text;
};

/// How much the model should think.
enum class Level { none, minimal, low, medium, high, xhigh, max };

struct ThinkingWish {
  std::optional<Wish<Level>> level;
  std::optional<Wish<int64_t>> budget;  ///< tokens, at least 1
  Place enabled;                        ///< set if the client wants thinking, however much
  json::Reader own;  ///< Anthropic's `thinking`, with a string `type`; wins over all of the above
  bool hidden = false;  ///< thinking is not shown to the client
  bool shown = false;   ///< it is shown where the model thinks; asks for no thinking

  /// Any of the first three.
  [[nodiscard]] bool any() const { return level || budget || enabled; }
};

/// One function among the request's tools; its block lacks `input_schema` and `strict`.
struct FunctionWish {
  size_t tool = 0;          ///< index in MessagesRequest::tools
  json::Reader parameters;  ///< JSON Schema; absent for none
  Place strict;             ///< set if arguments must match the schema
};

struct ToolChoiceWish {
  anthropic::ToolChoice choice;
  std::vector<std::string> allowed;  ///< the only tools to call now; empty for all
  Place place;
};

/// JSON as the answer.
struct FormatWish {
  json::Reader schema;      ///< JSON Schema; absent for none
  bool any_object = false;  ///< any JSON object will do, and there is no schema
  bool strict = false;      ///< refuse the request rather than only ask the model
  Place place;
};

struct CacheWish {
  json::Reader automatic;  ///< Anthropic's `cache_control` for the whole request; absent for none
  bool implicit = false;   ///< the upstream chooses a breakpoint
  /// The same, for a client that sets no breakpoint (a setting of proxx).
  bool by_default = false;
  bool for_an_hour = false;
};

/// Which of the upstream's capacity the request should take.
enum class Tier {
  automatic,
  standard,
  priority,
  other,  ///< one that the upstream lacks
};

struct TierWish {
  Tier tier;
  Place place;
  size_t field = 0;  ///< its row in the reader's table of fields, as of Topic::fields
};

struct Wishes {
  bool stream = false;
  /// The request is for an item of a Message Batch, which has no stream and no choice of capacity.
  bool batch_item = false;
  std::optional<TierWish> tier;
  std::optional<Wish<int64_t>> max_tokens;    ///< at least 1
  std::optional<int64_t> default_max_tokens;  ///< configured, for a client that names none
  std::string_view api_version;               ///< `anthropic-version`
  std::optional<Wish<Number>> temperature;    ///< 0 to 2
  std::optional<Wish<Number>> top_p;          ///< 0 to 1
  std::optional<Wish<Number>> top_k;          ///< an integer, at least 0
  Place stop;                                 ///< of the first of the request's stop sequences
  ThinkingWish thinking;
  std::optional<FormatWish> format;
  std::vector<FunctionWish> functions;  ///< in the order of the tools
  ToolChoiceWish tool_choice;
  CacheWish cache;
  const Host* host = &anthropic_host();  ///< where the request goes
  Place conversation;                    ///< the client's list of messages
  Place user_id;                         ///< where that of the request is from
};

}  // namespace proxx::policy
