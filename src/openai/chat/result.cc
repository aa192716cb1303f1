#include "openai/chat/result.h"

#include <algorithm>

#include "openai/chat/content.h"

namespace proxx::request {
namespace {

Status add_content(Conversion& c, Block& block, json::Reader content) {
  constexpr std::string_view kContent = R"(,"content":)";
  if (content.is_string()) {
    if (is_blank(content.raw_string())) return {};
    block.json.append(kContent);
    block.raw = content.raw();
    return {};
  }
  PROXX_ASSIGN(const Content parts, convert_content(c, Speaker::tool, content));
  if (parts.blocks.empty()) return {};
  block.json.append(kContent);
  json::Writer w(block.json);
  w.begin_array();
  for (const Block& part : parts.blocks) {
    part.append_to(w.value());
    block.json.push_back('}');
    // wire.md 1.5: the breakpoint belongs to the result, not to what is inside.
    if (part.cache_control.empty()) continue;
    block.cache_control = part.cache_control;
    block.cache_control_at = part.cache_control_at;
  }
  w.end_array();
  return {};
}

bool is_result(const Block& block) {
  return block.kind == Block::Kind::tool_result;
}

}  // namespace

Result<Block> convert_result(Conversion& c, std::string_view tool_use_id,
                             const MessageFields& fields) {
  Block block;
  block.kind = Block::Kind::tool_result;
  block.head = R"({"type":"tool_result","tool_use_id":")";
  block.json.append(tool_use_id).push_back('"');
  PROXX_TRY(add_content(c, block, fields.content));
  PROXX_TRY(set_cache_control(block, fields.cache_control));
  return block;
}

// As nearly all are in order, nobody pays for the memory of a partition.
void put_results_first(std::vector<Block>& blocks) {
  if (std::is_partitioned(blocks.begin(), blocks.end(), is_result)) return;
  std::stable_partition(blocks.begin(), blocks.end(), is_result);
}

}  // namespace proxx::request
