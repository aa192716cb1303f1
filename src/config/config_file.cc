#include "config/config_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "config/secret_environment.h"

namespace proxx {
namespace {

constexpr const char* kFileInConfigDir = "/proxx/config.yaml";

bool exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0;
}

bool is_absolute(const std::string& path) {
  return !path.empty() && path.front() == '/';
}

// XDG Base Directory Specification: relative folders are ignored.
std::vector<std::string> xdg_candidates(const GetEnv& getenv) {
  std::vector<std::string> out;
  if (std::string path = user_config_path(getenv); !path.empty()) out.push_back(std::move(path));
  std::string dirs = variable_or_empty(getenv, "XDG_CONFIG_DIRS");
  if (dirs.empty()) dirs = "/etc/xdg";
  for (size_t at = 0; at <= dirs.size();) {
    const size_t end = std::min(dirs.find(':', at), dirs.size());
    const std::string dir = dirs.substr(at, end - at);
    if (is_absolute(dir)) out.push_back(dir + kFileInConfigDir);
    at = end + 1;
  }
  return out;
}

}  // namespace

GetEnv process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    if (auto taken = taken_variable(name)) return taken;
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

std::string variable_or_empty(const GetEnv& getenv, const char* name) {
  return getenv(name).value_or(std::string());
}

std::string user_config_path(const GetEnv& getenv) {
  std::string dir = variable_or_empty(getenv, "XDG_CONFIG_HOME");
  if (!is_absolute(dir)) {
    dir = variable_or_empty(getenv, "HOME");
    if (!is_absolute(dir)) return {};
    dir += "/.config";
  }
  return dir + kFileInConfigDir;
}

std::string find_config_file(const std::optional<std::string>& explicit_path,
                             const GetEnv& getenv) {
  const std::string named =
      explicit_path ? *explicit_path : variable_or_empty(getenv, "PROXX_CONFIG");
  if (!named.empty() || explicit_path) return named == "none" ? std::string() : named;
  for (std::string& path : xdg_candidates(getenv)) {
    if (exists(path)) return std::move(path);
  }
  return {};
}

bool has_unread_config(const std::string& directory, const std::string& read_path) {
  struct stat local {};
  struct stat read {};
  if (stat((directory + "/config.yaml").c_str(), &local) != 0) return false;
  return read_path.empty() || stat(read_path.c_str(), &read) != 0 || local.st_dev != read.st_dev ||
         local.st_ino != read.st_ino;
}

}  // namespace proxx
