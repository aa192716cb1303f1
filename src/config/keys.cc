#include "config/keys.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/secret_text.h"
#include "config/key_command.h"
#include "config/small_file.h"

namespace proxx {
namespace {

constexpr const char* kApiKeyVariable = "ANTHROPIC_API_KEY";
constexpr const char* kAuthTokenVariable = "ANTHROPIC_AUTH_TOKEN";

// The key in what a source gave: one line. libcurl sends CR and LF in a header as they are
// (docs/faults.md 0 (fact 2)), so nothing but visible ASCII may pass.
Result<std::string> key_in(std::string text, const std::string& source) {
  const auto no = [&](const char* why) { return fail(ErrorKind::usage, source + ": " + why); };
  if (!text.empty() && text.back() == '\n') {
    text.pop_back();
    if (!text.empty() && text.back() == '\r') text.pop_back();
  }
  if (text.empty()) return no("holds no key: it is empty");
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) return no("begins with a byte order mark");
  if (text.find('\n') != std::string::npos) return no("holds more than one line");
  if (std::any_of(text.begin(), text.end(), [](char c) { return c < 0x21 || c > 0x7e; })) {
    return no("holds a byte that no key has (a space, a control or a non-ASCII character)");
  }
  return text;
}

void warn_if_exposed(const std::string& path, const SmallFile& file, Keys& keys) {
  if (!S_ISREG(file.mode)) return;
  if ((file.mode & (S_IRGRP | S_IROTH | S_IWGRP | S_IWOTH)) != 0) {
    keys.warnings.push_back("key file " + path + " is open to other users: chmod 600 " + path);
  } else if (file.owner != geteuid() && file.owner != 0) {
    keys.warnings.push_back("key file " + path +
                            " belongs to another user: make it yours, and chmod 600 " + path);
  }
}

Result<Keys> from_file(const std::string& path, const std::string& shown_as) {
  if (path == "-") {
    return fail(ErrorKind::usage,
                shown_as + ": stdin is for requests; give a file, or a pipe as <(command)");
  }
  Keys keys;
  PROXX_ASSIGN(const SmallFile file,
               read_small_file(path, kMaxKeyBytes, PipeAllowed::yes).map_error([&](Error error) {
                 error.message.insert(0, shown_as + ": ");
                 return error;
               }));
  PROXX_ASSIGN(keys.api_key, key_in(file.text, shown_as + ": " + shown_whole(path)));
  keys.source = shown_as;
  warn_if_exposed(path, file, keys);
  return keys;
}

Result<Keys> from_environment(const GetEnv& getenv) {
  Keys keys;
  for (const auto& [variable, to] : {std::pair(kApiKeyVariable, &keys.api_key),
                                     std::pair(kAuthTokenVariable, &keys.auth_token)}) {
    std::string value = variable_or_empty(getenv, variable);
    if (value.empty()) continue;
    PROXX_ASSIGN(*to, key_in(std::move(value), variable));
    keys.source += (keys.source.empty() ? "" : " and ") + std::string(variable);
  }
  return keys;
}

}  // namespace

const std::vector<const char*>& credential_variables() {
  static const std::vector<const char*> variables = {kApiKeyVariable, kAuthTokenVariable};
  return variables;
}

Result<Keys> read_keys(const LoadedSettings& loaded, const GetEnv& getenv,
                       std::chrono::milliseconds command_limit, const std::atomic<bool>* stop) {
  const Settings& settings = loaded.settings;
  const auto found = loaded.origins.find("api_key_file");
  const Origin origin = found == loaded.origins.end() ? Origin{} : found->second;
  if (origin.kind == Origin::Kind::flag) return from_file(settings.api_key_file, origin.name);
  PROXX_ASSIGN(Keys keys, from_environment(getenv));
  if (!keys.empty()) return keys;
  if (!settings.api_key_file.empty()) return from_file(settings.api_key_file, "api_key_file");
  if (!settings.api_key_command.empty()) {
    PROXX_ASSIGN(std::string output,
                 run_key_command(settings.api_key_command, kMaxKeyBytes, command_limit, stop));
    PROXX_ASSIGN(keys.api_key, key_in(std::move(output), "api_key_command: the output"));
    keys.source = "api_key_command";
  }
  return keys;
}

std::string missing_key_text(const LoadedSettings& loaded) {
  std::string file = loaded.file.empty() ? loaded.user_file : loaded.file;
  if (file.empty()) file = "the configuration file";
  return "no API key: give --key-file FILE, or set " + std::string(kApiKeyVariable) + " or " +
         kAuthTokenVariable + ", or put api_key_file or api_key_command into " + file +
         "; to try without one: --mock";
}

}  // namespace proxx
