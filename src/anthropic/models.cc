#include "anthropic/models.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "anthropic/model_name.h"
#include "base/ascii.h"
#include "base/date.h"

namespace proxx {
namespace {

struct Sizes {
  int64_t context;
  int64_t output;
};
constexpr Sizes kLarge{1'000'000, 128'000};
constexpr Sizes kSmall{200'000, 64'000};

constexpr ThinkingModes modes(const char* letters) {
  ThinkingModes out;
  for (; *letters != 0; ++letters) {
    if (*letters == 'a') out.adaptive = true;
    if (*letters == 'e') out.enabled = true;
    if (*letters == 'd') out.disabled = true;
    if (*letters == 'b') out.between_tools = true;
    if (*letters == 'h') out.off_up_to_high = true;
    if (*letters == '+') out.on_by_default = true;
    if (*letters == 's') out.summarized_by_default = true;
  }
  return out;
}
constexpr ThinkingModes kAlwaysOn = modes("a+");

constexpr EffortLevels kNoEffort{};
constexpr EffortLevels kToHigh{true, false, false};
constexpr EffortLevels kToHighAndMax{true, false, true};
constexpr EffortLevels kAllEfforts{true, true, true};

struct Abilities {
  bool prefill = false;
  bool forced_tool_choice = false;
  bool mid_conversation_system = false;
};
constexpr Abilities kMidSystem{false, false, true};
constexpr Abilities kForcedMidSystem{false, true, true};
constexpr Abilities kForced{false, true, false};
constexpr Abilities kForcedPrefill{true, true, false};

struct Price {
  double input = -1;
  double output = -1;
  double cache_read = -1;
};

struct Row {
  const char* id;
  const char* alias;
  const char* display_name;
  Sizes sizes;
  ThinkingModes thinking;
  EffortLevels effort;
  Sampling sampling;
  Abilities abilities;
  Price price;
  Date released;
  const char* lifecycle = "active";
  const char* retires = "";
};

constexpr auto kNever = Sampling::none;
constexpr auto kDefaults = Sampling::default_only;
constexpr auto kOneOf = Sampling::one_of;

// docs/protocol.md 4.2. The first row stands for models that are not listed. Haiku 5.5's price is
// the one of prompts up to 100K tokens.
// clang-format off
constexpr std::array kRows = {
    Row{"claude-fable-5-2", "", "Claude Fable 5.2", kLarge, kAlwaysOn, kAllEfforts, kNever, kMidSystem, {8, 40, 0.20}, {2026, 11, 9}},
    Row{"claude-mythos-5-2", "", "Claude Mythos 5.2", kLarge, kAlwaysOn, kAllEfforts, kNever, kMidSystem, {8, 40, 0.20}, {2026, 11, 9}},
    Row{"claude-opus-5-5", "", "Claude Opus 5.5", kLarge, kAlwaysOn, kAllEfforts, kNever, kMidSystem, {4, 20, 0.20}, {2026, 9, 22}},
    Row{"claude-sonnet-5-5", "", "Claude Sonnet 5.5", kLarge, modes("abh+"), kAllEfforts, kNever, kMidSystem, {2, 10, 0.10}, {2026, 9, 28}},
    Row{"claude-haiku-5-5", "", "Claude Haiku 5.5", kLarge, modes("adh+"), kAllEfforts, kDefaults, kForcedMidSystem, {0.10, 0.50, 0.01}, {2026, 10, 7}},
    Row{"claude-fable-5-1", "", "Claude Fable 5.1", kLarge, kAlwaysOn, kAllEfforts, kNever, kMidSystem, {10, 50, 0.25}, {2026, 9, 1}},
    Row{"claude-mythos-5-1", "", "Claude Mythos 5.1", kLarge, kAlwaysOn, kAllEfforts, kNever, kMidSystem, {10, 50, 0.25}, {2026, 9, 1}},
    Row{"claude-opus-5", "", "Claude Opus 5", kLarge, modes("adh+"), kAllEfforts, kDefaults, kForcedMidSystem, {5, 25, 0.50}, {2026, 7, 24}},
    Row{"claude-sonnet-5", "", "Claude Sonnet 5", kLarge, modes("ad+"), kAllEfforts, kDefaults, kForced, {2, 10, 0.20}, {2026, 6, 30}},
    Row{"claude-fable-5", "", "Claude Fable 5", kLarge, kAlwaysOn, kAllEfforts, kNever, kForcedMidSystem, {10, 50, 1.00}, {2026, 6, 9}},
    Row{"claude-mythos-5", "", "Claude Mythos 5", kLarge, kAlwaysOn, kAllEfforts, kNever, kForcedMidSystem, {10, 50, 1.00}, {2026, 6, 9}},
    Row{"claude-opus-4-8", "", "Claude Opus 4.8", kLarge, modes("ad"), kAllEfforts, kDefaults, kForcedMidSystem, {5, 25, 0.50}, {2026, 5, 28}},
    Row{"claude-opus-4-7", "", "Claude Opus 4.7", kLarge, modes("ad"), kAllEfforts, kDefaults, kForced, {5, 25, 0.50}, {2026, 4, 16}},
    Row{"claude-opus-4-6", "", "Claude Opus 4.6", kLarge, modes("aeds"), kToHighAndMax, kOneOf, kForced, {5, 25, 0.50}, {2026, 2, 5}},
    Row{"claude-sonnet-4-6", "", "Claude Sonnet 4.6", kLarge, modes("aeds"), kToHighAndMax, kOneOf, kForced, {3, 15, 0.30}, {2026, 2, 17}},
    Row{"claude-opus-4-5-20251101", "claude-opus-4-5", "Claude Opus 4.5", kSmall, modes("eds"), kToHigh, kOneOf, kForcedPrefill, {5, 25, 0.50}, {2025, 11, 24}},
    Row{"claude-haiku-4-5-20251001", "claude-haiku-4-5", "Claude Haiku 4.5", kSmall, modes("eds"), kNoEffort, kOneOf, kForcedPrefill, {1, 5, 0.10}, {2025, 10, 15}},
    Row{"claude-sonnet-4-5-20250929", "claude-sonnet-4-5", "Claude Sonnet 4.5", kSmall, modes("eds"), kNoEffort, kOneOf, kForcedPrefill, {3, 15, 0.30}, {2025, 9, 29}, "deprecated", "2026-11-30"},
    Row{"claude-mythos-preview", "", "Claude Mythos Preview", kLarge, modes("ae+"), kToHighAndMax, kDefaults, {}, {}, {}, "deprecated"},
};
// clang-format on

Model model_of(const Row& row) {
  Model model;
  model.id = row.id;
  model.alias = row.alias;
  model.display_name = row.display_name;
  model.context_tokens = row.sizes.context;
  model.max_tokens = row.sizes.output;
  model.thinking = row.thinking;
  model.effort = row.effort;
  model.sampling = row.sampling;
  model.prefill = row.abilities.prefill;
  model.forced_tool_choice = row.abilities.forced_tool_choice;
  model.mid_conversation_system = row.abilities.mid_conversation_system;
  model.price_input = row.price.input;
  model.price_output = row.price.output;
  model.price_cache_read = row.price.cache_read;
  model.created_unix_s = unix_seconds(row.released);
  model.lifecycle = row.lifecycle;
  model.retires = row.retires;
  return model;
}

/// `sonnet` of `claude-sonnet-5-5`; "" for an id of another form.
std::string_view family_of(std::string_view id) {
  constexpr std::string_view kStart = "claude-";
  if (!id.starts_with(kStart)) return {};
  id.remove_prefix(kStart.size());
  const size_t end = id.find('-');
  const bool numbered = end != std::string_view::npos && end > 0 && end + 1 < id.size() &&
                        is_digit(id[end + 1]) && !is_digit(id[0]);
  return numbered ? id.substr(0, end) : std::string_view();
}

/// An alias may name another one; a circle of them has to end somewhere.
constexpr int kMaxAliasHops = 8;

}  // namespace

ModelTable::ModelTable() {
  rows_.reserve(kRows.size());
  for (const Row& row : kRows) {
    rows_.push_back(model_of(row));
    add_names(rows_.size() - 1);
  }
  newest_ = rows_.front();
}

void ModelTable::add_alias(std::string name, std::string target) {
  if (!is_pattern(name)) {
    aliases_.insert_or_assign(std::move(name), std::move(target));
    return;
  }
  std::erase_if(patterns_, [&name](const auto& known) { return known.first == name; });
  const auto at = std::find_if(patterns_.begin(), patterns_.end(), [&name](const auto& known) {
    return known.first.size() <= name.size();
  });
  patterns_.emplace(at, std::move(name), std::move(target));
}

void ModelTable::add_names(size_t row) {
  const Model& model = rows_[row];
  by_id_.emplace(model.id, row);
  if (!model.alias.empty()) by_alias_.emplace(model.alias, row);
  const std::string_view family = family_of(model.id);
  if (family.empty() || !model.listed || model.lifecycle == "retired") return;
  size_t& newest = by_family_.emplace(family, row).first->second;
  if (model.created_unix_s > rows_[newest].created_unix_s) newest = row;
}

void ModelTable::put(Model model) {
  const auto known = by_id_.find(model.id);
  const size_t row = known == by_id_.end() ? rows_.size() : known->second;
  if (row == rows_.size()) {
    rows_.push_back(std::move(model));
  } else {
    by_alias_.erase({rows_[row].alias, row});
    rows_[row] = std::move(model);
  }
  add_names(row);
}

void ModelTable::list(std::vector<Model> listed) {
  std::set<std::string_view> ids;
  for (const Model& model : listed) ids.insert(model.id);
  std::vector<Model> rest;
  for (Model& row : rows_) {
    if (ids.count(row.id) > 0) continue;
    row.listed = false;
    rest.push_back(std::move(row));
  }
  rows_ = std::move(listed);
  std::move(rest.begin(), rest.end(), std::back_inserter(rows_));
  by_id_.clear();
  by_alias_.clear();
  by_family_.clear();
  for (size_t row = 0; row < rows_.size(); ++row) add_names(row);
}

const Model* ModelTable::find(std::string_view name) const {
  size_t row = rows_.size();
  if (const auto found = by_id_.find(name); found != by_id_.end()) row = found->second;
  const auto alias = by_alias_.lower_bound({std::string(name), 0});
  if (alias != by_alias_.end() && alias->first == name) row = std::min(row, alias->second);
  return row == rows_.size() ? nullptr : &rows_[row];
}

const Model* ModelTable::find_spelled(std::string_view name) const {
  const Model* row = nullptr;
  any_spelling(name, [&](std::string_view spelling) { return (row = find(spelling)) != nullptr; });
  return row;
}

std::string_view ModelTable::target_of(std::string_view name) const {
  for (int hop = 0; hop < kMaxAliasHops; ++hop) {
    std::string_view target = name;
    if (const auto alias = aliases_.find(name); alias != aliases_.end()) {
      target = alias->second;
    } else if (hop == 0 || find_spelled(name) == nullptr) {
      // A pattern may take a model that a client names, but not the target of another alias.
      const auto pattern =
          std::find_if(patterns_.begin(), patterns_.end(),
                       [name](const auto& known) { return matches_pattern(known.first, name); });
      if (pattern != patterns_.end()) target = pattern->second;
    }
    if (target == name) break;
    name = target;
  }
  if (find(name) != nullptr) return name;
  const auto family = by_family_.find(name);
  return family == by_family_.end() ? name : std::string_view(rows_[family->second].id);
}

std::vector<std::pair<std::string_view, std::string_view>> ModelTable::families() const {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  for (const auto& [family, row] : by_family_) out.emplace_back(family, rows_[row].id);
  return out;
}

Model ModelTable::resolve(std::string_view name) const {
  name = target_of(name);
  const Model* row = find_spelled(name);
  Model model = row != nullptr ? *row : newest_;
  if (row == nullptr) {
    model.display_name = name;
    model.price_input = model.price_output = model.price_cache_read = -1;
    model.created_unix_s = 0;
  }
  if (model.id != name) model.alias.clear();
  model.id = name;
  return model;
}

}  // namespace proxx
