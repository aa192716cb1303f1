#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"

namespace proxx {

/// The environment: the value of a variable, nothing if it is unset. Tests give their own.
using GetEnv = std::function<std::optional<std::string>(const char* name)>;
/// The process's own.
[[nodiscard]] GetEnv process_environment();
/// A set but empty variable counts as unset.
[[nodiscard]] std::string variable_or_empty(const GetEnv& getenv, const char* name);

inline constexpr size_t kMaxConfigBytes = size_t{1} << 20;

/// Which file is the configuration: `explicit_path` (--config), else $PROXX_CONFIG, else the first
/// that exists of proxx/config.yaml in $XDG_CONFIG_HOME (~/.config) and each of $XDG_CONFIG_DIRS
/// (/etc/xdg). Never ./config.yaml. "" if there is none or the first two say `none`; whether an
/// explicit path exists is for the reader to find out.
[[nodiscard]] std::string find_config_file(const std::optional<std::string>& explicit_path,
                                           const GetEnv& getenv);

/// Where a user's own file would be looked for first; "" without a home.
[[nodiscard]] std::string user_config_path(const GetEnv& getenv);

/// True if `directory` holds a config.yaml which is not `read_path`: worth a note.
[[nodiscard]] bool has_unread_config(const std::string& directory, const std::string& read_path);

}  // namespace proxx
