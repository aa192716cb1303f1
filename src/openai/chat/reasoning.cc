#include <algorithm>

#include "json/unique.h"
#include "openai/chat/context.h"

// reasoning_effort, reasoning, thinking, output_config.effort (wire.md 6.3).

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;

enum class Level { absent, none, minimal, low, medium, high, xhigh, max };

struct LevelRow {
  std::string_view name;
  Level level;
  const char* effort;
  int64_t budget;  ///< manual thinking; 0 for none
};
constexpr LevelRow kLevels[] = {
    {"none", Level::none, "low", 0},      {"minimal", Level::minimal, "low", 0},
    {"low", Level::low, "low", 2048},     {"medium", Level::medium, "medium", 8192},
    {"high", Level::high, "high", 16384}, {"xhigh", Level::xhigh, "xhigh", 32000},
    {"max", Level::max, "max", 32000},
};

constexpr const char* kOwnEffort = "output_config.effort is sent";

const LevelRow& row_of(Level level) {
  return *std::find_if(std::begin(kLevels), std::end(kLevels),
                       [&](const LevelRow& row) { return row.level == level; });
}

/// Effort levels that the model lacks are high there.
Level reachable(const EffortLevels& effort, Level level) {
  const bool too_far =
      (level == Level::xhigh && !effort.xhigh) || (level == Level::max && !effort.max);
  return effort.supported && too_far ? Level::high : level;
}

/// The model's levels, as far as they go together with the client's own `thinking`.
EffortLevels levels_beside(Reader thinking, const Model& model) {
  EffortLevels levels = model.effort;
  const Reader type = thinking.get("type");
  const bool off = type.equals("disabled") || type.equals("between_tools");
  if (off && model.thinking.off_up_to_high) levels.xhigh = levels.max = false;
  return levels;
}

const char* why_high(const Model& model, Level level) {
  return reachable(model.effort, level) == level ? "not taken without thinking; sent high"
                                                 : "the model has no such effort; sent high";
}

/// What the client asked for, in whichever field it did.
struct Wish {
  Level level = Level::absent;
  Reader at;                      ///< the field to name in notices
  std::optional<int64_t> budget;  ///< reasoning.max_tokens
  Reader budget_at;
  bool enabled = false;  ///< reasoning.enabled: true, without a level
  bool hidden = false;   ///< reasoning.exclude
  [[nodiscard]] bool any() const { return level != Level::absent || budget || enabled; }
};

Result<Level> read_level(Reader field) {
  PROXX_TRY(field.expect(Type::string));
  for (const LevelRow& row : kLevels) {
    if (field.equals(row.name)) return row.level;
  }
  return refuse(field, "must be none, minimal, low, medium, high, xhigh or max", "invalid_value");
}

Status read_reasoning(Conversion& c, Reader reasoning, Wish& wish) {
  PROXX_TRY(reasoning.expect(Type::object));
  static constexpr std::string_view kNames[] = {"effort", "max_tokens", "enabled", "exclude"};
  const auto [effort, max_tokens, enabled, exclude] = read_members(reasoning, kNames, c.notices);
  if (effort) {
    PROXX_ASSIGN(const Level level, read_level(effort));
    if (wish.level == Level::absent) {
      wish.level = level;
      wish.at = effort;
    }
  }
  if (max_tokens) {
    PROXX_ASSIGN(const int64_t budget, max_tokens.integer());
    if (budget < 1) return refuse(max_tokens, "must be at least 1", "invalid_value");
    wish.budget = budget;
    wish.budget_at = max_tokens;
  }
  if (enabled) {
    PROXX_ASSIGN(const bool on, enabled.boolean());
    if (!on && wish.level == Level::absent) {
      wish.level = Level::none;
      wish.budget.reset();
    }
    wish.enabled = on && wish.level == Level::absent && !wish.budget;
    if (!wish.at) wish.at = enabled;
  }
  if (exclude) {
    PROXX_ASSIGN(wish.hidden, exclude.boolean());
  }
  return {};
}

