#include "openai/origins.h"

#include <cstddef>
#include <initializer_list>
#include <string>

#include "openai/chat/request_reader.h"

namespace proxx::openai::chat {
namespace {

std::string block_path(const anthropic::Origin& origin) {
  if (origin.item < 0) return {};
  std::string path = element_path("messages", static_cast<size_t>(origin.item));
  switch (static_cast<OriginMember>(origin.member)) {
    case OriginMember::item:
      break;
    case OriginMember::content:
      path += ".content";
      break;
    case OriginMember::tool_calls:
      path += ".tool_calls";
      break;
  }
  return origin.index < 0 ? path : element_path(path, static_cast<size_t>(origin.index));
}

std::string tool_path(const RequestOrigins& origins, size_t tool) {
  if (tool == origins.tool_count) return "web_search_options";
  return tool < origins.tool_count ? element_path(origins.tools, tool) : std::string();
}

void note_fields(const Reading& r, RequestOrigins& origins) {
  const auto add = [&](std::string_view upstream, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      const json::Reader field = r.in[name];
      if (!field || field.equals("")) continue;
      origins.fields.emplace_back(upstream, name);
      return;
    }
  };
  const anthropic::MessagesRequest& request = r.draft.request;
  add("max_tokens", {"max_completion_tokens"});
  add("stop_sequences", {"stop"});
  if (!request.output_config.format.empty())
    add("output_config.format", {"response_format", "tool_choice", "function_call"});
  const bool own_effort = bool(r.in["output_config"].optional("effort"));
  if (!own_effort) add("output_config.effort", {"reasoning_effort", "reasoning"});
  const bool own_thinking = !request.thinking.verbatim.empty();
  if (!own_thinking) add("thinking", {"reasoning_effort", "reasoning"});
  if (!request.user_id.empty()) add("metadata", {"safety_identifier", "user"});
  if (!r.in["tool_choice"]) add("tool_choice", {"function_call", "parallel_tool_calls"});
  if (!r.in["cache_control"]) add("cache_control", {"prompt_cache_options"});
}

}  // namespace

RequestOrigins origins_of(const Reading& r) {
  RequestOrigins origins = origins_of_blocks(r.draft.request);
  origins.block_path = block_path;
  origins.tool_path = tool_path;
  const json::Reader functions = r.in["functions"];
  origins.tools = functions.size() > 0 ? "functions" : "tools";
  origins.tool_count = functions.size() + r.in["tools"].size();
  note_fields(r, origins);
  return origins;
}

}  // namespace proxx::openai::chat
