#include "config/keys.h"

#include <algorithm>
#include <utility>

#include "base/secret_text.h"
#include "config/aws_credentials.h"
#include "config/key_command.h"
#include "config/small_file.h"

namespace proxx {
namespace {

struct KeyVariable {
  HostKind host;
  const char* variable;
  std::string Keys::*to;
};
constexpr KeyVariable kKeyVariables[] = {
    {HostKind::anthropic, "ANTHROPIC_API_KEY", &Keys::api_key},
    {HostKind::anthropic, "ANTHROPIC_AUTH_TOKEN", &Keys::auth_token},
    {HostKind::aws, "ANTHROPIC_AWS_API_KEY", &Keys::api_key},
    {HostKind::bedrock, "AWS_BEARER_TOKEN_BEDROCK", &Keys::api_key},
    {HostKind::foundry, "ANTHROPIC_FOUNDRY_API_KEY", &Keys::api_key},
};

constexpr const char* kExportCommand =
    "aws_credentials_command: [aws, configure, export-credentials, --format, process]";
/// A session token alone is some 1 KiB.
constexpr size_t kMaxCredentialsBytes = size_t{64} << 10;

std::string word_of(HostKind host) {
  return std::string(host_of(host, BedrockEndpoint::runtime).name);
}

// The key in what a source gave: one line. libcurl sends CR and LF in a header as they are
// (docs/faults.md 0 (fact 2)), so nothing but visible ASCII may pass.
Result<std::string> key_in(std::string text, const std::string& source) {
  const auto no = [&](const char* why) { return err(ErrorKind::usage, source + ": " + why); };
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

Result<Keys> from_file(const std::string& path, const std::string& shown_as) {
  if (path == "-") {
    return err(ErrorKind::usage,
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
  if (std::string warning = exposure_of("key file", path, file); !warning.empty()) {
    keys.warnings.push_back(std::move(warning));
  }
  return keys;
}

Result<Keys> from_environment(const GetEnv& getenv, HostKind host) {
  Keys keys;
  for (const KeyVariable& each : kKeyVariables) {
    if (each.host != host) continue;
    std::string value = variable_or_empty(getenv, each.variable);
    if (value.empty()) continue;
    PROXX_ASSIGN(keys.*each.to, key_in(std::move(value), each.variable));
    keys.source += (keys.source.empty() ? "" : " and ") + std::string(each.variable);
  }
  return keys;
}

/// One of the configuration's sources, as it is read.
struct Source {
  std::string_view key;
  const std::string& file;
  const std::vector<std::string>& command;
  std::string Keys::*to;
};

Result<Keys> from_source(const Source& source, std::chrono::milliseconds limit,
                         const std::atomic<bool>* stop) {
  const std::string name(source.key);
  if (!source.file.empty()) {
    PROXX_ASSIGN(Keys keys, from_file(source.file, name + "_file"));
    std::string key = std::move(keys.api_key);
    keys.*source.to = std::move(key);
    return keys;
  }
  Keys keys;
  const std::string command = name + "_command";
  PROXX_ASSIGN(std::string output,
               run_key_command(source.command, kMaxKeyBytes, limit, stop, command));
  PROXX_ASSIGN(keys.*source.to, key_in(std::move(output), command + ": the output"));
  keys.source = command;
  return keys;
}

Result<Keys> from_aws(const Settings& settings, const GetEnv& getenv,
                      std::chrono::milliseconds limit, const std::atomic<bool>* stop) {
  constexpr const char* kCommand = "aws_credentials_command";
  Keys keys;
  if (settings.aws_credentials_command.empty()) {
    PROXX_ASSIGN(keys.aws, aws_credentials_of(getenv));
    keys.source = "AWS_ACCESS_KEY_ID";
  } else {
    PROXX_ASSIGN(const std::string output,
                 run_key_command(settings.aws_credentials_command, kMaxCredentialsBytes, limit,
                                 stop, kCommand));
    PROXX_ASSIGN(keys.aws, parse_aws_credentials(output, std::string(kCommand) + ": the output"));
    keys.source = kCommand;
  }
  if (!keys.aws.empty() && settings.region.empty()) {
    return err(ErrorKind::usage, "upstream " + word_of(settings.upstream) +
                                     " needs a region: set region or AWS_REGION");
  }
  return keys;
}

Result<Keys> read_any(const LoadedSettings& loaded, const GetEnv& getenv,
                      std::chrono::milliseconds limit, const std::atomic<bool>* stop) {
  const Settings& s = loaded.settings;
  const auto found = loaded.origins.find("api_key_file");
  const Origin origin = found == loaded.origins.end() ? Origin{} : found->second;
  if (origin.kind == Origin::Kind::flag) return from_file(s.api_key_file, origin.name);
  PROXX_ASSIGN(Keys keys, from_environment(getenv, s.upstream));
  if (!keys.empty()) return keys;
  for (const Source& source :
       {Source{"api_key", s.api_key_file, s.api_key_command, &Keys::api_key},
        Source{"auth_token", s.auth_token_file, s.auth_token_command, &Keys::auth_token}}) {
    if (!source.file.empty() || !source.command.empty()) return from_source(source, limit, stop);
  }
  if (loaded.target.host->sigv4_service.empty()) return keys;
  return from_aws(s, getenv, limit, stop);
}

}  // namespace

std::vector<const char*> credential_variables(HostKind host) {
  std::vector<const char*> out;
  for (const KeyVariable& each : kKeyVariables) {
    if (each.host == host) out.push_back(each.variable);
  }
  if (!host_of(host, BedrockEndpoint::runtime).sigv4_service.empty()) {
    out.insert(out.end(), {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"});
  }
  return out;
}

const std::vector<const char*>& key_variables() {
  static const std::vector<const char*> variables = [] {
    std::vector<const char*> out;
    for (const KeyVariable& each : kKeyVariables) out.push_back(each.variable);
    return out;
  }();
  return variables;
}

Result<Keys> read_keys(const LoadedSettings& loaded, const GetEnv& getenv,
                       std::chrono::milliseconds command_limit, const std::atomic<bool>* stop) {
  PROXX_ASSIGN(Keys keys, read_any(loaded, getenv, command_limit, stop));
  if (!loaded.target.host->takes_keys && keys.auth_token.empty()) {
    keys.auth_token = std::exchange(keys.api_key, {});
  }
  return keys;
}

std::string missing_key_text(const LoadedSettings& loaded) {
  switch (loaded.settings.upstream) {
    case HostKind::anthropic:
      break;
    case HostKind::aws:
      return "no AWS credential: set ANTHROPIC_AWS_API_KEY, or " + std::string(kExportCommand);
    case HostKind::bedrock:
      return "no AWS credential: set AWS_BEARER_TOKEN_BEDROCK, or " + std::string(kExportCommand);
    case HostKind::google:
    case HostKind::vertex:
      return "no Google token: set auth_token_command: [gcloud, auth, print-access-token]";
    case HostKind::foundry:
      return "no Foundry credential: set ANTHROPIC_FOUNDRY_API_KEY, or auth_token_command: [az, "
             "account, get-access-token, --resource, https://ai.azure.com, --query, accessToken, "
             "-o, tsv]";
  }
  std::string file = loaded.file.empty() ? loaded.user_file : loaded.file;
  if (file.empty()) file = "the configuration file";
  return "no API key: give --key-file FILE, or set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN, or "
         "put api_key_file or api_key_command into " +
         file + "; to try without one: --mock";
}

}  // namespace proxx
