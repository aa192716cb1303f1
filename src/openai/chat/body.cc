#include "json/unique.h"
#include "openai/chat/context.h"

// The Anthropic body. Its order is fixed: small settings first, then what the upstream's prompt
// cache is built of, in its order (tools, system, messages), so that the body of a longer history
// begins as that of the shorter one does. continue_request() relies on `messages` being last.

namespace proxx::request {
namespace {

using json::Writer;

void append_blocks(const std::vector<Block>& blocks, std::string& out) {
  out.push_back('[');
  for (const Block& block : blocks) {
    if (&block != &blocks.front()) out.push_back(',');
    block.append_to(out);
    if (!block.cache_control.empty()) {
      out.append(R"(,"cache_control":)").append(block.cache_control);
    }
    out.push_back('}');
  }
  out.push_back(']');
}

void write_raw(std::string_view key, std::string_view json, Writer& w) {
  if (!json.empty()) w.key(key).raw(json);
}

/// The client's own output_config with what other fields add to it.
void write_output_config(const Conversion& c, Writer& w) {
  const json::Unique own(c.in["output_config"]);
  const bool own_effort = c.model.effort.supported && c.effort.empty();
  std::string json;
  Writer config(json);
  config.begin_object();
  for (const json::Member& member : own.reader().members()) {
    const bool replaced = member.value.is_null() || (member.key() == "effort" && !own_effort);
    if (!replaced) config.raw_key(member.raw_key).raw(member.value.raw());
  }
  if (!c.effort.empty()) config.key("effort").string(c.effort);
  if (!c.format.empty()) config.key("format").raw(c.format);
  config.end_object();
  if (json != "{}") w.key("output_config").raw(json);
}

const char* wire_name(ToolChoice::Type type) {
  switch (type) {
    case ToolChoice::Type::absent:
    case ToolChoice::Type::automatic:
      return "auto";
    case ToolChoice::Type::any:
      return "any";
    case ToolChoice::Type::tool:
      return "tool";
    case ToolChoice::Type::none:
      return "none";
  }
  return "auto";
}

void write_tool_choice(const ToolChoice& choice, Writer& w) {
  if (choice.type == ToolChoice::Type::absent) return;
  w.key("tool_choice").begin_object().key("type").string(wire_name(choice.type));
  if (choice.type == ToolChoice::Type::tool) w.key("name").string(choice.name);
  if (choice.disable_parallel_tool_use && choice.type != ToolChoice::Type::none) {
    w.key("disable_parallel_tool_use").boolean(true);
  }
  w.end_object();
}

/// A message up to its blocks.
std::string_view message_head(Turn::Role role) {
  switch (role) {
    case Turn::Role::user:
      return R"({"role":"user","content":)";
    case Turn::Role::assistant:
      return R"({"role":"assistant","content":)";
    case Turn::Role::system:
      return R"({"role":"system","content":)";
  }
  return {};
}

size_t size_of(const Conversion& c) {
  size_t bytes = 512;  // the settings; most requests need no more
  const auto add = [&](const std::vector<Block>& blocks) {
    for (const Block& block : blocks) bytes += block.size() + 24;
  };
  add(c.tools);
  add(c.system);
  for (const Turn& turn : c.turns) {
    add(turn.blocks);
    bytes += 40;
  }
  return bytes;
}

}  // namespace

void write_body(Conversion& c) {
  std::string& body = c.out.body;
  body.reserve(size_of(c));
  Writer w(body);
  w.begin_object().key("model").string(c.model.id).key("max_tokens").integer(c.max_tokens);
  if (c.out.upstream_stream) w.key("stream").boolean(true);
  write_raw("temperature", c.temperature, w);
  write_raw("top_p", c.top_p, w);
  write_raw("top_k", c.top_k, w);
  if (!c.stop_sequences.empty()) {
    w.key("stop_sequences").begin_array();
    for (const std::string& raw : c.stop_sequences) w.raw_string(raw);
    w.end_array();
  }
  write_raw("thinking", c.thinking, w);
  write_output_config(c, w);
  if (!c.user_id.empty()) {
    w.key("metadata").begin_object().key("user_id").string(c.user_id).end_object();
  }
  if (!c.service_tier.empty()) w.key("service_tier").string(c.service_tier);
  write_raw("cache_control", c.cache_control, w);
  for (const auto& [name, field] : c.verbatim) w.key(name).raw(field.raw());
  write_tool_choice(c.tool_choice, w);
  if (!c.tools.empty()) append_blocks(c.tools, w.key("tools").value());
  if (!c.system.empty()) append_blocks(c.system, w.key("system").value());
  w.key("messages").begin_array();
  for (const Turn& turn : c.turns) {
    append_blocks(turn.blocks, w.value().append(message_head(turn.role)));
    body.push_back('}');
  }
  w.end_array().end_object();
}

}  // namespace proxx::request
