#include "openai/chat/context.h"

// `system` of the Anthropic API, passed at top level: it stands before the messages' own.

namespace proxx::request {

using json::Reader;
using json::Type;

Status convert_system(Conversion& c) {
  const Reader system = c.in["system"];
  if (!system) return {};
  if (system.is_string()) {
    if (!is_blank(system.raw_string())) c.system.push_back(text_block(system.raw_string()));
    return {};
  }
  if (!system.is_array()) {
    return refuse(system, "expected a string or an array of text blocks", "invalid_type");
  }
  for (const Reader element : system.elements()) {
    PROXX_TRY(element.expect(Type::object));
    const Reader type = element.optional("type");
    if (!type) return missing(element, "type");
    PROXX_TRY(type.expect(Type::string));
    if (!type.equals("text")) return refuse(type, "must be text", "invalid_value");
    const Reader text = element.optional("text");
    if (!text) return missing(element, "text");
    PROXX_TRY(text.expect(Type::string));
    if (is_blank(text.raw_string())) {
      const Reader breakpoint = element.optional("cache_control");
      if (breakpoint) c.notices.drop(breakpoint, "an empty text cannot carry it");
      continue;
    }
    c.system.push_back(verbatim_block(Block::Kind::text, element));
    PROXX_TRY(set_cache_control(c.system.back(), element.optional("cache_control")));
  }
  return {};
}

}  // namespace proxx::request
