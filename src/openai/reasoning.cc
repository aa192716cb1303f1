#include "openai/reasoning.h"

#include "openai/members.h"
#include "policy/thinking.h"

namespace proxx::openai {
namespace {

using json::Reader;
using policy::Level;

Result<Level> read_level(Reader field) {
  PROXX_TRY(field.expect(json::Type::string));
  if (const auto level = policy::level_of(field)) return *level;
  return err(field, "must be none, minimal, low, medium, high, xhigh or max", "invalid_value");
}

}  // namespace

Status read_effort(Reader field, policy::ThinkingWish& wish) {
  PROXX_ASSIGN(const Level level, read_level(field));
  wish.level = {level, field};
  return {};
}

Status read_reasoning(Reader field, policy::ThinkingWish& wish, policy::NoticeLog& notices) {
  PROXX_TRY(field.expect(json::Type::object));
  static constexpr std::string_view kNames[] = {"effort", "max_tokens", "enabled", "exclude"};
  const auto [effort, max_tokens, enabled, exclude] = read_members(field, kNames, notices);
  if (effort) {
    PROXX_ASSIGN(const Level level, read_level(effort));
    if (!wish.level) wish.level = {level, effort};
  }
  if (max_tokens) {
    PROXX_ASSIGN(const int64_t budget, max_tokens.integer());
    if (budget < 1) return err(max_tokens, "must be at least 1", "invalid_value");
    wish.budget = {budget, max_tokens};
  }
  if (enabled) {
    PROXX_ASSIGN(const bool on, enabled.boolean());
    if (on) {
      wish.enabled = enabled;
    } else if (!wish.level) {
      wish.level = {Level::none, enabled};
      wish.budget.reset();
    }
  }
  if (exclude) {
    PROXX_ASSIGN(wish.hidden, exclude.boolean());
  }
  return {};
}

}  // namespace proxx::openai
