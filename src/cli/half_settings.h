#pragma once
#include <map>
#include <string>

#include "config/settings.h"

namespace proxx::cli {

/// The settings that decide what an item or an answer looks like, and where items go, by name and
/// as text: a run that goes on must have those that it began with. `model` is -m.
[[nodiscard]] std::map<std::string, std::string> half_settings(const Settings& settings,
                                                               const std::string& model);

/// `convert.max_tokens was 100 and is 200`: the first that differs; "" if none does.
[[nodiscard]] std::string changed_setting(const std::map<std::string, std::string>& was,
                                          const std::map<std::string, std::string>& is);

}  // namespace proxx::cli
