#include "openai/chat/assistant.h"

#include "openai/chat/content.h"
#include "openai/chat/tools.h"

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;

void begin_tool_use(Block& block, std::string_view id, Reader name) {
  block.kind = Block::Kind::tool_use;
  block.json.reserve(128 + id.size() + name.raw().size());
  block.json.append(R"({"type":"tool_use","id":")").append(id);
  block.json.append(R"(","name":)").append(name.raw()).append(R"(,"input":)");
}

/// An `input` that has a string of the request as its only member, `key`.
void set_input(Block& block, std::string_view key, Reader string) {
  block.json.append("{\"").append(key).append("\":");
  block.raw = string.raw();
  block.tail = "}";
}

/// A call's `input`: what `arguments` says if it is a JSON object, digits and spaces untouched.
Status set_arguments(Conversion& c, Block& block, Reader arguments) {
  if (arguments) PROXX_TRY(arguments.expect(Type::string));
  if (!arguments || is_blank(arguments.raw_string())) {
    block.tail = "{}";
    return {};
  }
  const Status parsed = c.arguments.parse_escaped(arguments.raw_string());
  if (parsed && c.arguments.root().is_object()) {
    block.json.append(c.arguments.root().raw());
    return {};
  }
  if (c.arguments.fault() == json::Fault::depth) {
    return refuse(arguments, "nesting too deep", "invalid_value");
  }
  c.notices.adjust(arguments, "not a JSON object; sent as the text of INVALID_JSON");
  set_input(block, "INVALID_JSON", arguments);
  return {};
}

Status check_name(Reader object, Reader name) {
  if (!name) return missing(object, "name");
  return check_tool_name(name);
}

Status function_use(Conversion& c, Reader function, std::string_view id, Block& block) {
  PROXX_TRY(function.expect(Type::object));
  static constexpr std::string_view kNames[] = {"name", "arguments", "parsed_arguments"};
  const auto [name, arguments, parsed] = read_members(function, kNames, c.notices);
  PROXX_TRY(check_name(function, name));
  begin_tool_use(block, id, name);
  return set_arguments(c, block, arguments);
}

Status custom_use(Conversion& c, Reader custom, std::string_view id, Block& block) {
  PROXX_TRY(custom.expect(Type::object));
  static constexpr std::string_view kNames[] = {"name", "input"};
  const auto [name, input] = read_members(custom, kNames, c.notices);
  PROXX_TRY(check_name(custom, name));
  if (!input) return missing(custom, "input");
  PROXX_TRY(input.expect(Type::string));
  begin_tool_use(block, id, name);
  set_input(block, "input", input);
  return {};
}

Status add_call(Conversion& c, Reader message, Reader call, ToolIds& ids, OpenCalls& open,
                std::vector<Block>& blocks) {
  PROXX_TRY(call.expect(Type::object));
  static constexpr std::string_view kNames[] = {"id", "type", "function", "custom", "index"};
  const auto [id, type, function, custom, index] = read_members(call, kNames, c.notices);
  if (!id) return missing(call, "id");
  PROXX_TRY(id.expect(Type::string));
  std::string decoded;
  const std::string_view own_id = id.text(decoded);
  if (type) PROXX_TRY(type.expect(Type::string));
  const bool is_custom = type && type.equals("custom");
  if (type && !is_custom && !type.equals("function")) {
    return refuse(type, "must be function or custom", "invalid_value");
  }
  const Reader callee = is_custom ? custom : function;
  if (!callee) return missing(call, is_custom ? "custom" : "function");
  const std::string_view upstream_id = ids.assign(own_id);
  Block& block = blocks.emplace_back();
  PROXX_TRY(is_custom ? custom_use(c, callee, upstream_id, block)
                      : function_use(c, callee, upstream_id, block));
  return open.add(message, call, own_id, upstream_id);
}

Status add_legacy_call(Conversion& c, Reader message, Reader call, int32_t position, ToolIds& ids,
                       OpenCalls& open, std::vector<Block>& blocks) {
  PROXX_TRY(call.expect(Type::object));
  const std::string name = call.get("name").string_or("");
  const std::string_view id = ids.assign("function:" + std::to_string(position) + ':' + name);
  PROXX_TRY(function_use(c, call, id, blocks.emplace_back()));
  return open.add(message, call, legacy_call_id(name), id);
}

/// A refusal is worth a text block only where the message would have none.
void place_refusals(Conversion& c, const std::vector<Reader>& refusals, bool alone,
                    std::vector<Block>& blocks) {
  for (const Reader& refusal : refusals) {
    if (is_blank(refusal.raw_string())) continue;
    if (alone) {
      blocks.push_back(text_block(refusal.raw_string()));
      c.notices.adjust(refusal, "sent as the message's text");
    } else {
      c.notices.drop(refusal, "the message has other content");
    }
  }
}

}  // namespace

std::string legacy_call_id(std::string_view name) {
  return "function:" + std::string(name);
}

Result<AssistantTurn> convert_assistant(Conversion& c, Reader message, const MessageFields& fields,
                                        int32_t position, ToolIds& ids, OpenCalls& open) {
  AssistantTurn out;
  PROXX_ASSIGN(out.thinking, read_thinking(fields.thinking_blocks, fields.reasoning_details,
                                           fields.reasoning_content, fields.reasoning));
  PROXX_ASSIGN(Content content, convert_content(c, Speaker::assistant, fields.content));
  out.blocks = std::move(content.blocks);
  if (fields.refusal) {
    PROXX_TRY(fields.refusal.expect(Type::string));
    content.refusals.push_back(fields.refusal);
  }
  if (fields.audio) {
    PROXX_TRY(fields.audio.expect(Type::object));
    c.notices.drop(fields.audio, "Claude does not hear audio");
  }
  std::vector<Block> calls;
  if (fields.tool_calls) {
    PROXX_TRY(fields.tool_calls.expect(Type::array));
    for (const Reader call : fields.tool_calls.elements()) {
      PROXX_TRY(add_call(c, message, call, ids, open, calls));
      const auto index = static_cast<int32_t>(calls.size() - 1);
      calls.back().origin = {-1, index, BlockOrigin::Member::tool_calls};
    }
  }
  if (fields.function_call) {
    PROXX_TRY(add_legacy_call(c, message, fields.function_call, position, ids, open, calls));
  }
  place_refusals(c, content.refusals, out.blocks.empty() && calls.empty(), out.blocks);
  std::move(calls.begin(), calls.end(), std::back_inserter(out.blocks));
  PROXX_TRY(set_message_cache_control(c, out.blocks, fields.cache_control));
  return out;
}

}  // namespace proxx::request
