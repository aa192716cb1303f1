#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "anthropic/input_block.h"
#include "json/reader.h"

// A request to Anthropic's Messages API in its own words (docs/protocol.md 1.3). Readers of other
// APIs and the rules in policy/ fill it; request_writer.h makes the body of it.

namespace proxx::anthropic {

/// One message: consecutive client messages of one role are merged before they come here.
struct Turn {
  enum class Role { user, assistant, system };
  Role role;
  std::vector<InputBlock> blocks;
};

/// `tool_choice`.
struct ToolChoice {
  enum class Type { absent, automatic, any, tool, none };
  Type type = Type::absent;
  std::string name;  ///< for `tool`
  bool disable_parallel_tool_use = false;
  [[nodiscard]] bool forced() const { return type == Type::any || type == Type::tool; }
};

/// `thinking`.
struct Thinking {
  enum class Type { absent, adaptive, enabled, disabled, between_tools, unknown };
  Type type = Type::absent;
  int64_t budget_tokens = 0;  ///< for `enabled`
  bool summarized = false;    ///< `display:"summarized"`, for `adaptive`
  std::string verbatim;       ///< JSON written instead of the members above; "" for none
  /// The model is asked to think.
  [[nodiscard]] bool on() const { return type == Type::adaptive || type == Type::enabled; }
};

/// `output_config`.
struct OutputConfig {
  json::Reader verbatim;        ///< an object whose members go along; absent for none
  bool without_effort = false;  ///< leave out the `effort` of `verbatim`
  std::string effort;           ///< wins over the one of `verbatim`; "" for none
  std::string format;           ///< JSON; "" for none
  /// The tool whose arguments the text of that format is; "" for none. No part of the body.
  std::string format_of_tool;
};

/// A field is left out of the body where it is empty. Views and readers are of the client's
/// request, whose text and document must outlive this.
struct MessagesRequest {
  std::string model;
  int64_t max_tokens = 0;
  bool stream = false;
  std::string temperature;  ///< a number's text, as are the next two
  std::string top_p;
  std::string top_k;
  std::vector<json::Raw> stop_sequences;
  Thinking thinking;
  OutputConfig output_config;
  std::string user_id;  ///< metadata.user_id
  std::string service_tier;
  std::string_view cache_control;  ///< automatic breakpoint, JSON
  /// Fields that go as the client sent them, by name.
  std::vector<std::pair<std::string_view, json::Reader>> verbatim;
  ToolChoice tool_choice;
  std::vector<InputBlock> tools;
  std::vector<InputBlock> system;
  std::vector<Turn> turns;
  std::vector<std::string> betas;  ///< for the header `anthropic-beta`; no part of the body
};

/// The object that is sent verbatim as `name`; absent if it is not.
[[nodiscard]] json::Reader verbatim_field(const MessagesRequest& request, std::string_view name);
/// Adds `beta` unless the request has it.
void add_beta(MessagesRequest& request, std::string_view beta);
/// One of the turns holds a thinking block.
[[nodiscard]] bool has_thinking(const MessagesRequest& request);
/// One of the tools may run on the upstream, which then may pause its turn.
[[nodiscard]] bool has_server_tools(const MessagesRequest& request);

}  // namespace proxx::anthropic
