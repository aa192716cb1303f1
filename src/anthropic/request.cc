#include "anthropic/request.h"

#include <algorithm>

namespace proxx::anthropic {

json::Reader verbatim_field(const MessagesRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.verbatim) {
    if (key == name) return value;
  }
  return {};
}

void add_beta(MessagesRequest& request, std::string_view beta) {
  auto& betas = request.betas;
  if (std::find(betas.begin(), betas.end(), beta) == betas.end()) betas.emplace_back(beta);
}

bool has_thinking(const MessagesRequest& request) {
  return std::any_of(request.turns.begin(), request.turns.end(), [](const Turn& turn) {
    return std::any_of(turn.blocks.begin(), turn.blocks.end(), [](const InputBlock& block) {
      return block.kind == InputBlock::Kind::thinking;
    });
  });
}

bool has_server_tools(const MessagesRequest& request) {
  return std::any_of(request.tools.begin(), request.tools.end(), [](const InputBlock& tool) {
    return tool.kind == InputBlock::Kind::typed_tool;
  });
}

}  // namespace proxx::anthropic
