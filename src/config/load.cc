#include "config/load.h"

#include <algorithm>

#include "base/ascii.h"
#include "config/host_settings.h"
#include "config/keys.h"
#include "config/setting.h"
#include "config/settings_table.h"
#include "config/small_file.h"
#include "config/upstream_url.h"

namespace proxx {
namespace {

/// Around a header's name and value. A line end stays, and is refused.
constexpr std::string_view kBlanks = " \t\r";

std::string prefix(const Origin& origin, std::string_view key) {
  switch (origin.kind) {
    case Origin::Kind::builtin:
    case Origin::Kind::preset:
      return std::string(key) + ": ";
    case Origin::Kind::file:
      return origin.name + ":" + std::to_string(origin.line) + ":" + std::to_string(origin.column) +
             ": " + std::string(key) + ": ";
    case Origin::Kind::environment:
    case Origin::Kind::flag:
      return origin.name + ": ";
  }
  return {};
}

// Records who set a key, and each of its headers or models.
void note_origin(LoadedSettings& loaded, const Setting& setting, const YamlNode& node,
                 const Origin& origin) {
  const auto at = [&](Place place) {
    Origin out = origin;
    if (origin.kind == Origin::Kind::file) {
      out.line = place.line;
      out.column = place.column;
    }
    return out;
  };
  loaded.origins[std::string(setting.name)] = at(node.place);
  if (node.kind != YamlNode::Kind::map) return;
  for (const YamlNode& child : node.children) {
    loaded.origins[std::string(setting.name) + "." + child.key] = at(child.place);
  }
}

std::string resolve_path(const std::string& path, const std::string& file,
                         const std::string& home) {
  if (path.rfind("~/", 0) == 0 && !home.empty()) return home + path.substr(1);
  if (path.empty() || path.front() == '/') return path;
  const size_t slash = file.rfind('/');
  return slash == std::string::npos ? path : file.substr(0, slash + 1) + path;
}

Status read_file_layer(LoadedSettings& loaded, const std::vector<Setting>& settings,
                       const std::string& home) {
  PROXX_ASSIGN(const SmallFile file,
               read_small_file(loaded.file, kMaxConfigBytes, PipeAllowed::no));
  const auto note = [&](const Setting& setting, const YamlNode& node) {
    note_origin(loaded, setting, node, Origin{Origin::Kind::file, loaded.file, 0, 0});
    if (!setting.rule.is_path) return;
    std::string& path = *std::get<std::string*>(setting.slot);
    path = resolve_path(path, loaded.file, home);
  };
  auto done = parse_yaml(file.text).and_then(
      [&](const YamlNode& root) { return read_map(root, settings, note); });
  if (done) return {};
  const Complaint& complaint = done.error();
  return err(ErrorKind::usage, loaded.file + ":" + std::to_string(complaint.place.line) + ":" +
                                   std::to_string(complaint.place.column) + ": " + complaint.text);
}

YamlNode scalar(std::string_view text) {
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.text = text;
  return node;
}

// What flags and variables say, in the form in which the file would say it: lists take each text
// as an element, headers as a line.
tl::expected<YamlNode, std::string> node_of(const std::vector<std::string_view>& texts,
                                            const Slot& slot) {
  const bool is_list = std::holds_alternative<std::vector<std::string>*>(slot) ||
                       std::holds_alternative<ReasoningFields*>(slot);
  const bool is_headers = std::holds_alternative<Headers*>(slot);
  if (!is_list && !is_headers) return scalar(texts.back());
  YamlNode node;
  node.kind = is_list ? YamlNode::Kind::sequence : YamlNode::Kind::map;
  for (std::string_view text : texts) {
    const size_t colon = text.find(':');
    if (is_headers && colon == std::string_view::npos) {
      return tl::unexpected(std::string("expected 'Name: value'"));
    }
    node.children.push_back(scalar(is_headers ? trimmed(text.substr(colon + 1), kBlanks) : text));
    if (is_headers) node.children.back().key = trimmed(text.substr(0, colon), kBlanks);
  }
  return node;
}

Status read_texts(LoadedSettings& loaded, const Setting& setting,
                  const std::vector<std::string_view>& texts, const Origin& origin) {
  const auto node = node_of(texts, setting.slot);
  if (!node) return err(ErrorKind::usage, prefix(origin, setting.name) + node.error());
  if (auto done = read_value(*node, setting); !done) {
    return err(ErrorKind::usage, prefix(origin, setting.name) + done.error().text);
  }
  note_origin(loaded, setting, *node, origin);
  return {};
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    if (const auto line = trimmed(text.substr(at, end - at)); !line.empty()) out.push_back(line);
    at = end + 1;
  }
  return out;
}

const Setting* find(const std::vector<Setting>& settings, std::string_view name) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const Setting& setting) { return setting.name == name; });
  return found == settings.end() ? nullptr : &*found;
}

Status read_variables(LoadedSettings& loaded, const std::vector<Setting>& settings,
                      const GetEnv& getenv, const std::vector<SettingVariable>& variables) {
  for (const auto& [variable, key] : variables) {
    const std::string value = variable_or_empty(getenv, variable);
    const Setting& setting = *find(settings, key);
    const bool by_line = std::holds_alternative<Headers*>(setting.slot);
    const auto texts = by_line ? lines_of(value) : std::vector<std::string_view>{value};
    if (value.empty() || texts.empty()) continue;
    PROXX_TRY(
        read_texts(loaded, setting, texts, Origin{Origin::Kind::environment, variable, 0, 0}));
  }
  return {};
}

