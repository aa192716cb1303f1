#include "core/request_context.h"

// cache_control: who sets how many (wire.md 1.5, 6.1).

namespace proxx::request {
namespace {

constexpr std::string_view kFiveMinutes = R"({"type":"ephemeral"})";
constexpr std::string_view kHour = R"({"type":"ephemeral","ttl":"1h"})";

/// wire.md 1.5, the automatic one included.
constexpr size_t kMaxBreakpoints = 4;

/// In the order in which the upstream renders them.
std::vector<Block*> breakpoints(Conversion& c) {
  std::vector<Block*> out;
  const auto collect = [&](std::vector<Block>& blocks) {
    for (Block& block : blocks) {
      if (!block.cache_control.empty()) out.push_back(&block);
    }
  };
  collect(c.tools);
  collect(c.system);
  for (Turn& turn : c.turns) collect(turn.blocks);
  return out;
}

}  // namespace

Status convert_caching(Conversion& c) {
  std::vector<Block*> blocks = breakpoints(c);
  const json::Reader automatic = c.in["cache_control"];
  // 1h entries come before 5m entries; ours are lowered behind a shorter one of the client's.
  bool shorter = false;
  for (Block* block : blocks) {
    if (block->cache_control.find("1h") == std::string_view::npos) shorter = true;
    if (shorter && block->cache_control == kHour) block->cache_control = kFiveMinutes;
  }
  if (automatic) {
    c.cache_control = automatic.raw();
  } else if (c.cache_implicitly || (c.options.prompt_cache && blocks.empty())) {
    c.cache_control = c.cache_for_an_hour && !shorter ? kHour : kFiveMinutes;
  }
  const size_t room = kMaxBreakpoints - (c.cache_control.empty() ? 0 : 1);
  for (size_t i = 0; i + room < blocks.size(); ++i) {
    blocks[i]->cache_control = {};
    const json::Reader at = blocks[i]->cache_control_at;
    constexpr const char* kReason = "the upstream takes 4 cache breakpoints; the last are sent";
    if (at) {
      c.notices.drop(at, kReason);
    } else {
      c.notices.add(Notice::Kind::dropped, "prompt_cache_breakpoint", kReason);
    }
  }
  return {};
}

}  // namespace proxx::request
