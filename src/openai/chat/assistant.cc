#include "openai/chat/assistant.h"

#include <iterator>
#include <utility>

#include "anthropic/white_space.h"
#include "openai/content/content.h"
#include "openai/content/thinking_fields.h"
#include "openai/draft.h"
#include "openai/members.h"
#include "openai/tools.h"

namespace proxx::openai::chat {
namespace {

using anthropic::InputBlock;
using anthropic::is_blank;
using json::Reader;
using json::Type;

void begin_tool_use(InputBlock& block, std::string_view id, Reader name) {
  block.kind = InputBlock::Kind::tool_use;
  block.json.reserve(128 + id.size() + name.raw().size());
  block.json.append(R"({"type":"tool_use","id":")").append(id);
  block.json.append(R"(","name":)").append(name.raw()).append(R"(,"input":)");
}

Status check_name(Reader holder, Reader name) {
  if (!name) return missing(holder, "name");
  return check_tool_name(name);
}

}  // namespace

std::string legacy_call_id(std::string_view name) {
  return "function:" + std::string(name);
}

Status AssistantReader::read(const MessageFields& fields, int32_t position) {
  PROXX_ASSIGN(auto thinking, read_thinking(fields.thinking_blocks, fields.reasoning_details,
                                            fields.reasoning_content, fields.reasoning));
  PROXX_ASSIGN(Content content, read_content(Speaker::assistant, fields.content, breakpoint_,
                                             notices_, &conversation_));
  // Of all forms the one that is part of the content has the places, too.
  if (content.thinking.at) thinking = std::move(content.thinking);
  if (fields.refusal) {
    PROXX_TRY(fields.refusal.expect(Type::string));
    content.refusals.push_back(fields.refusal);
  }
  if (fields.audio) {
    PROXX_TRY(fields.audio.expect(Type::object));
    notices_.drop(fields.audio, "Claude does not hear audio");
  }
  Blocks calls;
  PROXX_TRY(read_calls(fields, position, calls));
  Blocks& blocks = content.blocks;
  place_refusals(content.refusals, blocks.empty() && calls.empty(), blocks);
  std::move(calls.begin(), calls.end(), std::back_inserter(blocks));
  PROXX_TRY(set_message_cache_control(blocks, fields.cache_control, notices_));
  conversation_.add_assistant(std::move(blocks), std::move(thinking));
  return {};
}

Status AssistantReader::read_calls(const MessageFields& fields, int32_t position, Blocks& calls) {
  if (fields.tool_calls) {
    PROXX_TRY(fields.tool_calls.expect(Type::array));
    int32_t index = 0;
    for (const Reader call : fields.tool_calls.elements()) {
      PROXX_TRY(add_call(call, calls));
      calls.back().origin = origin_in(OriginMember::tool_calls, index++);
    }
  }
  if (!fields.function_call) return {};
  return add_legacy_call(fields.function_call, position, calls);
}

Status AssistantReader::add_call(Reader call, Blocks& calls) {
  PROXX_TRY(call.expect(Type::object));
  static constexpr std::string_view kNames[] = {"id", "type", "function", "custom", "index"};
  const auto [id, type, function, custom, index] = read_members(call, kNames, notices_);
  if (!id) return missing(call, "id");
  PROXX_TRY(id.expect(Type::string));
  if (type) PROXX_TRY(type.expect(Type::string));
  const bool is_custom = type && type.equals("custom");
  if (type && !is_custom && !type.equals("function")) {
    return err(type, "must be function or custom", "invalid_value");
  }
  const Reader callee = is_custom ? custom : function;
  if (!callee) return missing(call, is_custom ? "custom" : "function");
  std::string decoded;
  const std::string_view own_id = id.text(decoded);
  PROXX_ASSIGN(const std::string_view upstream_id, conversation_.open_call(call, own_id, own_id));
  InputBlock& block = calls.emplace_back();
  return is_custom ? custom_use(callee, upstream_id, block)
                   : function_use(callee, upstream_id, block);
}

Status AssistantReader::add_legacy_call(Reader call, int32_t position, Blocks& calls) {
  PROXX_TRY(call.expect(Type::object));
  const std::string name = call.get("name").string_or("");
  // Calls of one function need different ids, which the form has not: the position makes them.
  const std::string seed = "function:" + std::to_string(position) + ':' + name;
  PROXX_ASSIGN(const std::string_view id,
               conversation_.open_call(call, legacy_call_id(name), seed));
  return function_use(call, id, calls.emplace_back());
}

Status AssistantReader::function_use(Reader function, std::string_view id, InputBlock& block) {
  PROXX_TRY(function.expect(Type::object));
  static constexpr std::string_view kNames[] = {"name", "arguments", "parsed_arguments"};
  const auto [name, arguments, parsed] = read_members(function, kNames, notices_);
  PROXX_TRY(check_name(function, name));
  begin_tool_use(block, id, name);
  return arguments_.write(arguments, block);
}

Status AssistantReader::custom_use(Reader custom, std::string_view id, InputBlock& block) {
  PROXX_TRY(custom.expect(Type::object));
  static constexpr std::string_view kNames[] = {"name", "input"};
  const auto [name, input] = read_members(custom, kNames, notices_);
  PROXX_TRY(check_name(custom, name));
  if (!input) return missing(custom, "input");
  PROXX_TRY(input.expect(Type::string));
  begin_tool_use(block, id, name);
  write_input(block, "input", input);
  return {};
}

/// A refusal becomes a text block only if the message would have no block without it (`alone`).
void AssistantReader::place_refusals(const std::vector<Reader>& refusals, bool alone,
                                     Blocks& blocks) {
  for (const Reader& refusal : refusals) {
    if (is_blank(refusal.raw_string())) continue;
    if (alone) {
      blocks.push_back(anthropic::text_block(refusal.raw_string()));
      notices_.adjust(refusal, "sent as the message's text");
    } else {
      notices_.drop(refusal, "the message has other content");
    }
  }
}

}  // namespace proxx::openai::chat
