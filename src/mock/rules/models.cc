#include <algorithm>
#include <array>

#include "mock/rules/model_rules.h"

namespace proxx::mock {
namespace {

constexpr int64_t kMillion = 1'000'000;
constexpr std::string_view kAllEfforts = "low medium high xhigh max";
constexpr std::string_view kNoXhigh = "low medium high max";

constexpr ModelRules always_thinking(std::string_view id, std::string_view name,
                                     std::string_view line, std::string_view created_at) {
  return {.id = id,
          .alias = "",
          .display_name = name,
          .line = line,
          .created_at = created_at,
          .retires_at = "",
          .lifecycle = "active",
          .max_input_tokens = kMillion,
          .max_tokens = 128'000,
          .thinking_types = "adaptive",
          .thinks_by_default = true,
          .summarizes_by_default = false,
          .efforts = kAllEfforts,
          .effort_to_high_without_thinking = false,
          .sampling = Sampling::none,
          .prefill = false,
          .forced_tool_choice = false,
          .skips_thinking_when_forced = false,
          .system_in_messages = true,
          .fast = false,
          .checks_prefix = true};
}

constexpr ModelRules opus_4_8(std::string_view id, std::string_view name,
                              std::string_view created_at) {
  ModelRules row = always_thinking(id, name, "opus", created_at);
  row.thinking_types = "adaptive disabled";
  row.thinks_by_default = false;
  row.sampling = Sampling::default_only;
  row.forced_tool_choice = true;
  row.checks_prefix = false;
  return row;
}

constexpr ModelRules generation_4_6(std::string_view id, std::string_view name,
                                    std::string_view line, std::string_view created_at) {
  ModelRules row = opus_4_8(id, name, created_at);
  row.line = line;
  row.thinking_types = "adaptive enabled disabled";
  row.summarizes_by_default = true;
  row.efforts = kNoXhigh;
  row.sampling = Sampling::one_of;
  row.system_in_messages = false;
  return row;
}

constexpr ModelRules generation_4_5(std::string_view id, std::string_view alias,
                                    std::string_view name, std::string_view line,
                                    std::string_view created_at) {
  ModelRules row = generation_4_6(id, name, line, created_at);
  row.alias = alias;
  row.max_input_tokens = 200'000;
  row.max_tokens = 64'000;
  row.thinking_types = "enabled disabled";
  row.efforts = "";
  row.prefill = true;
  return row;
}

constexpr ModelRules fable_5_2() {
  ModelRules row = always_thinking("claude-fable-5-2", "Claude Fable 5.2", "fable", "2026-11-09");
  row.fast = true;
  return row;
}
constexpr ModelRules mythos_5_2() {
  ModelRules row =
      always_thinking("claude-mythos-5-2", "Claude Mythos 5.2", "mythos", "2026-11-09");
  row.fast = true;
  return row;
}
constexpr ModelRules opus_5_5() {
  ModelRules row = always_thinking("claude-opus-5-5", "Claude Opus 5.5", "opus", "2026-09-22");
  row.fast = true;
  return row;
}
constexpr ModelRules sonnet_5_5() {
  ModelRules row =
      always_thinking("claude-sonnet-5-5", "Claude Sonnet 5.5", "sonnet", "2026-09-28");
  row.thinking_types = "adaptive between_tools";
  row.effort_to_high_without_thinking = true;
  return row;
}
constexpr ModelRules haiku_5_5() {
  ModelRules row = always_thinking("claude-haiku-5-5", "Claude Haiku 5.5", "haiku", "2026-10-07");
  row.thinking_types = "adaptive disabled";
  row.effort_to_high_without_thinking = true;
  row.sampling = Sampling::haiku_5_5;
  row.forced_tool_choice = true;
  row.skips_thinking_when_forced = true;
  return row;
}
constexpr ModelRules opus_5() {
  ModelRules row = opus_4_8("claude-opus-5", "Claude Opus 5", "2026-07-24");
  row.thinks_by_default = true;
  row.effort_to_high_without_thinking = true;
  return row;
}
constexpr ModelRules sonnet_5() {
  ModelRules row = opus_4_8("claude-sonnet-5", "Claude Sonnet 5", "2026-06-30");
  row.line = "sonnet";
  row.thinks_by_default = true;
  row.system_in_messages = false;
  return row;
}
constexpr ModelRules generation_5(std::string_view id, std::string_view name,
                                  std::string_view line) {
  ModelRules row = always_thinking(id, name, line, "2026-06-09");
  row.forced_tool_choice = true;
  row.checks_prefix = false;
  return row;
}
constexpr ModelRules opus_4_7() {
  ModelRules row = opus_4_8("claude-opus-4-7", "Claude Opus 4.7", "2026-04-16");
  row.system_in_messages = false;
  return row;
}
constexpr ModelRules opus_4_5() {
  ModelRules row = generation_4_5("claude-opus-4-5-20251101", "claude-opus-4-5", "Claude Opus 4.5",
                                  "opus", "2025-11-24");
  row.efforts = "low medium high";
  return row;
}
constexpr ModelRules sonnet_4_5() {
  ModelRules row = generation_4_5("claude-sonnet-4-5-20250929", "claude-sonnet-4-5",
                                  "Claude Sonnet 4.5", "sonnet", "2025-09-29");
  row.lifecycle = "deprecated";
  row.retires_at = "2026-11-30";
  return row;
}
constexpr ModelRules mythos_preview() {
  ModelRules row =
      always_thinking("claude-mythos-preview", "Claude Mythos Preview", "mythos", "2026-04-07");
  row.lifecycle = "deprecated";
  row.thinking_types = "adaptive enabled";
  row.efforts = kNoXhigh;
  row.sampling = Sampling::default_only;
  row.system_in_messages = false;
  row.checks_prefix = false;
  return row;
}
/// The model that appeared yesterday: who converts by a table of models has not heard of it, and
/// has to ask the Models API what it takes.
constexpr ModelRules small() {
  ModelRules row =
      generation_4_5("claude-mock-small", "", "Claude Mock Small", "haiku", "2026-11-21");
  row.max_tokens = 32'000;
  return row;
}
constexpr ModelRules permissive() {
  ModelRules row = always_thinking("mock", "Mock", "", "2026-11-22");
  row.thinking_types = "adaptive enabled disabled between_tools";
  row.thinks_by_default = false;
  row.summarizes_by_default = true;
  row.sampling = Sampling::free;
  row.prefill = true;
  row.forced_tool_choice = true;
  row.fast = true;
  row.checks_prefix = false;
  return row;
}

constexpr std::array kModels{
    fable_5_2(),
    mythos_5_2(),
    opus_5_5(),
    sonnet_5_5(),
    haiku_5_5(),
    always_thinking("claude-fable-5-1", "Claude Fable 5.1", "fable", "2026-09-01"),
    always_thinking("claude-mythos-5-1", "Claude Mythos 5.1", "mythos", "2026-09-01"),
    opus_5(),
    sonnet_5(),
    generation_5("claude-fable-5", "Claude Fable 5", "fable"),
    generation_5("claude-mythos-5", "Claude Mythos 5", "mythos"),
    opus_4_8("claude-opus-4-8", "Claude Opus 4.8", "2026-05-28"),
    opus_4_7(),
    generation_4_6("claude-opus-4-6", "Claude Opus 4.6", "opus", "2026-02-05"),
    generation_4_6("claude-sonnet-4-6", "Claude Sonnet 4.6", "sonnet", "2026-02-17"),
    opus_4_5(),
    generation_4_5("claude-haiku-4-5-20251001", "claude-haiku-4-5", "Claude Haiku 4.5", "haiku",
                   "2025-10-15"),
    sonnet_4_5(),
    mythos_preview(),
    small(),
};
constexpr ModelRules kPermissive = permissive();

}  // namespace

const ModelRules* find_model(std::string_view id) {
  const auto* row = std::find_if(kModels.begin(), kModels.end(), [&](const ModelRules& each) {
    return each.id == id || (!each.alias.empty() && each.alias == id);
  });
  if (row != kModels.end()) return row;
  if (id.starts_with("mock-") || id.starts_with("claude-mock")) return &kPermissive;
  return nullptr;
}

std::span<const ModelRules> served_models() {
  return kModels;
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace proxx::mock
