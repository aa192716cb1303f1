#include "config/secret_environment.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>

#include "base/ascii.h"
#include "base/secret_text.h"
#include "config/keys.h"

extern char** environ;

namespace proxx {
namespace {

constexpr std::string_view kProxy = "_proxy";

/// The value that may stay, or nothing if none may.
std::optional<std::string> harmless_value(std::string_view name, std::string_view value) {
  const auto& secret = secret_variables();
  if (std::find(secret.begin(), secret.end(), name) != secret.end()) return std::nullopt;
  std::string out(value);
  if (name.size() > kProxy.size() && same_word(name.substr(name.size() - kProxy.size()), kProxy)) {
    const std::string_view login = login_in(value);
    if (!login.empty()) {
      out.erase(static_cast<size_t>(login.data() - value.data()), login.size() + 1);
    }
    out.resize(std::min(out.find_first_of("?#"), out.size()));
  }
  return out;
}

struct Variable {
  std::string_view name;
  std::string_view value;
};

/// What take_secret_environment() found. Never freed: it is looked into until the end.
std::map<std::string, std::string, std::less<>>& taken() {
  static auto& values = *new std::map<std::string, std::string, std::less<>>;
  return values;
}

std::vector<Variable> variables() {
  std::vector<Variable> out;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view text = *each;
    const size_t equals = std::min(text.find('='), text.size());
    out.push_back({text.substr(0, equals), text.substr(std::min(equals + 1, text.size()))});
  }
  return out;
}

}  // namespace

const std::vector<const char*>& secret_variables() {
  static const std::vector<const char*> names = [] {
    std::vector<const char*> out = key_variables();
    out.push_back(kCustomHeadersVariable);
    return out;
  }();
  return names;
}

ProxyLogin environment_proxy_login(const GetEnv& getenv) {
  std::string url;
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    if (url = variable_or_empty(getenv, name); !url.empty()) break;
  }
  const std::string_view login = login_in(url);
  const size_t colon = std::min(login.find(':'), login.size());
  return {percent_decoded(login.substr(0, colon)),
          percent_decoded(login.substr(std::min(colon + 1, login.size())))};
}

void take_secret_environment() {
  for (const auto& [name, value] : variables()) {
    const auto harmless = harmless_value(name, value);
    if (harmless == value) continue;
    const std::string kept_name(name);
    taken().emplace(name, value);  // of two, the first is what getenv finds
    explicit_bzero(const_cast<char*>(value.data()), value.size());
    if (harmless) {
      setenv(kept_name.c_str(), harmless->c_str(), 1);
    } else {
      unsetenv(kept_name.c_str());
    }
  }
}

std::optional<std::string> taken_variable(const char* name) {
  const auto found = taken().find(std::string_view(name));
  if (found == taken().end()) return std::nullopt;
  return found->second;
}

}  // namespace proxx
