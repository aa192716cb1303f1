#include "anthropic/request_writer.h"

#include <cstddef>

#include "json/unique.h"
#include "json/writer.h"

namespace proxx::anthropic {
namespace {

using json::Writer;

void append_blocks(const std::vector<InputBlock>& blocks, std::string& out) {
  out.push_back('[');
  for (const InputBlock& block : blocks) {
    if (&block != &blocks.front()) out.push_back(',');
    block.append_to(out);
    if (!block.cache_control.empty()) {
      out.append(R"(,"cache_control":)").append(block.cache_control);
    }
    out.push_back('}');
  }
  out.push_back(']');
}

void write_raw(json::Key key, std::string_view json, Writer& w) {
  if (!json.empty()) w.key(key).raw(json);
}

void write_stop_sequences(const std::vector<json::Raw>& sequences, Writer& w) {
  if (sequences.empty()) return;
  w.key("stop_sequences").begin_array();
  for (const json::Raw sequence : sequences) w.raw_string(sequence);
  w.end_array();
}

void write_thinking(const Thinking& thinking, Writer& w) {
  if (!thinking.verbatim.empty()) {
    w.key("thinking").raw(thinking.verbatim);
    return;
  }
  const auto begin = [&](std::string_view type) {
    w.key("thinking").begin_object().key("type").string(type);
  };
  switch (thinking.type) {
    case Thinking::Type::absent:
    case Thinking::Type::unknown:
      return;
    case Thinking::Type::adaptive:
      begin("adaptive");
      if (thinking.summarized) w.key("display").string("summarized");
      break;
    case Thinking::Type::enabled:
      begin("enabled");
      w.key("budget_tokens").integer(thinking.budget_tokens);
      break;
    case Thinking::Type::disabled:
      begin("disabled");
      break;
    case Thinking::Type::between_tools:
      begin("between_tools");
      break;
  }
  w.end_object();
}

void write_output_config(const OutputConfig& config, Writer& w) {
  const json::Unique own(config.verbatim);
  const bool own_effort = !config.without_effort && config.effort.empty();
  std::string json;
  Writer members(json);
  members.begin_object();
  for (const json::Member& member : own.reader().members()) {
    if (member.value.is_null() || (!own_effort && member.key() == "effort")) continue;
    members.raw_key(member.raw_key).raw(member.value.raw());
  }
  if (!config.effort.empty()) members.key("effort").string(config.effort);
  if (!config.format.empty()) members.key("format").raw(config.format);
  members.end_object();
  if (json != "{}") w.key("output_config").raw(json);
}

std::string_view wire_name(ToolChoice::Type type) {
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

/// An estimate, nearly always enough: the body is then allocated once.
size_t size_of(const MessagesRequest& request) {
  constexpr size_t kSettings = 512;
  constexpr size_t kPerBlock = 24;
  constexpr size_t kPerTurn = 40;
  size_t bytes = kSettings;
  const auto add = [&](const std::vector<InputBlock>& blocks) {
    for (const InputBlock& block : blocks) bytes += block.size() + kPerBlock;
  };
  add(request.tools);
  add(request.system);
  for (const Turn& turn : request.turns) {
    add(turn.blocks);
    bytes += kPerTurn;
  }
  return bytes;
}

}  // namespace

std::string write_body(const MessagesRequest& request) {
  std::string body;
  body.reserve(size_of(request));
  Writer w(body);
  w.begin_object().key("model").string(request.model);
  w.key("max_tokens").integer(request.max_tokens);
  if (request.stream) w.key("stream").boolean(true);
  write_raw("temperature", request.temperature, w);
  write_raw("top_p", request.top_p, w);
  write_raw("top_k", request.top_k, w);
  write_stop_sequences(request.stop_sequences, w);
  write_thinking(request.thinking, w);
  write_output_config(request.output_config, w);
  if (!request.user_id.empty()) {
    w.key("metadata").begin_object().key("user_id").string(request.user_id).end_object();
  }
  if (!request.service_tier.empty()) w.key("service_tier").string(request.service_tier);
  write_raw("cache_control", request.cache_control, w);
  for (const auto& [name, field] : request.verbatim) w.text_key(name).raw(field.raw());
  write_tool_choice(request.tool_choice, w);
  if (!request.tools.empty()) append_blocks(request.tools, w.key("tools").value());
  if (!request.system.empty()) append_blocks(request.system, w.key("system").value());
  w.key("messages").begin_array();
  for (const Turn& turn : request.turns) {
    append_blocks(turn.blocks, w.value().append(message_head(turn.role)));
    body.push_back('}');
  }
  w.end_array().end_object();
  return body;
}

std::string continue_request(std::string_view body, std::string_view content_json) {
  constexpr std::string_view kEnd = "]}";
  std::string out;
  out.reserve(body.size() + content_json.size() + 40);
  out.append(body.substr(0, body.size() - kEnd.size()));
  out.append(R"(,{"role":"assistant","content":)").append(content_json).append("}").append(kEnd);
  return out;
}

}  // namespace proxx::anthropic
