#include "openai/content/arguments.h"

#include "anthropic/white_space.h"
#include "openai/members.h"

namespace proxx::openai {

void write_input(anthropic::InputBlock& block, std::string_view key, json::Reader string) {
  block.json.append("{\"").append(key).append("\":");
  block.source = string.raw();
  block.tail = "}";
}

Status ArgumentsReader::write(json::Reader arguments, anthropic::InputBlock& block) {
  if (arguments) PROXX_TRY(arguments.expect(json::Type::string));
  if (!arguments || anthropic::is_blank(arguments.raw_string())) {
    block.tail = "{}";
    return {};
  }
  const Status parsed =
      arguments_.parse_escaped(arguments.raw_string(), {.replace_lone_surrogates = true});
  if (parsed && arguments_.root().is_object()) {
    note_repairs_in(arguments, arguments_.root(), notices_);
    block.json.append(arguments_.root().raw());
    return {};
  }
  if (arguments_.fault() == json::Fault::depth) {
    return err(arguments, "nesting too deep", "invalid_value");
  }
  notices_.adjust(arguments, "not a JSON object; sent as the text of INVALID_JSON");
  write_input(block, "INVALID_JSON", arguments);
  return {};
}

}  // namespace proxx::openai