Status read_flags(LoadedSettings& loaded, const std::vector<Setting>& settings,
                  const std::vector<FlagValue>& flags) {
  std::vector<std::string_view> done;
  for (const FlagValue& flag : flags) {
    if (std::find(done.begin(), done.end(), flag.key) != done.end()) continue;
    done.push_back(flag.key);
    const Setting* setting = find(settings, flag.key);
    if (setting == nullptr) return err(ErrorKind::internal, "no such key: " + flag.key);
    std::vector<std::string_view> texts;
    std::string_view name;
    for (const FlagValue& same : flags) {
      if (same.key != flag.key) continue;
      texts.push_back(same.value);
      name = same.flag;
    }
    PROXX_TRY(
        read_texts(loaded, *setting, texts, Origin{Origin::Kind::flag, std::string(name), 0, 0}));
  }
  return {};
}

// What no single value can tell.
/// What is wrong with a proxy's URL; "" if nothing is. libcurl goes without a proxy whose login
/// holds a control character, and repeats the whole URL in its error about a malformed one.
std::string proxy_fault(std::string_view url) {
  const bool is_words =
      std::any_of(url.begin(), url.end(), [](char c) { return c == ' ' || is_control(c); });
  const bool has_login = url.find('@') != std::string_view::npos;
  if (is_words && !has_login) return "expected a URL such as http://proxy.example:3128";
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const size_t at = url.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view login = url.substr(0, at);
  if (login.find_first_of("/?# ") != std::string_view::npos)
    return "expected /, ?, # and spaces of the user and the password percent-encoded";
  const std::string decoded = percent_decoded(login);
  if (std::any_of(decoded.begin(), decoded.end(), is_control))
    return "expected a user and a password without control characters";
  return {};
}

/// Of several sources of the credential in one file, one is a slip; a flag is meant to win.
Status check_sources(LoadedSettings& loaded) {
  Settings& s = loaded.settings;
  const struct {
    const char* key;
    bool set;
  } sources[] = {{"api_key_file", !s.api_key_file.empty()},
                 {"api_key_command", !s.api_key_command.empty()},
                 {"auth_token_file", !s.auth_token_file.empty()},
                 {"auth_token_command", !s.auth_token_command.empty()},
                 {"aws_credentials_command", !s.aws_credentials_command.empty()}};
  if (loaded.origins["api_key_file"].kind == Origin::Kind::flag) {
    s.api_key_command.clear();
    s.auth_token_file.clear();
    s.auth_token_command.clear();
    s.aws_credentials_command.clear();
    return {};
  }
  const char* first = nullptr;
  for (const auto& [key, set] : sources) {
    if (set && first != nullptr) {
      return err(setting_error(loaded, key, std::string(first) + " is set, too: keep one"));
    }
    if (set) first = key;
  }
  return {};
}

void note_credentials(LoadedSettings& loaded, const GetEnv& getenv) {
  for (const char* variable : credential_variables(loaded.settings.upstream)) {
    if (!variable_or_empty(getenv, variable).empty()) {
      loaded.credential_variables.emplace_back(variable);
    }
  }
}

Status check(LoadedSettings& loaded) {
  Settings& s = loaded.settings;
  if (std::string fault = proxy_fault(s.proxy); !fault.empty())
    return err(setting_error(loaded, "proxy", fault));
  if (parse_upstream_url(s.upstream_url)->insecure && !s.allow_insecure_upstream) {
    return err(setting_error(loaded, "upstream_url",
                             "http:// to another host sends the key in the clear; use https:// "
                             "or set allow_insecure_upstream: true in the configuration file"));
  }
  if (s.models_from == ModelsFrom::upstream && !loaded.target.host->has_models) {
    return err(setting_error(loaded, "models_from",
                             std::string(loaded.target.host->title) + " has no list of models"));
  }
  return check_sources(loaded);
}

}  // namespace

std::string to_string(const Origin& origin) {
  switch (origin.kind) {
    case Origin::Kind::builtin:
      return "default";
    case Origin::Kind::preset:
      return "upstream: " + origin.name;
    case Origin::Kind::file:
      return origin.name + ":" + std::to_string(origin.line);
    case Origin::Kind::environment:
      return "env " + origin.name;
    case Origin::Kind::flag:
      return "flag " + origin.name;
  }
  return {};
}

Error setting_error(const LoadedSettings& loaded, std::string_view key, std::string_view what) {
  const auto found = loaded.origins.find(key);
  const Origin origin = found == loaded.origins.end() ? Origin{} : found->second;
  return {ErrorKind::usage, prefix(origin, key) + std::string(what)};
}

Result<LoadedSettings> load_settings(const Sources& sources) {
  if (sources.config_path && sources.config_path->empty()) {
    return err(ErrorKind::usage, "--config: expected a file or none");
  }
  LoadedSettings loaded;
  const std::vector<Setting> settings = settings_of(loaded.settings);
  for (const Setting& setting : settings) loaded.origins[std::string(setting.name)] = {};
  loaded.file = find_config_file(sources.config_path, sources.getenv);
  loaded.user_file = user_config_path(sources.getenv);
  loaded.unread_local = has_unread_config(sources.directory, loaded.file);
  if (!loaded.file.empty()) {
    PROXX_TRY(read_file_layer(loaded, settings, variable_or_empty(sources.getenv, "HOME")));
  }
  PROXX_TRY(read_variables(loaded, settings, sources.getenv, setting_variables()));
  PROXX_TRY(read_flags(loaded, settings, sources.flags));
  // Which host it is decides what else is read, and a flag wins over that again.
  PROXX_TRY(read_variables(loaded, settings, sources.getenv, host_variables(loaded.settings)));
  PROXX_TRY(read_flags(loaded, settings, sources.flags));
  note_credentials(loaded, sources.getenv);
  complete_target(loaded);
  PROXX_TRY(check(loaded));
  return loaded;
}

}  // namespace proxx
