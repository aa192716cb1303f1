#include "policy/thinking.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "json/unique.h"
#include "policy/steps.h"

// thinking and output_config.effort (docs/mapping-chat.md 6.3). Anthropic's own fields win over
// levels and budgets.

namespace proxx::policy {
namespace {

using anthropic::Thinking;
using json::Reader;

struct LevelRow {
  std::string_view name;
  Level level;
  std::string_view effort;
  int64_t budget;  ///< of manual thinking; 0: none
};
constexpr LevelRow kLevels[] = {
    {"none", Level::none, "low", 0},      {"minimal", Level::minimal, "low", 0},
    {"low", Level::low, "low", 2048},     {"medium", Level::medium, "medium", 8192},
    {"high", Level::high, "high", 16384}, {"xhigh", Level::xhigh, "xhigh", 32000},
    {"max", Level::max, "max", 32000},
};

/// For a client that wants thinking but says no level and no budget.
constexpr int64_t kBudgetUnsaid = 8192;

/// Of thinking, and of room for the answer (docs/protocol.md 1.8; docs/mapping-chat.md 6.3).
constexpr int64_t kLeastTokens = 1024;
constexpr const char* kNoRoom = "no room for 1024 tokens of it and of the answer";
constexpr const char* kCut = "cut to leave 1024 tokens of max_tokens for the answer";

constexpr std::string_view kInterleaved = "interleaved-thinking-2025-05-14";

constexpr const char* kOwnEffort = "output_config.effort is sent";

const LevelRow& row_of(Level level) {
  return *std::find_if(std::begin(kLevels), std::end(kLevels),
                       [&](const LevelRow& row) { return row.level == level; });
}

/// The level whose budget is nearest.
Level nearest_level(int64_t budget) {
  if (budget <= (2048 + 8192) / 2) return Level::low;
  if (budget <= (8192 + 16384) / 2) return Level::medium;
  if (budget <= (16384 + 32000) / 2) return Level::high;
  return Level::xhigh;
}

/// Levels that the model lacks become high.
Level reachable(const EffortLevels& effort, Level level) {
  const bool too_far =
      (level == Level::xhigh && !effort.xhigh) || (level == Level::max && !effort.max);
  return effort.supported && too_far ? Level::high : level;
}

Thinking::Type type_of(Reader type) {
  if (type.equals("adaptive")) return Thinking::Type::adaptive;
  if (type.equals("enabled")) return Thinking::Type::enabled;
  if (type.equals("disabled")) return Thinking::Type::disabled;
  if (type.equals("between_tools")) return Thinking::Type::between_tools;
  return Thinking::Type::unknown;
}

bool takes(const ThinkingModes& modes, Thinking::Type type) {
  switch (type) {
    case Thinking::Type::adaptive:
      return modes.adaptive;
    case Thinking::Type::enabled:
      return modes.enabled;
    case Thinking::Type::disabled:
      return modes.disabled;
    case Thinking::Type::between_tools:
      return modes.between_tools;
    case Thinking::Type::absent:
    case Thinking::Type::unknown:
      return true;  // for the upstream to judge
  }
  return true;
}

/// Anthropic's own `thinking` and `output_config.effort` first, then what the wish adds.
class Thinker {
 public:
  Thinker(const Step& step, bool loop_began_without_thinking)
      : model_(step.model),
        can_(step.model.thinking),
        request_(step.request),
        notices_(step.notices),
        wish_(step.wishes.thinking),
        own_effort_(step.request.output_config.verbatim.optional("effort")),
        loop_began_without_thinking_(loop_began_without_thinking) {}

  void run() {
    take_own_thinking();
    take_own_effort();
    if (!wish_.any()) return show_thinking();
    if (own_fields_win()) return;
    if (wish_.budget && !wish_.level && !can_.enabled) turn_budget_into_level();
    if (wish_.level && model_.effort.supported) set_effort();
    if (!has_own_thinking_) set_thinking();
  }

 private:
  void take_own_thinking() {
    if (!wish_.own) return;
    const Thinking::Type type = type_of(wish_.own.get("type"));
    if (!takes(can_, type)) {
      const bool adapts = type == Thinking::Type::enabled && can_.adaptive;
      return adapts ? think_adaptively_instead()
                    : notices_.drop(wish_.own, "the model has no thinking of this type");
    }
    if (type == Thinking::Type::enabled && !budget_fits()) return cut_own_budget();
    has_own_thinking_ = true;
    request_.thinking.type = type;
    request_.thinking.verbatim = json::Unique(wish_.own).reader().raw();
  }

