#include "anthropic/host.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"

namespace proxx {
namespace {

constexpr HostFeatures kAll;
constexpr HostFeatures kMantle{.structured_outputs = false,
                               .strict_tools = false,
                               .url_sources = false,
                               .server_tools = false};
constexpr HostFeatures kRuntime{.structured_outputs = false,
                                .strict_tools = false,
                                .url_sources = false,
                                .server_tools = false,
                                .any_user_id = false};
constexpr HostFeatures kVertex{
    .url_sources = false, .automatic_cache = false, .old_web_search_only = true};

constexpr std::array kHosts = {
    Host{.kind = HostKind::anthropic,
         .name = "anthropic",
         .title = "Anthropic",
         .url = "https://api.anthropic.com",
         .prefix = ""},
    Host{.kind = HostKind::aws,
         .name = "aws",
         .title = "Claude Platform on AWS",
         .url = "https://aws-external-anthropic.{region}.api.aws",
         .prefix = "",
         .sigv4_service = "aws-external-anthropic",
         .takes_region = true,
         .takes_workspace = true,
         .sends_workspace = true},
    Host{.kind = HostKind::google,
         .name = "google",
         .title = "Claude on Google Cloud",
         .url = "https://claude.googleapis.com",
         .prefix = "/v1/projects/{project}/locations/{region}/workspaces/{workspace}/invoke",
         .takes_keys = false,
         .takes_project = true,
         .takes_workspace = true},
    Host{.kind = HostKind::bedrock,
         .name = "bedrock",
         .title = "Bedrock",
         .url = "https://bedrock-runtime.{region}.amazonaws.com",
         .prefix = "/anthropic",
         .names = HostNames::bedrock_profile,
         .sigv4_service = "bedrock",
         .takes_region = true,
         .has_batches = false,
         .has_models = false,
         .has_count_tokens = false,
         .plain_headers = true,
         .max_body_mb = 20,
         .features = kRuntime},
    Host{.kind = HostKind::bedrock,
         .name = "bedrock",
         .title = "Bedrock",
         .url = "https://bedrock-mantle.{region}.api.aws",
         .prefix = "/anthropic",
         .names = HostNames::bedrock_bare,
         .sigv4_service = "bedrock-mantle",
         .takes_region = true,
         .has_batches = false,
         .has_models = false,
         .plain_headers = true,
         .max_body_mb = 20,
         .features = kMantle},
    Host{.kind = HostKind::vertex,
         .name = "vertex",
         .title = "Vertex",
         .url = "",
         .prefix = "",
         .model_in_path = true,
         .names = HostNames::vertex,
         .takes_keys = false,
         .takes_project = true,
         .has_batches = false,
         .has_models = false,
         .plain_headers = true,
         .max_body_mb = 30,
         .features = kVertex},
    Host{.kind = HostKind::foundry,
         .name = "foundry",
         .title = "Foundry",
         .url = "https://{resource}.services.ai.azure.com",
         .prefix = "/anthropic",
         .takes_resource = true,
         .has_batches = false,
         .has_models = false,
         .plain_headers = true,
         .features = kAll}};

/// Models whose hosted names carry a date or a version.
struct DatedName {
  std::string_view name;
  std::string_view date;    ///< "" where other hosts use none, too
  std::string_view suffix;  ///< behind the date on Bedrock's runtime
};
constexpr DatedName kDated[] = {{"claude-opus-4-5", "20251101", "-v1:0"},
                                {"claude-haiku-4-5", "20251001", "-v1:0"},
                                {"claude-sonnet-4-5", "20250929", "-v1:0"},
                                {"claude-opus-4-6", "", "-v1"}};
constexpr size_t kDateDigits = 8;

void replace(std::string& text, std::string_view name, std::string_view value) {
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
    text.replace(at, name.size(), value);
    at += value.size();
  }
}

std::string filled(std::string_view form, const HostTarget& target) {
  std::string out(form);
  replace(out, "{region}", target.region);
  replace(out, "{project}", target.project);
  replace(out, "{workspace}", target.workspace);
  replace(out, "{resource}", target.resource);
  return out;
}

std::string vertex_url(std::string_view region) {
  std::string out = "https://";
  if (region == "global") return out + "aiplatform.googleapis.com";
  if (region == "us" || region == "eu") {
    return out.append("aiplatform.").append(region).append(".rep.googleapis.com");
  }
  return out.append(region).append("-aiplatform.googleapis.com");
}

bool is_bare(std::string_view name) {
  return name.starts_with("claude-") && name.find_first_of(".:/@[") == std::string_view::npos;
}

struct Parts {
  std::string name;
  std::string date;
  std::string suffix;
};

/// A bare name without its date, and the date of a model that has one.
Parts parts_of(std::string_view name) {
  Parts out{std::string(name), {}, {}};
  const size_t hyphen = name.rfind('-');
  const std::string_view last = name.substr(hyphen + 1);
  if (last.size() == kDateDigits && std::all_of(last.begin(), last.end(), is_digit)) {
    out.name = name.substr(0, hyphen);
    out.date = last;
  }
  for (const DatedName& row : kDated) {
    if (row.name != out.name) continue;
    if (out.date.empty()) out.date = row.date;
    out.suffix = row.suffix;
  }
  return out;
}

}  // namespace

const Host& host_of(HostKind kind, BedrockEndpoint endpoint) {
  const bool mantle = kind == HostKind::bedrock && endpoint == BedrockEndpoint::mantle;
  const auto* const row = std::find_if(kHosts.begin(), kHosts.end(),
                                       [kind](const Host& host) { return host.kind == kind; });
  return mantle ? *(row + 1) : *row;
}

const Host& anthropic_host() {
  return kHosts.front();
}

std::string host_url(const HostTarget& target) {
  return target.host->url.empty() ? vertex_url(target.region) : filled(target.host->url, target);
}

std::string host_prefix(const HostTarget& target) {
  return filled(target.host->prefix, target);
}

std::string hosted_name(const HostTarget& target, std::string_view name) {
  if (target.host->names == HostNames::plain || !is_bare(name)) return std::string(name);
  const Parts parts = parts_of(name);
  const auto dated = [&parts](std::string_view separator) {
    return parts.date.empty() ? parts.name : parts.name + std::string(separator) + parts.date;
  };
  switch (target.host->names) {
    case HostNames::plain:
      break;
    case HostNames::bedrock_bare:
      return "anthropic." + parts.name;
    case HostNames::bedrock_profile: {
      const std::string profile = target.profile.empty() ? "" : target.profile + ".";
      return profile + "anthropic." + dated("-") + parts.suffix;
    }
    case HostNames::vertex:
      return dated("@");
  }
  return std::string(name);
}

}  // namespace proxx
