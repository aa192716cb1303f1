#include "openai/cache_fields.h"

#include <string>

#include "openai/members.h"
#include "policy/caching.h"

namespace proxx::openai {

using json::Reader;
using json::Type;

Status read_prompt_cache_key(Reader field, Draft&) {
  return field.expect(Type::string);
}

Status read_prompt_cache_retention(Reader field, Draft& draft) {
  policy::CacheWish& wish = draft.wishes.cache;
  PROXX_ASSIGN(const std::string retention, field.string());
  if (retention == "24h") {
    wish.for_an_hour = true;
    draft.notices.adjust(field, "the upstream keeps a prompt for an hour at most");
  } else if (retention != "in_memory" && retention != "in-memory") {
    return err(field, "must be in_memory or 24h", "invalid_value");
  }
  return {};
}

Status read_prompt_cache_options(Reader field, Draft& draft) {
  policy::CacheWish& wish = draft.wishes.cache;
  PROXX_TRY(field.expect(Type::object));
  static constexpr std::string_view kNames[] = {"mode", "ttl"};
  const auto [mode, ttl] = read_members(field, kNames, draft.notices);
  if (mode) {
    PROXX_TRY(mode.expect(Type::string));
    if (!mode.equals("implicit") && !mode.equals("explicit")) {
      return err(mode, "must be implicit or explicit", "invalid_value");
    }
  }
  wish.implicit = !mode || mode.equals("implicit");
  if (ttl) {
    PROXX_ASSIGN(const std::string time, ttl.string());
    if (time != "5m" && time != "30m" && time != "12h" && time != "1h") {
      return err(ttl, "must be 30m", "invalid_value");
    }
    wish.for_an_hour = wish.for_an_hour || time != "5m";
    if (time == "30m" || time == "12h")
      draft.notices.adjust(ttl, "the upstream knows 5m and 1h; sent 1h");
  }
  return {};
}

Status read_cache_control(Reader field, Draft& draft) {
  PROXX_TRY(field.expect(Type::object));
  draft.wishes.cache.automatic = field;
  return {};
}

std::string_view breakpoint_for(const policy::CacheWish& wish) {
  return wish.for_an_hour ? policy::kCacheHour : policy::kCacheFiveMinutes;
}

}  // namespace proxx::openai