class Thinker {
 public:
  /// `thinking` and `effort` are the client's own fields of these names; absent if not sent.
  Thinker(Conversion& c, const Wish& wish, Reader thinking, Reader effort)
      : c_(c),
        wish_(wish),
        own_thinking_(thinking),
        own_effort_(effort),
        can_(c.model.thinking),
        level_(reachable(levels_beside(thinking, c.model), wish.level)) {}

  /// Sets `effort` and `thinking` as far as no explicit field stands before them.
  void run() {
    if (wish_.budget && wish_.level == Level::absent) {
      if (!can_.enabled) return use_nearest_level();
      if (!own_thinking_) think_manually(*wish_.budget, wish_.budget_at);
      return;
    }
    if (c_.model.effort.supported && wish_.level != Level::absent) set_effort();
    if (own_thinking_) return;
    if (wish_.level == Level::none) return do_not_think();
    const bool minimal = wish_.level == Level::minimal;
    if (can_.adaptive) {
      // Models that are off by default stay off for `minimal`.
      if (can_.on_by_default || !minimal) think_adaptively();
    } else if (can_.enabled && !minimal) {
      constexpr int64_t kMediumBudget = 8192;
      think_manually(wish_.budget    ? *wish_.budget
                     : wish_.enabled ? kMediumBudget
                                     : row_of(level_).budget,
                     wish_.budget ? wish_.budget_at : wish_.at);
    }
  }

 private:
  void set_effort() {
    const bool none = wish_.level == Level::none;
    const bool can_stop = can_.disabled || can_.between_tools || !can_.on_by_default;
    if (none && can_stop) return;
    if (own_effort_) {
      const bool same = !none && own_effort_.equals(row_of(wish_.level).effort);
      if (!same) c_.notices.drop(wish_.at, kOwnEffort);
      return;
    }
    if (none) c_.notices.adjust(wish_.at, "the model always thinks; sent effort low");
    if (level_ != wish_.level) c_.notices.adjust(wish_.at, why_high(c_.model, wish_.level));
    c_.effort = row_of(level_).effort;
  }

  void do_not_think() {
    if (can_.disabled && can_.adaptive) {
      c_.thinking = R"({"type":"disabled"})";
    } else if (can_.between_tools) {
      c_.thinking = R"({"type":"between_tools"})";
    }
  }

  void think_adaptively() {
    // There is only something to show if it is asked for.
    const bool show = !can_.summarized_by_default && !wish_.hidden;
    if (!show && can_.on_by_default) return;
    c_.thinking = show ? R"({"type":"adaptive","display":"summarized"})" : R"({"type":"adaptive"})";
    c_.thinking_on = true;
  }

  void think_manually(int64_t budget, Reader at) {
    constexpr int64_t kLeast = 1024;  // of thinking, and of room for the answer (wire.md 1.8, 6.3)
    const int64_t wanted = budget;
    budget = std::min(budget, c_.max_tokens - kLeast);
    if (budget < kLeast) return leave_out(at, "no room for 1024 tokens of it and of the answer");
    if (c_.tool_choice.forced() && !c_.model.forced_tool_choice_with_manual_thinking) {
      return leave_out(at, "tool_choice forces a call");
    }
    if (c_.open_loop_without_thinking) {
      return leave_out(at, "the last assistant turn's tool calls come without their thinking");
    }
    if (wish_.budget && budget < wanted) {
      c_.notices.adjust(at, "cut to leave 1024 tokens of max_tokens for the answer");
    }
    c_.thinking = R"({"type":"enabled","budget_tokens":)" + std::to_string(budget) + '}';
    c_.thinking_on = true;
  }

  void leave_out(Reader at, const std::string& reason) {
    c_.notices.drop(at, "no thinking: " + reason);
  }

