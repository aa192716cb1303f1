#include "openai/responses/reasoning_item.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "json/text.h"
#include "openai/responses/sealed.h"

namespace proxx::openai::responses {
namespace {

using json::Reader;

/// `rs_REST_N`, as the answers have it.
bool is_own_id(std::string_view id) {
  constexpr std::string_view kPrefix = "rs_";
  if (id.substr(0, kPrefix.size()) != kPrefix) return false;
  id.remove_prefix(kPrefix.size());
  const size_t last = id.rfind('_');
  if (last == std::string_view::npos || last == 0 || last + 1 == id.size()) return false;
  return std::all_of(id.begin() + static_cast<ptrdiff_t>(last) + 1, id.end(),
                     [](char x) { return x >= '0' && x <= '9'; });
}

bool has_text(Reader string) {
  return string.is_string() && !string.raw_string().empty();
}

/// Nothing but thinking is taken: anything else would be words put into the assistant's mouth.
bool add_block(Reader block, std::vector<anthropic::InputBlock>& blocks) {
  const Reader type = block.get("type");
  if (type.equals("thinking")) {
    const Reader text = block.get("thinking");
    const Reader signature = block.get("signature");
    if (!text.is_string() || !has_text(signature)) return false;
    blocks.push_back(anthropic::thinking_block(text.raw_string(), signature.raw_string()));
    return true;
  }
  const Reader data = block.get("data");
  if (!type.equals("redacted_thinking") || !has_text(data)) return false;
  blocks.push_back(anthropic::redacted_thinking_block(data.raw_string()));
  return true;
}

/// False if the payload is not an array of thinking blocks.
bool read_blocks(std::string_view payload, std::vector<anthropic::InputBlock>& blocks) {
  json::Document document;
  if (!document.parse_view(payload) || !document.root().is_array()) return false;
  for (const Reader block : document.root().elements()) {
    if (!add_block(block, blocks)) return false;
  }
  return !blocks.empty();
}

}  // namespace

Result<ReasoningItem> read_reasoning_item(Reader item) {
  ReasoningItem out;
  const Reader encrypted = item.optional("encrypted_content");
  if (!encrypted) {
    out.at = item;
    const Reader id = item.optional("id");
    if (id.is_string() && is_own_id(id.string_or(""))) out.state = ReasoningItem::State::broken;
    return out;
  }
  PROXX_TRY(encrypted.expect(json::Type::string));
  out.at = encrypted;
  std::string decoded;
  const Unsealed unsealed = unseal(encrypted.text(decoded));
  if (unsealed.state == SealState::foreign) return out;
  const bool is_good =
      unsealed.state == SealState::good && read_blocks(unsealed.blocks_json, out.blocks);
  out.state = is_good ? ReasoningItem::State::good : ReasoningItem::State::broken;
  return out;
}

}  // namespace proxx::openai::responses
