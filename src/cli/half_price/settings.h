#pragma once
#include <map>
#include <string>

#include "config/settings.h"

namespace proxx::cli {

/// The settings that an item, an answer or the destination depends on, by name, as text. A run that
/// continues another must have the same. `model` is -m.
[[nodiscard]] std::map<std::string, std::string> half_settings(const Settings& settings,
                                                               const std::string& model);

/// `convert.max_tokens was 100 and is 200`: the first setting that differs, or "".
[[nodiscard]] std::string changed_setting(const std::map<std::string, std::string>& was,
                                          const std::map<std::string, std::string>& is);

}  // namespace proxx::cli