  /// The model takes no budget. An effort in the request says more than the budget.
  void think_adaptively_instead() {
    has_own_thinking_ = true;
    request_.thinking.type = Thinking::Type::adaptive;
    const bool show = !can_.summarized_by_default && !wish_.hidden;
    const bool says_display = bool(wish_.own.optional("display"));
    request_.thinking.verbatim =
        own_thinking_as("adaptive", show && !says_display ? R"("display":"summarized")" : "");
    std::string sent = "adaptive thinking";
    const auto budget = wish_.own.get("budget_tokens").integer_or_none();
    const bool has_level = wish_.level && wish_.level->value != Level::none;
    if (budget && !own_effort_ && !has_level && model_.effort.supported) {
      request_.output_config.effort =
          row_of(reachable(model_.effort, nearest_level(*budget))).effort;
      sent += " with effort " + request_.output_config.effort;
    }
    notices_.adjust(wish_.own, "the model takes no thinking budget; sent " + sent);
  }

  [[nodiscard]] bool budget_fits() const {
    const auto budget = wish_.own.get("budget_tokens").integer_or_none();
    return !budget || *budget < request_.max_tokens || thinks_between_tools();
  }

  /// With this beta a budget is for all of a turn's thinking, and may be above max_tokens.
  [[nodiscard]] bool thinks_between_tools() const {
    return std::find(request_.betas.begin(), request_.betas.end(), kInterleaved) !=
           request_.betas.end();
  }

  void cut_own_budget() {
    const int64_t budget = request_.max_tokens - kLeastTokens;
    if (budget < kLeastTokens) return leave_out(wish_.own, kNoRoom);
    has_own_thinking_ = true;
    request_.thinking.type = Thinking::Type::enabled;
    request_.thinking.verbatim =
        own_thinking_as("enabled", "\"budget_tokens\":" + std::to_string(budget));
    notices_.adjust(wish_.own, kCut);
  }

  /// The client's `thinking` with another type, and `member` in place of its budget.
  [[nodiscard]] std::string own_thinking_as(std::string_view type, std::string_view member) const {
    const json::Unique own(wish_.own);
    std::string json = R"({"type":")" + std::string(type) + '"';
    if (!member.empty()) json.append(",").append(member);
    for (const json::Member& each : own.reader().members()) {
      const std::string key = each.key();
      if (key == "type" || key == "budget_tokens" || each.value.is_null()) continue;
      json.append(",\"").append(each.raw_key.bytes()).append("\":").append(each.value.raw());
    }
    return json + '}';
  }

  void take_own_effort() {
    request_.output_config.without_effort = !model_.effort.supported;
    if (!own_effort_) return;
    if (!model_.effort.supported) {
      notices_.drop(own_effort_, "the model has no effort setting");
      return;
    }
    const auto level = level_of(own_effort_);
    if (!level || reachable(levels(), *level) == *level) return;
    request_.output_config.effort = "high";
    notices_.adjust(own_effort_, why_high(*level));
  }

  /// Says so if the wish cannot be honoured beside the client's own fields.
  bool own_fields_win() {
    if (has_own_thinking_ && own_effort_) {
      const Place& named = wish_.level     ? wish_.level->place
                           : wish_.enabled ? wish_.enabled
                                           : wish_.budget->place;
      notices_.drop(named, "thinking and output_config.effort are sent");
      return true;
    }
    const bool beyond_high = own_effort_.equals("xhigh") || own_effort_.equals("max");
    if (is(Level::none) && beyond_high && can_.off_up_to_high) {
      notices_.drop(wish_.level->place, kOwnEffort);
      return true;
    }
    return false;
  }

  void turn_budget_into_level() {
    const Level level = nearest_level(wish_.budget->value);
    if (!own_effort_) {
      notices_.adjust(wish_.budget->place, "the model takes no thinking budget; sent effort " +
                                               std::string(row_of(level).effort));
    }
    wish_.level = {level, wish_.budget->place};
    wish_.budget.reset();
  }

  void set_effort() {
    const Wish<Level>& wish = *wish_.level;
    const bool none = wish.value == Level::none;
    const bool can_stop = can_.disabled || can_.between_tools || !can_.on_by_default;
    if (none && can_stop) return;
    if (own_effort_) {
      const bool same = !none && own_effort_.equals(row_of(wish.value).effort);
      if (!same) notices_.drop(wish.place, kOwnEffort);
      return;
    }
    if (none) notices_.adjust(wish.place, "the model always thinks; sent effort low");
    const Level level = reachable(levels(), wish.value);
    if (level != wish.value) notices_.adjust(wish.place, why_high(wish.value));
    request_.output_config.effort = row_of(level).effort;
  }

