#include "policy/caching.h"

#include <vector>

#include "policy/steps.h"

// cache_control: which breakpoints are sent, and for how long (docs/protocol.md 1.5;
// docs/mapping-chat.md 6.1).

namespace proxx::policy {
namespace {

using anthropic::InputBlock;
using json::Reader;

/// docs/protocol.md 1.5, the automatic one included.
constexpr size_t kMaxBreakpoints = 4;

bool lasts_an_hour(Reader cache_control) {
  return cache_control.get("ttl").equals("1h");
}

/// The client's cache_control as it was written; absent for what was asked for in other words.
Reader own_cache_control(const InputBlock& block) {
  const Reader at = block.cache_control_at;
  return at && at.raw().data() == block.cache_control.data() ? at : Reader();
}

/// In the order in which the upstream renders them.
std::vector<InputBlock*> breakpoints(anthropic::MessagesRequest& request) {
  std::vector<InputBlock*> out;
  const auto collect = [&](std::vector<InputBlock>& blocks) {
    for (InputBlock& block : blocks) {
      if (!block.cache_control.empty()) out.push_back(&block);
    }
  };
  collect(request.tools);
  collect(request.system);
  for (anthropic::Turn& turn : request.turns) collect(turn.blocks);
  return out;
}

/// Removes the earliest until `room` are left.
void keep_last(std::vector<InputBlock*>& blocks, size_t room, NoticeLog& notices) {
  if (blocks.size() <= room) return;
  constexpr const char* kReason = "the upstream takes 4 cache breakpoints; the last are sent";
  const auto end = blocks.end() - static_cast<ptrdiff_t>(room);
  for (auto block = blocks.begin(); block != end; ++block) {
    (*block)->cache_control = {};
    const Reader at = (*block)->cache_control_at;
    notices.drop(at ? Place(at) : Place("prompt_cache_breakpoint"), kReason);
  }
  blocks.erase(blocks.begin(), end);
}

/// The upstream wants 1h entries before 5m entries (docs/protocol.md 1.5): a later one gets 5m.
std::string_view shorten(Reader at, NoticeLog& notices) {
  if (at) notices.adjust(at, "1h does not follow 5m upstream; sent 5m");
  return kCacheFiveMinutes;
}

/// What an automatic breakpoint does, for a host that has none: it stands at the last block.
void set_last_breakpoint(anthropic::MessagesRequest& request, std::string_view cache_control) {
  for (auto turn = request.turns.rbegin(); turn != request.turns.rend(); ++turn) {
    for (auto block = turn->blocks.rbegin(); block != turn->blocks.rend(); ++block) {
      if (block->kind == InputBlock::Kind::thinking) continue;
      if (block->cache_control.empty()) block->cache_control = cache_control;
      return;
    }
  }
}

}  // namespace

void apply_caching(const Step& step) {
  step.notices.about(Topic::caching);
  const CacheWish& wish = step.wishes.cache;
  std::vector<InputBlock*> blocks = breakpoints(step.request);
  const bool implicit = wish.implicit || (wish.by_default && blocks.empty());
  keep_last(blocks, kMaxBreakpoints - (wish.automatic || implicit ? 1 : 0), step.notices);
  bool shorter = false;  // a 5m entry came before
  for (InputBlock* block : blocks) {
    const Reader own = own_cache_control(*block);
    const bool hour = own ? lasts_an_hour(own) : block->cache_control == kCacheHour;
    if (hour && shorter) block->cache_control = shorten(own, step.notices);
    shorter = shorter || !hour;
  }
  if ((wish.automatic || implicit) && !step.wishes.host->features.automatic_cache) {
    const bool hour = wish.automatic
                          ? lasts_an_hour(wish.automatic)
                          : wish.for_an_hour || (step.wishes.batch_item && wish.by_default);
    set_last_breakpoint(step.request, hour && !shorter ? kCacheHour : kCacheFiveMinutes);
  } else if (wish.automatic) {
    const bool too_long = shorter && lasts_an_hour(wish.automatic);
    step.request.cache_control =
        too_long ? shorten(wish.automatic, step.notices) : wish.automatic.raw();
  } else if (implicit) {
    // A batch usually waits for longer than five minutes.
    const bool hour = wish.for_an_hour || (step.wishes.batch_item && wish.by_default);
    step.request.cache_control = hour && !shorter ? kCacheHour : kCacheFiveMinutes;
  }
}

}  // namespace proxx::policy
