#include "openai/content/native_parts.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "json/unique.h"
#include "json/writer.h"
#include "openai/content/files.h"
#include "openai/content/media.h"
#include "openai/members.h"
#include "openai/tools.h"

namespace proxx::openai {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;

/// A member of an object that goes as another value, JSON text; left out if that is empty.
struct Instead {
  std::string_view key;
  std::string json;
};
using Changes = std::vector<Instead>;

/// Breakpoints are left out: they go apart.
void write_members(Reader object, const Changes& changes, json::Writer& w) {
  const json::Unique once(object);
  for (const json::Member& member : once.reader().members()) {
    std::string decoded;
    const std::string_view key = member.key(decoded);
    if (key == "cache_control" || key == "prompt_cache_breakpoint") continue;
    const auto change = std::find_if(changes.begin(), changes.end(),
                                     [&](const Instead& each) { return each.key == key; });
    if (change == changes.end()) {
      w.raw_key(member.raw_key).raw(member.value.raw());
    } else if (!change->json.empty()) {
      w.raw_key(member.raw_key).raw(change->json);
    }
  }
}

InputBlock block_with(InputBlock::Kind kind, Reader part, const Changes& changes) {
  InputBlock block;
  block.kind = kind;
  json::Writer w(block.json);
  w.begin_object();
  write_members(part, changes, w);
  return block;
}

Result<Reader> member(Reader part, std::string_view key, Type type) {
  const Reader value = part.optional(key);
  if (!value) return missing(part, key);
  PROXX_TRY(value.expect(type));
  return value;
}

/// An id as JSON: those of the conversation need no escapes.
std::string quoted(std::string_view id) {
  return '"' + std::string(id) + '"';
}

bool holds_text(Reader value) {
  return value.is_string() && !value.raw_string().empty();
}

}  // namespace

InputBlock native_block(InputBlock::Kind kind, Reader part) {
  return block_with(kind, part, {});
}

Result<InputBlock> native_media(InputBlock::Kind kind, Reader part) {
  PROXX_ASSIGN(const Reader source, member(part, "source", Type::object));
  const Reader data = source.optional("data");
  if (!data || !source.get("type").equals("base64")) return native_block(kind, part);
  PROXX_TRY(data.expect(Type::string));
  std::string decoded;
  std::string buffer;
  const std::string_view text = data.text(decoded);
  const auto clean = clean_base64(text, buffer);
  if (text.empty()) return err(data, "there is no data", "invalid_value");
  if (!clean) return err(data, "not base64", "invalid_value");
  if (*clean == text) return native_block(kind, part);
  std::string own_source;
  json::Writer w(own_source);
  w.begin_object();
  write_members(source, {{"data", quoted(*clean)}}, w);
  w.end_object();
  return block_with(kind, part, {{"source", own_source}});
}

Result<InputBlock> mcp_image(Reader part, policy::NoticeLog& notices) {
  static constexpr std::string_view kNames[] = {"data",
                                                "mimeType",
                                                "type",
                                                "annotations",
                                                "_meta",
                                                "cache_control",
                                                "prompt_cache_breakpoint"};
  const auto members = read_members(part, kNames, notices);
  if (!members[0]) return missing(part, "data");
  if (!members[1]) return missing(part, "mimeType");
  return image_of_base64(members[0], members[1], notices);
}

Result<InputBlock> native_tool_use(Reader part, policy::Conversation& conversation) {
  PROXX_ASSIGN(const Reader id, member(part, "id", Type::string));
  PROXX_ASSIGN(const Reader name, member(part, "name", Type::string));
  PROXX_TRY(check_tool_name(name));
  PROXX_TRY(member(part, "input", Type::object));
  std::string decoded;
  const std::string_view own_id = id.text(decoded);
  PROXX_ASSIGN(const std::string_view upstream_id, conversation.open_call(part, own_id, own_id));
  return block_with(InputBlock::Kind::tool_use, part, {{"id", quoted(upstream_id)}});
}

Result<InputBlock> native_tool_result(Reader part, policy::Conversation& conversation) {
  PROXX_ASSIGN(const Reader id, member(part, "tool_use_id", Type::string));
  if (const Reader is_error = part.optional("is_error")) PROXX_TRY(is_error.expect(Type::boolean));
  std::string decoded;
  PROXX_ASSIGN(const std::string_view upstream_id, conversation.answer_call(id.text(decoded)));
  return block_with(InputBlock::Kind::tool_result, part,
                    {{"tool_use_id", quoted(upstream_id)}, {"content", ""}});
}

Status add_native_thinking(Reader part, const anthropic::Origin& origin, int64_t index,
                           policy::ThinkingHistory& thinking) {
  const bool is_redacted = part.get("type").equals("redacted_thinking");
  const Reader text = part.optional("thinking");
  const Reader proof = part.optional(is_redacted ? "data" : "signature");
  for (const Reader& value : {text, proof}) {
    if (value) PROXX_TRY(value.expect(Type::string));
  }
  if (!thinking.at) thinking.at = part;
  if (!holds_text(proof) || (!is_redacted && !text)) {
    thinking.broken = true;
    thinking.pieces.clear();
  }
  if (thinking.broken) return {};
  thinking.pieces.push_back({native_block(InputBlock::Kind::thinking, part), index});
  thinking.pieces.back().block.origin = origin;
  return {};
}

}  // namespace proxx::openai
