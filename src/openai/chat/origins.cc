#include "openai/chat/origins.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <system_error>

#include "openai/chat/context.h"

namespace proxx {
namespace {

/// A path of the upstream's, taken apart from the left: `messages.3.content.0.text`.
class UpstreamPath {
 public:
  explicit UpstreamPath(std::string_view path) : rest_(path) {}

  bool take(std::string_view name) {
    const bool matches = next() == name;
    if (matches) skip();
    return matches;
  }
  bool take_index(size_t& index) {
    const std::string_view digits = next();
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (error != std::errc() || end != digits.data() + digits.size()) return false;
    skip();
    return true;
  }

 private:
  [[nodiscard]] std::string_view next() const { return rest_.substr(0, rest_.find('.')); }
  void skip() { rest_.remove_prefix(std::min(next().size() + 1, rest_.size())); }

  std::string_view rest_;
};

std::string element(std::string_view array, size_t index) {
  return std::string(array) + '[' + std::to_string(index) + ']';
}

/// "" for what no message of the client's became.
std::string path_of(const BlockOrigin& origin) {
  if (origin.message < 0) return {};
  std::string path = element("messages", static_cast<size_t>(origin.message));
  const char* member = origin.member == BlockOrigin::Member::content      ? ".content"
                       : origin.member == BlockOrigin::Member::tool_calls ? ".tool_calls"
                                                                          : "";
  return origin.index < 0 ? path + member
                          : path + element(member, static_cast<size_t>(origin.index));
}

std::string path_in_message(const RequestOrigins& origins, UpstreamPath path) {
  size_t message = 0;
  size_t block = 0;
  if (!path.take_index(message) || message >= origins.first_blocks.size()) return {};
  const size_t begin = origins.first_blocks[message];
  const bool last = message + 1 == origins.first_blocks.size();
  const size_t end = last ? origins.blocks.size() : origins.first_blocks[message + 1];
  if (path.take("content") && path.take_index(block)) {
    return block < end - begin ? path_of(origins.blocks[begin + block]) : std::string();
  }
  // A turn that several messages were merged to is none of them.
  for (size_t i = begin; i < end; ++i) {
    if (origins.blocks[i].message != origins.blocks[begin].message) return {};
  }
  return begin == end ? std::string() : path_of({origins.blocks[begin].message});
}

std::string path_in_system(const RequestOrigins& origins, UpstreamPath path) {
  size_t block = 0;
  const bool known = path.take_index(block) && block < origins.system.size();
  return known ? path_of(origins.system[block]) : std::string();
}

std::string path_in_tools(const RequestOrigins& origins, UpstreamPath path) {
  size_t tool = 0;
  if (!path.take_index(tool)) return {};
  if (tool == origins.tool_count) return "web_search_options";
  return tool < origins.tool_count ? element(origins.tools, tool) : std::string();
}

std::string path_of_field(const RequestOrigins& origins, std::string_view path) {
  for (const auto& [upstream, client] : origins.fields) {
    const bool within = path.substr(0, upstream.size()) == upstream &&
                        (path.size() == upstream.size() || path[upstream.size()] == '.');
    if (within) return std::string(client);
  }
  return {};
}

std::string client_path(const RequestOrigins& origins, std::string_view upstream_path) {
  UpstreamPath path(upstream_path);
  if (path.take("messages")) return path_in_message(origins, path);
  if (path.take("system")) return path_in_system(origins, path);
  if (path.take("tools")) return path_in_tools(origins, path);
  return path_of_field(origins, upstream_path);
}

}  // namespace

std::string openai_param(const ConvertedRequest& converted, std::string_view anthropic_path) {
  std::string path = client_path(converted.origins, anthropic_path);
  return path.empty() ? std::string(anthropic_path) : path;
}

namespace request {
namespace {

void note_fields(const Conversion& c, RequestOrigins& origins) {
  const auto add = [&](std::string_view upstream, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      const json::Reader field = c.in[name];
      if (!field || field.equals("")) continue;
      origins.fields.emplace_back(upstream, name);
      return;
    }
  };
  add("max_tokens", {"max_completion_tokens"});
  add("stop_sequences", {"stop"});
  if (!c.format.empty()) add("output_config.format", {"response_format"});
  const bool own_effort = bool(c.in["output_config"].optional("effort"));
  if (!own_effort) add("output_config.effort", {"reasoning_effort", "reasoning"});
  if (!c.own_thinking) add("thinking", {"reasoning_effort", "reasoning"});
  if (!c.user_id.empty()) add("metadata", {"safety_identifier", "user"});
  if (!c.in["tool_choice"]) add("tool_choice", {"function_call", "parallel_tool_calls"});
  if (!c.in["cache_control"]) add("cache_control", {"prompt_cache_options"});
}

}  // namespace

void note_origins(Conversion& c) {
  RequestOrigins& origins = c.out.origins;
  size_t blocks = 0;
  for (const Turn& turn : c.turns) blocks += turn.blocks.size();
  origins.blocks.reserve(blocks);
  origins.first_blocks.reserve(c.turns.size());
  for (const Turn& turn : c.turns) {
    origins.first_blocks.push_back(origins.blocks.size());
    for (const Block& block : turn.blocks) origins.blocks.push_back(block.origin);
  }
  for (const Block& block : c.system) origins.system.push_back(block.origin);
  const json::Reader functions = c.in["functions"];
  if (functions.size() > 0) origins.tools = "functions";
  origins.tool_count = functions.size() + c.in["tools"].size();
  note_fields(c, origins);
}

}  // namespace request
}  // namespace proxx
