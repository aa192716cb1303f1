#include "config/settings_table.h"

#include <algorithm>

#include "base/ascii.h"
#include "config/origin_pattern.h"
#include "config/upstream_url.h"

namespace proxx {
namespace {

using Wrong = std::optional<std::string>;

// Generous: they only catch slips such as milliseconds for seconds.
constexpr Rule kSeconds{0, 604'800};
constexpr Rule kRetries{0, 100};
constexpr Rule kPath{0, 0, nullptr, true};

Wrong check_upstream_url(std::string& text) {
  auto url = parse_upstream_url(text);
  if (!url) return url.error();
  text = url->text;
  return std::nullopt;
}

Wrong check_host(std::string& text) {
  const bool bad = std::any_of(text.begin(), text.end(), [](char c) {
    return c <= 0x20 || c >= 0x7f || c == '/' || c == '@';
  });
  if (text.empty() || bad) return "expected an address or a host name";
  return std::nullopt;
}

/// A part of a host's name or path: nothing in it may end one.
Wrong check_part(std::string& text) {
  const bool bad = std::any_of(text.begin(), text.end(), [](char c) {
    return !is_letter(c) && !is_digit(c) && c != '-' && c != '_' && c != '.' && c != ':';
  });
  if (text.empty() || bad || text.front() == '.') {
    return "expected letters, digits, '-', '_', '.' and ':'";
  }
  return std::nullopt;
}

Wrong check_label(std::string& text) {
  const bool bad = std::any_of(text.begin(), text.end(),
                               [](char c) { return !is_letter(c) && !is_digit(c) && c != '-'; });
  if (text.empty() || bad) return "expected letters, digits and '-'";
  return std::nullopt;
}

Wrong check_profile(std::string& text) {
  return text.empty() ? std::nullopt : check_label(text);
}

Wrong check_signing_host(std::string& text) {
  return text.find(':') == std::string::npos ? check_part(text) : check_host(text);
}

/// As the Host header has it, its port aside. An IPv6 address has more than one colon.
Wrong check_host_name(std::string& text) {
  const bool has_port = std::count(text.begin(), text.end(), ':') == 1;
  if (text.empty() || has_port || text.find_first_of("/@?# ") != std::string::npos) {
    return "expected a host name without scheme, port or path";
  }
  return std::nullopt;
}

Wrong check_date(std::string& text) {
  constexpr std::string_view kForm = "0000-00-00";
  const auto fits = [](char c, char form) {
    return form == '0' ? c >= '0' && c <= '9' : c == form;
  };
  if (!std::equal(text.begin(), text.end(), kForm.begin(), kForm.end(), fits)) {
    return "expected a date such as 2023-06-01";
  }
  return std::nullopt;
}

Wrong check_version(std::string& text) {
  const bool bad = std::any_of(text.begin(), text.end(), [](char c) {
    return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '.' &&
           c != '-' && c != '+';
  });
  if (text.empty() || bad) return "expected a version such as 2.1.330";
  return std::nullopt;
}

}  // namespace

std::vector<Setting> settings_of(Settings& s) {
  return {
      {"upstream", &s.upstream},
      {"upstream_url", &s.upstream_url, {0, 0, check_upstream_url}},
      {"region", &s.region, {0, 0, check_label}},
      {"project", &s.project, {0, 0, check_part}},
      {"workspace", &s.workspace, {0, 0, check_part}},
      {"resource", &s.resource, {0, 0, check_label}},
      {"bedrock.endpoint", &s.bedrock.endpoint},
      {"bedrock.profile", &s.bedrock.profile, {0, 0, check_profile}},
      {"host", &s.host, {0, 0, check_host}},
      {"port", &s.port, {0, 65'535}},
      {"api_key_file", &s.api_key_file, kPath},
      {"api_key_command", &s.api_key_command},
      {"auth_token_file", &s.auth_token_file, kPath},
      {"auth_token_command", &s.auth_token_command},
      {"aws_credentials_command", &s.aws_credentials_command},
      {"aws_signing_host", &s.aws_signing_host, {0, 0, check_signing_host}},
      {"client_headers", &s.client_headers},
      {"headers", &s.headers},
      {"anthropic_version", &s.anthropic_version, {0, 0, check_date}},
      {"model", &s.model},
      {"models_from", &s.models_from},
      {"models", &s.models},
      {"on_lossy", &s.on_lossy},
      {"prompt_cache", &s.prompt_cache},
      {"retry", &s.retry, kRetries},
      {"timeouts.connect", &s.timeouts.connect, kSeconds},
      {"timeouts.first_byte", &s.timeouts.first_byte, kSeconds},
      {"timeouts.idle", &s.timeouts.idle, kSeconds},
      {"timeouts.total", &s.timeouts.total, kSeconds},
      {"proxy", &s.proxy},
      {"cacert", &s.cacert, kPath},
      {"allow_insecure_upstream", &s.allow_insecure_upstream},
      {"claude_cli_version", &s.claude_cli_version, {0, 0, check_version}},
      {"convert.max_tokens", &s.convert.max_tokens, {1, 1'000'000'000}},
      {"convert.reasoning", &s.convert.reasoning},
      {"convert.continue_paused", &s.convert.continue_paused, {0, 100}},
      {"convert.web_search", &s.convert.web_search},
      {"convert.echo_model", &s.convert.echo_model},
      {"convert.names", &s.convert.names},
      {"half_price.poll", &s.half_price.poll, kSeconds},
      {"half_price.settle", &s.half_price.settle, kSeconds},
      {"serve.client_key", &s.serve.client_key},
      {"serve.auth_file", &s.serve.auth_file, kPath},
      {"serve.retry", &s.serve.retry, kRetries},
      {"serve.cors", &s.serve.cors, {0, 0, check_origin_pattern}},
      {"serve.allowed_hosts", &s.serve.allowed_hosts, {0, 0, check_host_name}},
      {"serve.max_connections", &s.serve.max_connections, {1, 1'000'000}},
      {"serve.threads", &s.serve.threads, {1, 256}},
      {"serve.drain", &s.serve.drain, kSeconds},
      {"serve.drain_delay", &s.serve.drain_delay, kSeconds},
      {"serve.idle_timeout", &s.serve.idle_timeout, kSeconds},
      {"serve.log_level", &s.serve.log_level},
      {"serve.log_format", &s.serve.log_format},
      {"serve.metrics", &s.serve.metrics},
      {"serve.page", &s.serve.page},
      {"serve.page_bodies", &s.serve.page_bodies},
      {"serve.remember", &s.serve.remember},
  };
}

const std::vector<SettingVariable>& setting_variables() {
  static const std::vector<SettingVariable> table = {
      {"ANTHROPIC_CUSTOM_HEADERS", "headers"},
      {"ANTHROPIC_MODEL", "model"},
      {"PROXX_MODEL", "model"},
      {"PROXX_UPSTREAM", "upstream"},
      {"PROXX_PORT", "port"},
      {"PROXX_HOST", "host"},
  };
  return table;
}

}  // namespace proxx
