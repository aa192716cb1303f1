#include "anthropic/input_block.h"

#include <utility>

#include "json/unique.h"
#include "json/writer.h"

namespace proxx::anthropic {

void InputBlock::append_to(std::string& out) const {
  for (const std::string_view piece : {head, std::string_view(json), source, tail}) {
    if (!piece.empty()) out.append(piece);
  }
}

size_t InputBlock::size() const {
  return head.size() + json.size() + source.size() + tail.size() + cache_control.size();
}

InputBlock text_block(json::Raw text) {
  InputBlock block;
  block.head = R"({"type":"text","text":")";
  block.source = text.bytes();
  block.tail = "\"";
  return block;
}

InputBlock own_text_block(json::RawString text) {
  InputBlock block = text_block({});
  set_text(block, std::move(text));
  return block;
}

bool is_made_text(const InputBlock& block) {
  return block.kind == InputBlock::Kind::text && !block.head.empty();
}

json::Raw text_of(const InputBlock& text_block) {
  return json::Raw(text_block.json.empty() ? text_block.source : std::string_view(text_block.json));
}

void set_text(InputBlock& text_block, json::RawString text) {
  text_block.json = std::move(text).take();
  text_block.source = {};
}

InputBlock thinking_block(json::Raw text, json::Raw signature) {
  InputBlock block;
  block.kind = InputBlock::Kind::thinking;
  block.json.append(R"({"type":"thinking","thinking":")").append(text.bytes());
  block.json.append(R"(","signature":")").append(signature.bytes()).push_back('"');
  return block;
}

InputBlock redacted_thinking_block(json::Raw data) {
  InputBlock block;
  block.kind = InputBlock::Kind::thinking;
  block.json.append(R"({"type":"redacted_thinking","data":")").append(data.bytes()).push_back('"');
  return block;
}

InputBlock verbatim_block(InputBlock::Kind kind, json::Reader object) {
  InputBlock block;
  block.kind = kind;
  const json::Unique once(object);
  json::Writer w(block.json);
  w.begin_object();
  for (const json::Member& member : once.reader().members()) {
    if (member.key() != "cache_control") w.raw_key(member.raw_key).raw(member.value.raw());
  }
  return block;
}

Status set_cache_control(InputBlock& block, json::Reader cache_control) {
  if (cache_control.is_null()) return {};
  PROXX_TRY(cache_control.expect(json::Type::object));
  if (const json::Reader type = cache_control.get("type")) {
    PROXX_TRY(type.expect(json::Type::string));
  }
  block.cache_control = cache_control.raw();
  block.cache_control_at = cache_control;
  return {};
}

}  // namespace proxx::anthropic
