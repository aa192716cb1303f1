#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config_file.h"
#include "config/settings.h"

namespace proxx {

/// Who set a value.
struct Origin {
  enum class Kind { builtin, preset, file, environment, flag };
  Kind kind = Kind::builtin;
  std::string name;  ///< the file's path, the variable, the flag with its dashes, the preset
  int line = 0;      ///< in the file
  int column = 0;
};
/// `default`, `upstream: bedrock`, `/etc/xdg/proxx/config.yaml:3`, `env PROXX_PORT`, `flag --port`.
[[nodiscard]] std::string to_string(const Origin& origin);

/// A flag that sets a key, as it was given: `{"port", "0", "--port"}`. Of a repeated one, lists and
/// headers (`Name: value`) take all, everything else the last.
struct FlagValue {
  std::string key;
  std::string value;
  std::string flag;
};

struct Sources {
  std::optional<std::string> config_path;  ///< --config: a path or `none`
  GetEnv getenv;
  std::vector<FlagValue> flags;
  std::string directory = ".";  ///< where a config.yaml that is not read is noticed
};

struct LoadedSettings {
  Settings settings;
  /// Of every key, and of each header and model under `headers.NAME` and `models.NAME`.
  std::map<std::string, Origin, std::less<>> origins;
  std::string file;           ///< the configuration file that was read; "" if none
  std::string user_file;      ///< where one would be looked for first; "" without a home
  bool unread_local = false;  ///< a ./config.yaml is there and was not read
  std::vector<std::string> credential_variables;  ///< set ones, of credential_variables()
  HostTarget target;                              ///< what `upstream` and its keys make
  /// What the target lacks to be called: `usage`. Only those who call it are to mind.
  std::optional<Error> incomplete;
};

/// Flags over environment over file over defaults, checked. Errors: `usage`, as
/// `FILE:LINE:COLUMN: KEY: what`, `VARIABLE: what` or `--FLAG: what`.
[[nodiscard]] Result<LoadedSettings> load_settings(const Sources& sources);

/// A `usage` error at the place that set `key`, in the same form: for what others find out.
[[nodiscard]] Error setting_error(const LoadedSettings& loaded, std::string_view key,
                                  std::string_view what);

}  // namespace proxx
