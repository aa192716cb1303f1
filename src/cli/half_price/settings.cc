#include "cli/half_price/settings.h"

#include <algorithm>
#include <string_view>

#include "base/hash.h"
#include "config/settings_table.h"

namespace proxx::cli {
namespace {

/// Of the configuration. `headers` are not among them: they may hold what nobody is to see, and
/// decide nothing about an answer.
constexpr std::string_view kNames[] = {"upstream_url", "anthropic_version", "model",
                                       "on_lossy",     "prompt_cache",      "models"};
constexpr std::string_view kPrefix = "convert.";
/// A longer value is told apart, not shown.
constexpr size_t kMaxShownBytes = 200;

}  // namespace

std::map<std::string, std::string> half_settings(const Settings& settings,
                                                 const std::string& model) {
  std::map<std::string, std::string> out;
  Settings copy = settings;
  for (const Setting& setting : settings_of(copy)) {
    const bool counts =
        setting.name.starts_with(kPrefix) ||
        std::find(std::begin(kNames), std::end(kNames), setting.name) != std::end(kNames);
    if (!counts) continue;
    std::string value = print_value(setting.slot);
    if (value.size() > kMaxShownBytes) value = "#" + hex(stable_hash(value));
    out[std::string(setting.name)] = std::move(value);
  }
  out["--model"] = model.empty() ? "~" : model;
  return out;
}

std::string changed_setting(const std::map<std::string, std::string>& was,
                            const std::map<std::string, std::string>& is) {
  for (const auto& [name, value] : is) {
    const auto before = was.find(name);
    if (before != was.end() && before->second == value) continue;
    std::string out = name + " was ";
    return out.append(before == was.end() ? "not set" : before->second) + " and is " + value;
  }
  return {};
}

}  // namespace proxx::cli
