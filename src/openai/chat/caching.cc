#include "openai/chat/fields.h"

// prompt_cache_*, and cache_control: who sets how many (wire.md 1.5, 6.1).

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;

constexpr std::string_view kFiveMinutes = R"({"type":"ephemeral"})";
constexpr std::string_view kHour = R"({"type":"ephemeral","ttl":"1h"})";

/// wire.md 1.5, the automatic one included.
constexpr size_t kMaxBreakpoints = 4;

bool lasts_an_hour(Reader cache_control) {
  return cache_control.get("ttl").equals("1h");
}

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

/// The earliest beyond `room` go.
void keep_last(Conversion& c, std::vector<Block*>& blocks, size_t room) {
  if (blocks.size() <= room) return;
  constexpr const char* kReason = "the upstream takes 4 cache breakpoints; the last are sent";
  const auto end = blocks.end() - static_cast<ptrdiff_t>(room);
  for (auto block = blocks.begin(); block != end; ++block) {
    (*block)->cache_control = {};
    if (const Reader at = (*block)->cache_control_at) {
      c.notices.drop(at, kReason);
    } else {
      c.notices.add(Notice::Kind::dropped, "prompt_cache_breakpoint", kReason);
    }
  }
  blocks.erase(blocks.begin(), end);
}

}  // namespace

Status convert_prompt_cache_key(Conversion&, Reader field) {
  return field.expect(Type::string);
}

Status convert_prompt_cache_retention(Conversion& c, Reader field) {
  PROXX_ASSIGN(const std::string retention, field.string());
  if (retention == "24h") {
    c.cache_for_an_hour = true;
    c.notices.adjust(field, "the upstream keeps a prompt for an hour at most");
  } else if (retention != "in_memory" && retention != "in-memory") {
    return refuse(field, "must be in_memory or 24h", "invalid_value");
  }
  return {};
}

Status convert_prompt_cache_options(Conversion& c, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  static constexpr std::string_view kNames[] = {"mode", "ttl"};
  const auto [mode, ttl] = read_members(field, kNames, c.notices);
  if (mode) {
    PROXX_TRY(mode.expect(Type::string));
    if (!mode.equals("implicit") && !mode.equals("explicit")) {
      return refuse(mode, "must be implicit or explicit", "invalid_value");
    }
  }
  c.cache_implicitly = !mode || mode.equals("implicit");
  if (ttl) {
    PROXX_ASSIGN(const std::string time, ttl.string());
    if (time != "5m" && time != "30m" && time != "1h") {
      return refuse(ttl, "must be 30m", "invalid_value");
    }
    c.cache_for_an_hour = c.cache_for_an_hour || time != "5m";
    if (time == "30m") c.notices.adjust(ttl, "the upstream knows 5m and 1h; sent 1h");
  }
  return {};
}

Status convert_caching(Conversion& c) {
  std::vector<Block*> blocks = breakpoints(c);
  const Reader automatic = c.in["cache_control"];
  const bool implicit = c.cache_implicitly || (c.options.prompt_cache && blocks.empty());
  keep_last(c, blocks, kMaxBreakpoints - (automatic || implicit ? 1 : 0));
  // 1h entries come before 5m entries (wire.md 1.5).
  bool shorter = false;
  const auto lower = [&](const Reader& at) {
    if (at) c.notices.adjust(at, "1h does not follow 5m upstream; sent 5m");
    return kFiveMinutes;
  };
  for (Block* block : blocks) {
    const Reader own = block->cache_control_at;
    const bool hour = own ? lasts_an_hour(own) : block->cache_control == kHour;
    if (hour && shorter) block->cache_control = lower(own);
    shorter = shorter || !hour;
  }
  if (automatic) {
    c.cache_control = shorter && lasts_an_hour(automatic) ? lower(automatic) : automatic.raw();
  } else if (implicit) {
    // A batch usually waits for longer than five minutes.
    const bool hour = c.cache_for_an_hour || (c.options.batch_item && c.options.prompt_cache);
    c.cache_control = hour && !shorter ? kHour : kFiveMinutes;
  }
  return {};
}

}  // namespace proxx::request
