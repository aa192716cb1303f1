#include <string>
#include <utility>
#include <vector>

#include "anthropic/white_space.h"
#include "json/string.h"
#include "json/writer.h"
#include "openai/members.h"
#include "openai/responses/call_items.h"
#include "openai/responses/content.h"

namespace proxx::openai::responses {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;
using namespace json::literals;

constexpr std::string_view kContent = R"(,"content":)";

void write_text(std::string_view text, InputBlock& block) {
  block.json.append(kContent);
  json::Writer(block.json).string(text);
}

void append_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty() && text.back() != '\n') text.push_back('\n');
  text.append(line);
}

/// One command's stdout, stderr and how it ended.
Status append_command(Reader command, std::string& text) {
  PROXX_TRY(command.expect(Type::object));
  for (const std::string_view stream : {"stdout", "stderr"}) {
    const Reader output = command.optional(stream);
    if (!output) continue;
    PROXX_ASSIGN(const std::string words, output.string());
    append_line(text, words);
  }
  const Reader outcome = command.optional("outcome");
  if (!outcome) return {};
  PROXX_TRY(outcome.expect(Type::object));
  if (outcome.get("type").equals("timeout")) {
    append_line(text, "timed out");
  } else if (const Reader code = outcome.optional("exit_code")) {
    PROXX_ASSIGN(const int64_t number, code.integer());
    append_line(text, "exit code " + std::to_string(number));
  }
  return {};
}

/// The names of the tools that a search found, a line each.
std::string names_of(Reader tools) {
  std::string out;
  for (const Reader tool : tools.elements()) {
    const Reader name = tool.get("name");
    append_line(out, name.string_or(tool.get("type").string_or("")));
  }
  return out.empty() ? "no tools found" : out;
}

}  // namespace

Result<InputBlock> OutputReader::read(const Item& item) {
  InputBlock block;
  block.kind = InputBlock::Kind::tool_result;
  block.head = R"({"type":"tool_result","tool_use_id":")";
  block.json.push_back('"');
  switch (item.kind) {
    case ItemKind::shell_output:
      PROXX_TRY(write_shell_output(item.value, block));
      break;
    case ItemKind::patch_output:
      PROXX_TRY(write_patch_output(item.value, block));
      break;
    case ItemKind::search_output:
      PROXX_TRY(write_search_output(item.value, block));
      break;
    default:
      PROXX_TRY(write_output(item.value, block));
      break;
  }
  return block;
}

Status OutputReader::write_output(Reader item, InputBlock& block) {
  static constexpr std::string_view kNames[] = {
      "output", "status", "type", "id", "call_id", "name", "namespace", "caller", "cache_control"};
  const auto members = read_members(item, kNames, notices_);
  if (members[1]) PROXX_TRY(members[1].expect(Type::string));
  if (members[1] && members[1].equals("incomplete")) block.json.append(R"(,"is_error":true)");
  PROXX_TRY(write_content(members[0], block));
  return anthropic::set_cache_control(block, members[8]);
}

Status OutputReader::write_content(Reader output, InputBlock& block) {
  if (output.is_string()) {
    if (anthropic::is_blank(output.raw_string())) return {};
    block.json.append(kContent);
    block.source = output.raw();
    block.origin = origin_at(PlaceInItem::output);
    return {};
  }
  PROXX_ASSIGN(const Content parts,
               read_parts(Speaker::tool, output, PlaceInItem::output, breakpoint_, notices_));
  if (parts.blocks.empty()) return {};
  block.origin = origin_at(PlaceInItem::output);
  block.json.append(kContent);
  json::Writer w(block.json);
  w.begin_array();
  for (const InputBlock& part : parts.blocks) {
    part.append_to(w.value());
    block.json.push_back('}');
    // A breakpoint belongs to the result, not to what is inside.
    if (part.cache_control.empty()) continue;
    block.cache_control = part.cache_control;
    block.cache_control_at = part.cache_control_at;
  }
  w.end_array();
  return {};
}

Status OutputReader::write_shell_output(Reader item, InputBlock& block) {
  const Reader output = item.optional("output");
  if (!output) return missing(item, "output");
  if (output.is_string()) return write_content(output, block);
  PROXX_TRY(output.expect(Type::array));
  std::string text;
  for (const Reader command : output.elements()) PROXX_TRY(append_command(command, text));
  if (!text.empty()) write_text(text, block);
  block.origin = origin_at(PlaceInItem::output);
  return {};
}

Status OutputReader::write_patch_output(Reader item, InputBlock& block) {
  const Reader status = item.optional("status");
  if (status) PROXX_TRY(status.expect(Type::string));
  if (status && status.equals("failed")) block.json.append(R"(,"is_error":true)");
  const Reader output = item.optional("output");
  return output ? write_content(output, block) : Status();
}

Status OutputReader::write_search_output(Reader item, InputBlock& block) {
  write_text(names_of(item.optional("tools")), block);
  return {};
}

Result<std::vector<InputBlock>> OutputReader::read_loose(Reader item) {
  PROXX_ASSIGN(Content parts, read_parts(Speaker::tool, item.optional("output"),
                                         PlaceInItem::output, breakpoint_, notices_));
  std::string name;
  if (const Reader field = item.optional("name")) {
    PROXX_ASSIGN(name, field.string());
  }
  // The tags are part of cached prompts: they must never change.
  json::RawString text(R"(<tool_output name=\")"_raw);
  text.append(json::escaped(name)).append(R"(\">\n)"_raw);
  std::vector<InputBlock> blocks(1);
  for (InputBlock& part : parts.blocks) {
    if (part.kind == InputBlock::Kind::text) {
      text.append(anthropic::text_of(part)).append(R"(\n)"_raw);
    } else {
      blocks.push_back(std::move(part));
    }
  }
  text.append("</tool_output>"_raw);
  blocks.front() = anthropic::own_text_block(std::move(text));
  blocks.front().origin = origin_at(PlaceInItem::output);
  notices_.adjust(item, "it names no call; sent as text of the user turn");
  return blocks;
}

}  // namespace proxx::openai::responses
