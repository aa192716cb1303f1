#pragma once
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "config/load.h"

namespace proxx::test {

/// A folder of its own for one test, removed with what is in it.
class Scratch {
 public:
  Scratch() {
    std::string form = (std::filesystem::temp_directory_path() / "proxx-config-XXXXXX").string();
    path_ = mkdtemp(form.data());
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Writes a file, and the folders above it.
  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const std::string file = path(name);
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file, std::ios::binary) << text;
    chmod(file.c_str(), mode);
    return file;
  }

 private:
  std::string path_;
};

/// True once no process of that id runs, which is waited for: it may be a zombie of somebody's.
inline bool is_gone(pid_t pid) {
  for (int i = 0; i < 1000; ++i) {
    std::string state;
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    std::getline(status, state);
    const size_t name = state.rfind(')');
    if (name == std::string::npos || state.compare(name, 3, ") Z") == 0) return true;
    usleep(10'000);
  }
  return false;
}

using Variables = std::map<std::string, std::string>;

inline GetEnv environment(Variables variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

/// Loads `yaml` (nothing: no file) with variables and flags.
inline Result<LoadedSettings> load(const Scratch& scratch, const std::optional<std::string>& yaml,
                                   Variables variables = {}, std::vector<FlagValue> flags = {}) {
  Sources sources;
  sources.config_path = yaml ? scratch.write("c.yaml", *yaml) : "none";
  sources.getenv = environment(std::move(variables));
  sources.flags = std::move(flags);
  sources.directory = scratch.path();
  return load_settings(sources);
}

/// The message of a failed load, with the scratch folder cut off; "" if it did not fail.
inline std::string load_error(const Scratch& scratch, const std::optional<std::string>& yaml,
                              Variables variables = {}, std::vector<FlagValue> flags = {}) {
  const auto loaded = load(scratch, yaml, std::move(variables), std::move(flags));
  if (loaded) return {};
  std::string message = loaded.error().message;
  for (size_t at; (at = message.find(scratch.path() + "/")) != std::string::npos;) {
    message.erase(at, scratch.path().size() + 1);
  }
  return message;
}

}  // namespace proxx::test
