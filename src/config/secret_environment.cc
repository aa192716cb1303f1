#include "config/secret_environment.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/ascii.h"
#include "config/keys.h"

extern char** environ;

namespace proxx {
namespace {

constexpr std::string_view kProxy = "_proxy";

/// Where the login of a URL begins, and where it ends, its `@` included; equal if it has none.
std::pair<size_t, size_t> login_in(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const size_t at = url.substr(0, url.find('/', begin)).rfind('@');
  if (at == std::string_view::npos || at < begin) return {begin, begin};
  return {begin, at + 1};
}

/// The value that may stay, or nothing if none may.
std::optional<std::string> harmless_value(std::string_view name, std::string_view value) {
  const auto& secret = secret_variables();
  if (std::find(secret.begin(), secret.end(), name) != secret.end()) return std::nullopt;
  std::string out(value);
  if (name.size() > kProxy.size() && same_word(name.substr(name.size() - kProxy.size()), kProxy)) {
    const auto [begin, end] = login_in(value);
    out.erase(begin, end - begin);
  }
  return out;
}

struct Variable {
  std::string_view name;
  std::string_view value;
};

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
    std::vector<const char*> out = credential_variables();
    out.push_back("ANTHROPIC_CUSTOM_HEADERS");
    return out;
  }();
  return names;
}

ProxyLogin environment_proxy_login(const GetEnv& getenv) {
  std::string url;
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    if (url = variable_or_empty(getenv, name); !url.empty()) break;
  }
  const auto [begin, end] = login_in(url);
  if (begin == end) return {};
  const std::string_view login = std::string_view(url).substr(begin, end - 1 - begin);
  const size_t colon = std::min(login.find(':'), login.size());
  return {percent_decoded(login.substr(0, colon)),
          percent_decoded(login.substr(std::min(colon + 1, login.size())))};
}

std::vector<std::string> harmless_environment() {
  std::vector<std::string> out;
  for (const auto& [name, value] : variables()) {
    if (const auto harmless = harmless_value(name, value)) {
      out.push_back(std::string(name).append("=").append(*harmless));
    }
  }
  return out;
}

void forget_secret_environment() {
  for (const auto& [name, value] : variables()) {
    const auto harmless = harmless_value(name, value);
    if (harmless == value) continue;
    const std::string kept_name(name);
    explicit_bzero(const_cast<char*>(value.data()), value.size());
    if (harmless) {
      setenv(kept_name.c_str(), harmless->c_str(), 1);
    } else {
      unsetenv(kept_name.c_str());
    }
  }
}

}  // namespace proxx
