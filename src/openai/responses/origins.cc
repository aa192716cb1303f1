#include "openai/origins.h"

#include <cstddef>
#include <initializer_list>
#include <string>

#include "openai/responses/request_reader.h"

namespace proxx::openai::responses {
namespace {

std::string block_path(const anthropic::Origin& origin) {
  const auto place = static_cast<PlaceInItem>(origin.member);
  if (place == PlaceInItem::instructions) return "instructions";
  if (place == PlaceInItem::whole_input) return "input";
  if (origin.item < 0) return {};
  if (origin.item == kBeforeInput) return "previous_response_id";
  std::string path = element_path("input", static_cast<size_t>(origin.item));
  if (place == PlaceInItem::content) path += ".content";
  if (place == PlaceInItem::output) path += ".output";
  return origin.index < 0 ? path : element_path(path, static_cast<size_t>(origin.index));
}

std::string tool_path(const RequestOrigins& origins, size_t tool) {
  return tool < origins.tool_paths.size() ? origins.tool_paths[tool] : std::string();
}

void note_fields(const Reading& r, RequestOrigins& origins) {
  const auto add = [&](std::string_view upstream, std::string_view client, bool is_sent) {
    if (is_sent) origins.fields.emplace_back(upstream, client);
  };
  const anthropic::MessagesRequest& request = r.draft.request;
  const json::Reader reasoning = r.in["reasoning"];
  add("max_tokens", "max_output_tokens", bool(r.in["max_output_tokens"]));
  add("output_config.format", "text.format",
      !request.output_config.format.empty() && r.in["text"].optional("format"));
  const json::Reader effort = reasoning.optional("effort");
  const bool own_effort = bool(r.in["output_config"].optional("effort"));
  add("output_config.effort", "reasoning.effort", !own_effort && effort);
  const bool own_thinking = !request.thinking.verbatim.empty();
  add("thinking.display", "reasoning.summary", !own_thinking && bool(reasoning));
  add("thinking", effort ? "reasoning.effort" : "reasoning", !own_thinking && bool(reasoning));
  const auto add_first = [&](std::string_view upstream,
                             std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      const json::Reader field = r.in[name];
      if (!field || field.equals("")) continue;
      origins.fields.emplace_back(upstream, name);
      return;
    }
  };
  if (!request.user_id.empty()) add_first("metadata", {"safety_identifier", "user"});
  if (!r.in["tool_choice"]) add_first("tool_choice", {"parallel_tool_calls"});
  if (!r.in["cache_control"]) {
    add_first("cache_control", {"prompt_cache_options", "prompt_cache_key"});
  }
}

}  // namespace

RequestOrigins origins_of(const Reading& r) {
  RequestOrigins origins = origins_of_blocks(r.draft.request);
  origins.block_path = block_path;
  origins.tool_path = tool_path;
  origins.tool_paths = r.tools.paths;
  note_fields(r, origins);
  return origins;
}

}  // namespace proxx::openai::responses
