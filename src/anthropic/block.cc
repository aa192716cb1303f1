#include "anthropic/block.h"

#include <utility>

#include "json/unique.h"
#include "json/writer.h"

namespace proxx::request {

void Block::append_to(std::string& out) const {
  for (const std::string_view piece : {head, std::string_view(json), raw, tail}) {
    if (!piece.empty()) out.append(piece);
  }
}

size_t Block::size() const {
  return head.size() + json.size() + raw.size() + tail.size() + cache_control.size();
}

Block text_block(std::string_view raw) {
  Block block;
  block.head = R"({"type":"text","text":")";
  block.raw = raw;
  block.tail = "\"";
  return block;
}

Block own_text_block(std::string raw) {
  Block block = text_block({});
  set_text(block, std::move(raw));
  return block;
}

std::string_view text_of(const Block& text_block) {
  return text_block.json.empty() ? text_block.raw : std::string_view(text_block.json);
}

void set_text(Block& text_block, std::string raw) {
  text_block.json = std::move(raw);
  text_block.raw = {};
}

Block verbatim_block(Block::Kind kind, json::Reader object) {
  Block block;
  block.kind = kind;
  const json::Unique once(object);
  json::Writer w(block.json);
  w.begin_object();
  for (const json::Member& member : once.reader().members()) {
    if (member.key() != "cache_control") w.raw_key(member.raw_key).raw(member.value.raw());
  }
  return block;
}

Status set_cache_control(Block& block, json::Reader cache_control) {
  if (cache_control.is_null()) return {};
  PROXX_TRY(cache_control.expect(json::Type::object));
  if (const json::Reader type = cache_control.get("type")) {
    PROXX_TRY(type.expect(json::Type::string));
  }
  block.cache_control = cache_control.raw();
  block.cache_control_at = cache_control;
  return {};
}

}  // namespace proxx::request
