#pragma once
#include <string_view>
#include <vector>

#include "config/setting.h"
#include "config/settings.h"

namespace proxx {

/// Every key in the order of proxx.yaml(5). The one table behind the file, the environment,
/// flags, `proxx config` and hints: a new setting is a member of Settings and a row here.
[[nodiscard]] std::vector<Setting> settings_of(Settings& settings);

/// An environment variable that stands in for a key of the file.
struct SettingVariable {
  const char* variable;
  std::string_view key;
};
/// In the order in which they are applied: a later one wins over an earlier one.
[[nodiscard]] const std::vector<SettingVariable>& setting_variables();

}  // namespace proxx
