#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Where Claude is hosted. Every host speaks the Messages API; a row holds how it differs. Constants
// and pure functions over text.

namespace proxx {

/// The words of the key `upstream`.
enum class HostKind : uint8_t { anthropic, aws, google, bedrock, vertex, foundry };
/// The words of the key `bedrock.endpoint`.
enum class BedrockEndpoint : uint8_t { runtime, mantle };

/// How a host wants models named where the user wrote a bare name.
enum class HostNames : uint8_t { plain, bedrock_profile, bedrock_bare, vertex };

/// What a host takes of a request.
struct HostFeatures {
  bool structured_outputs = true;    ///< `output_config.format`
  bool strict_tools = true;          ///< `strict` of a tool
  bool url_sources = true;           ///< images and documents that the upstream fetches
  bool automatic_cache = true;       ///< `cache_control` of the whole request
  bool server_tools = true;          ///< tools that the upstream runs
  bool old_web_search_only = false;  ///< of these only web_search_20250305
  bool any_user_id = true;           ///< else what AWS takes as a label
};

struct Host {
  HostKind kind;
  std::string_view name;       ///< as `upstream` has it
  std::string_view title;      ///< in messages
  std::string_view url;        ///< with {region} and {resource}; "" where host_url() decides
  std::string_view prefix;     ///< path before `/v1`, with {project}, {region} and {workspace}
  bool model_in_path = false;  ///< vertex: out of the body, beside its version in the body
  HostNames names = HostNames::plain;
  std::string_view sigv4_service = {};  ///< "" where requests are not signed
  bool takes_keys = true;               ///< in x-api-key; else every credential is a Bearer token
  bool takes_region = false;
  bool takes_project = false;
  bool takes_workspace = false;
  bool takes_resource = false;
  bool sends_workspace = false;  ///< in a header of its own
  bool has_batches = true;
  bool has_models = true;
  bool has_count_tokens = true;
  bool plain_headers = false;  ///< `client_headers` is `plain` unless it is set
  size_t max_body_mb = 32;     ///< of 10^6 bytes
  HostFeatures features = {};
};

/// The row of an `upstream`; `endpoint` counts for bedrock only.
[[nodiscard]] const Host& host_of(HostKind kind, BedrockEndpoint endpoint);
/// Anthropic's own API.
[[nodiscard]] const Host& anthropic_host();

/// A host, and what it wants to know of the user.
struct HostTarget {
  const Host* host = &anthropic_host();
  std::string region;
  std::string project;
  std::string workspace;
  std::string resource;
  std::string profile = "global";  ///< bedrock: written before bare names
  std::string signing_host;        ///< the `host` that is signed
};

/// Scheme and host of the target's own URL, without prefix.
[[nodiscard]] std::string host_url(const HostTarget& target);
/// The path before `/v1`; "" for none.
[[nodiscard]] std::string host_prefix(const HostTarget& target);

/// `name` as the host has it: a bare `claude-...` in the host's own form, every other name as it
/// is.
[[nodiscard]] std::string hosted_name(const HostTarget& target, std::string_view name);

}  // namespace proxx
