#include "policy/steps.h"

// Fields of the Anthropic API that the upstream takes only with a beta (docs/protocol.md 1.3, 1.8;
// docs/mapping-chat.md 6.5).

namespace proxx::policy {
namespace {

struct FieldBeta {
  bool (*needed)(const anthropic::MessagesRequest& request, json::Reader own_thinking);
  std::string_view beta;
};

constexpr FieldBeta kFieldBetas[] = {
    {[](const anthropic::MessagesRequest& request, json::Reader) {
       return bool(anthropic::verbatim_field(request, "context_management"));
     },
     "context-management-2025-06-27"},
    {[](const anthropic::MessagesRequest&, json::Reader thinking) {
       return thinking.get("display").equals("updates");
     },
     "thinking-display-updates-2026-08-18"},
    {[](const anthropic::MessagesRequest&, json::Reader thinking) {
       return bool(thinking.optional("block_binding"));
     },
     "thinking-binding-controls-2026-08-01"},
};

}  // namespace

void apply_betas(const Step& step) {
  const bool own = !step.request.thinking.verbatim.empty();
  const json::Reader thinking = own ? step.wishes.thinking.own : json::Reader();
  for (const FieldBeta& row : kFieldBetas) {
    if (row.needed(step.request, thinking)) anthropic::add_beta(step.request, row.beta);
  }
}

}  // namespace proxx::policy