  void use_nearest_level() {
    // Halfway between the budgets that the levels stand for.
    const int64_t budget = *wish_.budget;
    const Level level = budget <= (2048 + 8192) / 2     ? Level::low
                        : budget <= (8192 + 16384) / 2  ? Level::medium
                        : budget <= (16384 + 32000) / 2 ? Level::high
                                                        : Level::xhigh;
    if (!own_effort_) {
      c_.notices.adjust(wish_.budget_at, "the model takes no thinking budget; sent effort " +
                                             std::string(row_of(level).effort));
    }
    Wish wish = wish_;
    wish.level = level;
    wish.at = wish_.budget_at;
    wish.budget.reset();
    Thinker(c_, wish, own_thinking_, own_effort_).run();
  }

  Conversion& c_;
  const Wish& wish_;
  const Reader own_thinking_;
  const Reader own_effort_;
  const ThinkingModes& can_;
  const Level level_;  ///< the wish's, as far as the model goes
};

/// False for a mode that the model is known to refuse; what else there may be is the upstream's.
bool takes(const ThinkingModes& modes, Reader type) {
  if (type.equals("adaptive")) return modes.adaptive;
  if (type.equals("enabled")) return modes.enabled;
  if (type.equals("disabled")) return modes.disabled;
  return !type.equals("between_tools") || modes.between_tools;
}

/// `thinking` of the Anthropic API; absent if the model does not take it.
Result<Reader> read_explicit_thinking(Conversion& c) {
  const Reader thinking = c.in["thinking"];
  if (!thinking) return thinking;
  PROXX_TRY(thinking.expect(Type::object));
  const Reader type = thinking.optional("type");
  if (!type) return missing(thinking, "type");
  PROXX_TRY(type.expect(Type::string));
  if (!takes(c.model.thinking, type)) {
    c.notices.drop(thinking, "the model has no thinking of this type");
    return Reader();
  }
  c.thinking = json::Unique(thinking).reader().raw();
  c.own_thinking = true;
  c.thinking_on = type.equals("adaptive") || type.equals("enabled");
  return thinking;
}

/// `output_config.effort` of the Anthropic API; absent if the model does not take any.
Result<Reader> read_explicit_effort(Conversion& c, Reader thinking) {
  const Reader output_config = c.in["output_config"];
  if (!output_config) return output_config;
  PROXX_TRY(output_config.expect(Type::object));
  const Reader effort = output_config.optional("effort");
  if (!effort) return effort;
  PROXX_TRY(effort.expect(Type::string));
  if (!c.model.effort.supported) {
    c.notices.drop(effort, "the model has no effort setting");
    return effort;
  }
  const EffortLevels levels = levels_beside(thinking, c.model);
  for (const LevelRow& row : kLevels) {
    if (!effort.equals(row.name) || reachable(levels, row.level) == row.level) continue;
    c.effort = "high";
    c.notices.adjust(effort, why_high(c.model, row.level));
  }
  return effort;
}

}  // namespace

Status convert_reasoning(Conversion& c) {
  Wish wish;
  const Reader effort = c.in["reasoning_effort"];
  const Reader reasoning = c.in["reasoning"];
  if (effort) {
    PROXX_ASSIGN(wish.level, read_level(effort));
    wish.at = effort;
  }
  if (reasoning) PROXX_TRY(read_reasoning(c, reasoning, wish));
  PROXX_ASSIGN(const Reader thinking, read_explicit_thinking(c));
  PROXX_ASSIGN(const Reader explicit_effort, read_explicit_effort(c, thinking));
  c.out.answer.reasoning =
      wish.hidden ? ReasoningFields{false, false, false} : c.options.reasoning_fields;
  if (!wish.any()) return {};
  if (thinking && explicit_effort) {
    c.notices.drop(wish.at ? wish.at : wish.budget_at,
                   "thinking and output_config.effort are sent");
    return {};
  }
  // The explicit field wins.
  const bool beyond_high = explicit_effort.equals("xhigh") || explicit_effort.equals("max");
  if (wish.level == Level::none && beyond_high && c.model.thinking.off_up_to_high) {
    c.notices.drop(wish.at, kOwnEffort);
    return {};
  }
  Thinker(c, wish, thinking, explicit_effort).run();
  return {};
}

}  // namespace proxx::request