  void set_thinking() {
    if (is(Level::none)) return stop_thinking();
    // Models that do not think by default stay off for `minimal`.
    if (is(Level::minimal) && !(can_.adaptive && can_.on_by_default)) return;
    if (wish_.budget && !wish_.level) return think_manually(*wish_.budget);
    if (can_.adaptive) return think_adaptively();
    if (!can_.enabled) return;
    if (wish_.budget) return think_manually(*wish_.budget);
    if (!wish_.level) return think_manually({kBudgetUnsaid, wish_.enabled});
    const Level level = reachable(levels(), wish_.level->value);
    think_manually({row_of(level).budget, wish_.level->place});
  }

  void stop_thinking() {
    if (can_.disabled && can_.adaptive) {
      request_.thinking.type = Thinking::Type::disabled;
    } else if (can_.between_tools) {
      request_.thinking.type = Thinking::Type::between_tools;
    }
  }

  /// Of a model that thinks unasked.
  void show_thinking() {
    if (wish_.shown && !has_own_thinking_ && can_.adaptive && can_.on_by_default) {
      think_adaptively();
    }
  }

  void think_adaptively() {
    // There is text to show only if it is asked for.
    const bool show = !can_.summarized_by_default && !wish_.hidden;
    if (!show && can_.on_by_default) return;
    request_.thinking.type = Thinking::Type::adaptive;
    request_.thinking.summarized = show;
  }

  void think_manually(const Wish<int64_t>& wish) {
    const int64_t budget = std::min(wish.value, request_.max_tokens - kLeastTokens);
    if (budget < kLeastTokens) return leave_out(wish.place, kNoRoom);
    if (request_.tool_choice.forced() && !model_.forced_tool_choice_with_manual_thinking) {
      return leave_out(wish.place, "tool_choice forces a call");
    }
    if (loop_began_without_thinking_) {
      return leave_out(wish.place,
                       "the last assistant turn's tool calls come without their thinking");
    }
    if (wish_.budget && budget < wish.value) {
      notices_.adjust(wish.place, kCut);
    }
    request_.thinking.type = Thinking::Type::enabled;
    request_.thinking.budget_tokens = budget;
  }

  void leave_out(const Place& place, const std::string& reason) {
    notices_.drop(place, "no thinking: " + reason);
  }

  [[nodiscard]] bool is(Level level) const { return wish_.level && wish_.level->value == level; }

  /// The model's effort levels, as far as they go together with the client's own `thinking`.
  [[nodiscard]] EffortLevels levels() const {
    EffortLevels levels = model_.effort;
    const Thinking::Type type = request_.thinking.type;
    const bool off = has_own_thinking_ &&
                     (type == Thinking::Type::disabled || type == Thinking::Type::between_tools);
    if (off && can_.off_up_to_high) levels.xhigh = levels.max = false;
    return levels;
  }

  /// Why `level` became high.
  [[nodiscard]] const char* why_high(Level level) const {
    return reachable(model_.effort, level) == level ? "not taken without thinking; sent high"
                                                    : "the model has no such effort; sent high";
  }

  const Model& model_;
  const ThinkingModes& can_;
  anthropic::MessagesRequest& request_;
  NoticeLog& notices_;
  ThinkingWish wish_;
  const Reader own_effort_;
  const bool loop_began_without_thinking_;
  bool has_own_thinking_ = false;  ///< and the model takes it
};

}  // namespace

std::optional<Level> level_of(Reader name) {
  for (const LevelRow& row : kLevels) {
    if (name.equals(row.name)) return row.level;
  }
  return std::nullopt;
}

void apply_thinking(const Step& step, bool loop_began_without_thinking) {
  step.notices.about(Topic::thinking);
  Thinker(step, loop_began_without_thinking).run();
}

bool begins_loop_without_thinking(const anthropic::MessagesRequest& request) {
  using anthropic::InputBlock;
  using anthropic::Turn;
  const std::vector<Turn>& turns = request.turns;
  if (turns.empty() || turns.back().role == Turn::Role::assistant) return false;
  const Turn* first = nullptr;
  for (auto turn = turns.rbegin(); turn != turns.rend(); ++turn) {
    const bool has_results = turn->blocks.front().kind == InputBlock::Kind::tool_result;
    if (turn->role == Turn::Role::user && !has_results) break;
    if (turn->role == Turn::Role::assistant) first = &*turn;
  }
  return first != nullptr && first->blocks.front().kind != InputBlock::Kind::thinking;
}

}  // namespace proxx::policy
