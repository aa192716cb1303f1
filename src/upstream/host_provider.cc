#include "upstream/host_provider.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <tuple>
#include <utility>

#include "anthropic/hosted_body.h"
#include "base/ascii.h"
#include "upstream/anthropic_provider.h"
#include "upstream/sigv4.h"

namespace proxx {
namespace {

constexpr std::string_view kMessages = "/v1/messages";
constexpr std::string_view kCount = "/v1/messages/count_tokens";
constexpr std::string_view kBatches = "/v1/messages/batches";
constexpr std::string_view kModels = "/v1/models";
constexpr size_t kMegabyte = 1'000'000;
/// AWS takes five minutes; a clock that is nearer than this is not what it refuses.
constexpr int64_t kClockSkewSeconds = 240;

tl::unexpected<Error> lacks(const Host& host, std::string_view what) {
  return err(ErrorKind::invalid_request, std::string(host.title) + " has no " + std::string(what));
}

std::string_view without_query(std::string_view path) {
  return path.substr(0, path.find('?'));
}

std::string vertex_path(const HostTarget& target, const HostedBody& body, bool count) {
  std::string out = "/v1/projects/" + target.project + "/locations/" + target.region +
                    "/publishers/anthropic/models/";
  if (count) return out + "count-tokens:rawPredict";
  return out + percent_encoded(body.model, "@") +
         (body.stream ? ":streamRawPredict" : ":rawPredict");
}

/// Host and path of `scheme://host[:port][/prefix]`; a port that is the scheme's own is not sent.
std::pair<std::string, std::string> parts_of_url(std::string_view url) {
  const size_t scheme = url.find("://");
  const bool tls = url.starts_with("https");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const size_t slash = std::min(url.find('/'), url.size());
  std::string_view host = url.substr(0, slash);
  const std::string_view own_port = tls ? ":443" : ":80";
  if (host.ends_with(own_port)) host.remove_suffix(own_port.size());
  return {std::string(host), std::string(url.substr(slash))};
}

bool says(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

int64_t system_clock() {
  return static_cast<int64_t>(std::time(nullptr));
}

}  // namespace

HostProvider::HostProvider(HostTarget target, std::string base_url, HeaderOptions options,
                           Secrets held, Clock now)
    : target_(std::move(target)),
      options_(std::move(options)),
      held_(std::move(held)),
      clock_(now ? std::move(now) : system_clock) {
  std::tie(signing_host_, prefix_) = parts_of_url(base_url);
  if (target_.signing_host.empty()) return;
  // That host gets its own path, whatever stands before it at the gateway.
  signing_host_ = target_.signing_host;
  prefix_ = host_prefix(target_);
}

Result<UpstreamRequest> HostProvider::prepare(ProviderCall call) const {
  PROXX_TRY(rewrite(call));
  UpstreamRequest request;
  request.method = std::move(call.method);
  request.path = std::move(call.path);
  request.headers = headers_of(call);
  request.body = std::move(call.body);
  request.secrets = secrets_of_call(call.credential, held_);
  const AwsCredentials& aws = call.credential.aws;
  if (aws.empty()) return request;
  const std::string path = std::exchange(request.path, prefix_ + request.path);
  sign(request, signing_host_, aws, {target_.region, target_.host->sigv4_service}, now());
  request.path = path;
  return request;
}

size_t HostProvider::bytes_to_read(const ProviderCall& call) const {
  const bool reads = target_.host->names != HostNames::plain || !call.credential.aws.empty();
  return reads ? call.body.size() : 0;
}

Status HostProvider::rewrite(ProviderCall& call) const {
  const Host& host = *target_.host;
  const std::string_view path = without_query(call.path);
  const bool count = path == kCount;
  if (path.starts_with(kBatches) && !host.has_batches) return lacks(host, "Message Batches");
  if (path.starts_with(kModels) && !host.has_models) return lacks(host, "list of models");
  if (count && !host.has_count_tokens) return lacks(host, "count_tokens at its runtime endpoint");
  if (call.body.size() > host.max_body_mb * kMegabyte) {
    return err(ErrorKind::request_too_large,
               std::string(host.title) + " takes bodies of " + std::to_string(host.max_body_mb) +
                   " MB at most; this one has " + std::to_string(call.body.size()) + " bytes");
  }
  const bool message = count || path == kMessages;
  if (!message || host.names == HostNames::plain) return {};
  PROXX_ASSIGN(HostedBody body, hosted_body(target_, std::move(call.body), count));
  if (host.model_in_path) call.path = vertex_path(target_, body, count);
  call.body = std::move(body.json);
  return {};
}

HeaderList HostProvider::headers_of(const ProviderCall& call) const {
  HeaderList headers = upstream_headers(options_, call.credential, call.headers);
  if (target_.host->model_in_path) {
    std::erase_if(headers,
                  [](const auto& field) { return same_word(field.first, "anthropic-version"); });
  }
  if (target_.host->sends_workspace && !target_.workspace.empty() &&
      !find_header(headers, "anthropic-workspace-id")) {
    headers.emplace_back("anthropic-workspace-id", target_.workspace);
  }
  return headers;
}

Result<BodyKind> HostProvider::body_kind(const UpstreamHead& head) const {
  return body_kind_by_content_type(head);
}

Refusal HostProvider::judge(const UpstreamHead& head, std::string_view body) const {
  const std::string_view type = find_header(head.headers, "x-amzn-errortype").value_or("");
  const bool about_time = says(body, "Signature expired") ||
                          says(body, "Signature not yet current") ||
                          says(type, "RequestTimeTooSkewed") || says(body, "RequestTimeTooSkewed");
  if (head.status != 403 || target_.host->sigv4_service.empty() || !about_time) {
    return Provider::judge(head, body);
  }
  const std::string date(find_header(head.headers, "date").value_or(""));
  const time_t theirs = curl_getdate(date.c_str(), nullptr);
  if (theirs == -1 || std::abs(static_cast<int64_t>(theirs) - now()) < kClockSkewSeconds) {
    return Refusal::none;
  }
  clock_ahead_s_ = static_cast<int64_t>(theirs) - clock_();
  return Refusal::corrected;
}

void HostProvider::explain(Error& error) const {
  if (error.kind != ErrorKind::upstream_status) return;
  const HostNames names = target_.host->names;
  if (names == HostNames::bedrock_profile && says(error.message, "on-demand throughput")) {
    error.message += " (use an inference profile such as global.anthropic.claude-opus-4-8)";
  } else if (names == HostNames::bedrock_bare && error.http_status == 404) {
    error.message += " (mantle takes anthropic.NAME without a prefix)";
  }
}

int64_t HostProvider::now() const {
  return clock_() + clock_ahead_s_;
}

std::unique_ptr<Provider> make_provider(const HostTarget& target, const std::string& base_url,
                                        HeaderOptions options, Secrets held) {
  if (target.host->kind == HostKind::anthropic) {
    return std::make_unique<AnthropicProvider>(std::move(options), std::move(held));
  }
  return std::make_unique<HostProvider>(target, base_url, std::move(options), std::move(held));
}

}  // namespace proxx
