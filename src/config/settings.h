#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "anthropic/host.h"
#include "base/notices.h"
#include "config/model_entry.h"
#include "openai/names.h"
#include "openai/reasoning_fields.h"

namespace proxx {

enum class ClientHeaders { claude_code, plain };
enum class ModelsFrom { table, upstream };
/// `asked`: only where the client asks for it, in the words of its API.
enum class PromptCache { off, asked, automatic };
enum class ClientKey { forward, ignore };
enum class LogLevel { error, warn, info, debug };
enum class LogFormat { text, json };

/// Written with a unit, `32MiB`.
struct ByteCount {
  int64_t bytes = 0;
};

/// The configuration, key by key as proxx.yaml(5) has it, with its defaults. What a key is
/// called, may hold and looks like in YAML is settings_table.h; an empty string or list is `~`.
struct Settings {
  /// Zero is no limit.
  struct Timeouts {
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds first_byte{600'000};
    std::chrono::milliseconds idle{120'000};
    std::chrono::milliseconds total{0};
  };
  struct Convert {
    std::optional<int64_t> max_tokens;  ///< nothing: the model's limit
    ReasoningFields reasoning;
    int continue_paused = 5;
    bool web_search = false;
    bool echo_model = false;
    Names names = Names::drop;
  };
  struct Bedrock {
    BedrockEndpoint endpoint = BedrockEndpoint::runtime;
    std::string profile = "global";  ///< written before bare model names, for runtime
  };
  struct HalfPrice {
    std::chrono::milliseconds poll{30'000};     ///< the first wait for a batch to end
    std::chrono::milliseconds settle{180'000};  ///< the search for a batch that may exist
  };
  struct Serve {
    ClientKey client_key = ClientKey::forward;
    std::string auth_file;
    int retry = 0;
    std::vector<std::string> cors;
    std::vector<std::string> allowed_hosts;
    int max_connections = 1024;
    int threads = 1;
    std::chrono::milliseconds drain{30'000};
    std::chrono::milliseconds drain_delay{0};
    std::chrono::milliseconds idle_timeout{75'000};  ///< zero is no limit
    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::text;
    bool metrics = false;
    std::optional<bool> page;  ///< nothing: where the server listens on loopback
    bool page_bodies = false;
    ByteCount remember{int64_t{32} << 20};  ///< for responses that clients refer to; also of bridge
  };

  HostKind upstream = HostKind::anthropic;
  /// The host's own once settings are loaded, unless set. `mock`, or scheme://host[:port][/prefix]
  /// as parse_upstream_url() leaves it.
  std::string upstream_url = "https://api.anthropic.com";
  std::string region;
  std::string project;
  std::string workspace;
  std::string resource;
  Bedrock bedrock;
  std::string host = "127.0.0.1";
  int port = 8080;
  std::string api_key_file;                  ///< excludes api_key_command
  std::vector<std::string> api_key_command;  ///< argv, run without a shell
  std::string auth_token_file;               ///< of these sources one at most
  std::vector<std::string> auth_token_command;
  std::vector<std::string> aws_credentials_command;
  std::string aws_signing_host;  ///< "" is the URL's
  ClientHeaders client_headers = ClientHeaders::claude_code;
  /// Names compare without case and stand once; checked by check_header().
  std::vector<std::pair<std::string, std::string>> headers;
  std::string anthropic_version = "2023-06-01";
  std::string model = "claude-sonnet-5-5";
  ModelsFrom models_from = ModelsFrom::table;
  std::vector<ModelEntry> models;
  OnLossy on_lossy = OnLossy::warn;
  PromptCache prompt_cache = PromptCache::asked;
  int retry = 2;
  Timeouts timeouts;
  std::string proxy;
  std::string cacert;
  bool allow_insecure_upstream = false;
  std::string claude_cli_version = "2.1.330";
  Convert convert;
  HalfPrice half_price;
  Serve serve;
};

}  // namespace proxx
