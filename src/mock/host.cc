#include "mock/host.h"

#include <algorithm>
#include <ctime>

#include "base/date.h"
#include "base/secret_text.h"
#include "json/text.h"
#include "json/writer.h"
#include "mock/rules/check.h"

namespace proxx::mock {
namespace {

constexpr std::string_view kSigned = "AWS4-HMAC-SHA256";
constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kVertexModels = "/publishers/anthropic/models/";
constexpr const char* kNoGoogleToken = "Request had invalid authentication credentials.";

const char* google_status(int status) {
  if (status == 401) return "UNAUTHENTICATED";
  if (status == 403) return "PERMISSION_DENIED";
  if (status == 404) return "NOT_FOUND";
  return status == 429 ? "RESOURCE_EXHAUSTED" : "INVALID_ARGUMENT";
}

void set_header(http::Request& request, std::string_view name, std::string value) {
  request.headers.emplace_back(name, std::move(value));
}

void remove_headers(http::HeaderList& headers, std::initializer_list<std::string_view> prefixes) {
  std::erase_if(headers, [&prefixes](const auto& field) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&field](std::string_view prefix) {
      return field.first.starts_with(prefix);
    });
  });
}

void replace(std::string& text, std::string_view what, std::string_view by) {
  if (const size_t at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
}

}  // namespace

Host::Host(HostOptions options)
    : options_(std::move(options)), rules_(find_host_rules(options_.as)) {}

Result<Host> Host::make(HostOptions options) {
  if (!options.as.empty() && find_host_rules(options.as) == nullptr) {
    return err(ErrorKind::usage,
               "--as: expected aws, google, bedrock, mantle, vertex or foundry, got '" +
                   without_secrets(options.as) + "'");
  }
  return Host(std::move(options));
}

int64_t Host::now() const {
  return static_cast<int64_t>(std::time(nullptr)) + options_.clock_ahead.count();
}

Answer Host::refuse(int status, const std::string& message, uint64_t number,
                    const char* type) const {
  std::string body;
  json::Writer w(body);
  if (is_amazon()) {
    w.begin_object().key("message").string(message).end_object();
  } else if (is_google()) {
    if (streams_) w.begin_array();
    w.begin_object().key("error").begin_object().key("code").integer(status);
    w.key("message").string(message).key("status").string(google_status(status));
    w.end_object().end_object();
    if (streams_) w.end_array();
  } else {
    return answer_error(api_error(status, message), number);
  }
  Answer out = answer_json(std::move(body), number);
  out.status = status;
  if (is_amazon() && *type != '\0') out.headers.emplace_back("x-amzn-errortype", type);
  return out;
}

std::optional<Answer> Host::admit(http::Request& request, uint64_t number) {
  streams_ = request.target.find(":streamRawPredict") != std::string::npos;
  path_model_.clear();
  if (auto bad = check_credential(request, number)) return bad;
  if (auto bad = take_path(request, number)) return bad;
  if (rules_->max_body_bytes != 0 && request.body.size() > rules_->max_body_bytes) {
    return refuse(413, "Request body is too large", number, "ValidationException");
  }
  const bool counts = request.target.starts_with("/v1/messages/count_tokens");
  const std::string_view betas = request.header("anthropic-beta").value_or("");
  if (auto bad = check_hosted_betas(*rules_, betas, counts)) return answer_error(*bad, number);
  if (auto bad = take_body(request, number)) return bad;
  remove_headers(request.headers, {"Authorization", "authorization", "x-amz-"});
  set_header(request, "x-api-key", "admitted");
  return std::nullopt;
}

std::optional<Answer> Host::check_credential(const http::Request& request, uint64_t number) {
  const std::string_view authorization = request.header("authorization").value_or("");
  if (authorization.starts_with(kSigned)) {
    const char* service = is("aws") ? "aws-external-anthropic" : "bedrock";
    if (!is_amazon()) return refuse(401, "signatures are not taken here", number);
    if (const auto wrong = check_signature(request, options_.aws,
                                           is("mantle") ? "bedrock-mantle" : service, now())) {
      return refuse(403, *wrong, number, "InvalidSignatureException");
    }
    return check_life(
        std::string(request.header("x-amz-security-token").value_or(options_.aws.access_key_id)),
        number);
  }
  std::string_view token;
  if (authorization.starts_with(kBearer)) token = authorization.substr(kBearer.size());
  if (is_google() && token.empty()) return refuse(401, kNoGoogleToken, number);
  if (!is_google()) token = request.header("x-api-key").value_or(token);
  if (is("foundry")) token = request.header("api-key").value_or(token);
  if (token.empty()) {
    return refuse(is_amazon() ? 403 : 401, "Missing Authentication Token", number,
                  "MissingAuthenticationTokenException");
  }
  // Of Anthropic's own keys none may leave for another host.
  if (token.starts_with("sk-ant-")) return refuse(401, "this is a key of another host", number);
  if (!options_.token.empty() && token != options_.token) {
    if (!is_amazon()) return refuse(401, kNoGoogleToken, number);
    return refuse(403, "The security token included in the request is invalid", number,
                  "UnrecognizedClientException");
  }
  return check_life(std::string(token), number);
}

std::optional<Answer> Host::check_life(const std::string& token, uint64_t number) {
  const auto now = std::chrono::steady_clock::now();
  const auto first = first_seen_.emplace(token, now).first->second;
  if (options_.token_life.count() == 0 || now - first <= options_.token_life) return std::nullopt;
  if (!is_amazon()) return refuse(401, kNoGoogleToken, number);
  return refuse(is("aws") ? 401 : 403, "The security token included in the request is expired",
                number, "ExpiredTokenException");
}

std::optional<Answer> Host::take_vertex_path(http::Request& request, uint64_t number) {
  std::string& target = request.target;
  const size_t models = target.find(kVertexModels);
  const size_t verb = target.rfind(':');
  const bool predicts = target.ends_with(":rawPredict") || streams_;
  if (!target.starts_with("/v1/projects/") || models == std::string::npos || !predicts) {
    return refuse(404, "Not found", number);
  }
  const size_t begin = models + kVertexModels.size();
  path_model_ = target.substr(begin, verb - begin);
  target = path_model_ == "count-tokens" ? "/v1/messages/count_tokens" : "/v1/messages";
  return std::nullopt;
}

std::optional<Answer> Host::take_path(http::Request& request, uint64_t number) {
  std::string& target = request.target;
  if (is("vertex")) return take_vertex_path(request, number);
  size_t prefix = std::string::npos;
  if (is("aws")) {
    prefix = 0;
    if (!request.header("anthropic-workspace-id")) {
      return answer_error(api_error(400, "anthropic-workspace-id: header is required"), number);
    }
  } else if (is("google")) {
    constexpr std::string_view kLast = "/invoke";
    if (target.starts_with("/v1/projects/")) prefix = target.find(kLast);
    if (prefix != std::string::npos) prefix += kLast.size();
  } else if (target.starts_with("/anthropic/")) {
    prefix = std::string_view("/anthropic").size();
  }
  if (prefix == std::string::npos) {
    return refuse(404, "Not found", number, "UnknownOperationException");
  }
  target.erase(0, prefix);
  const bool lacks = (target.starts_with("/v1/messages/batches") && !rules_->has_batches) ||
                     (target.starts_with("/v1/messages/count_tokens") && !rules_->counts_tokens) ||
                     (target.starts_with("/v1/models") && !rules_->has_models);
  if (!lacks) return std::nullopt;
  return refuse(404, is_amazon() ? "UnknownOperationException" : "Not found", number,
                "UnknownOperationException");
}

/// The constant of the documentation, or a version of the API as the SDKs send it.
Verdict Host::take_vertex_body(http::Request& request, Json& body) const {
  const bool counts = path_model_ == "count-tokens";
  const std::string version(Place{&body, {}}.text("anthropic_version"));
  const bool old = version == "vertex-2023-10-16";
  if (!old && version != "2026-10-21") {
    return api_error(400, "anthropic_version: Field required");
  }
  if (!counts && body.contains("model")) {
    return api_error(400, "model: Extra inputs are not permitted");
  }
  if (Place{&body, {}}.is_true("stream") != streams_) {
    return api_error(400, "stream: does not fit the method");
  }
  set_header(request, "anthropic-version", old ? "2023-06-01" : version);
  body.erase("anthropic_version");
  if (!counts) body["model"] = path_model_;
  return {};
}

std::optional<Answer> Host::take_body(http::Request& request, uint64_t number) const {
  const bool message =
      request.target == "/v1/messages" || request.target == "/v1/messages/count_tokens";
  if (request.method != "POST" || !message) return std::nullopt;
  // What is no JSON, or too deep, is for the rules to refuse.
  if (!json::is_valid(request.body)) return std::nullopt;
  Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) return std::nullopt;
  if (is("vertex")) {
    if (auto bad = take_vertex_body(request, body)) return answer_error(*bad, number);
  }
  if (!body.contains("model") || !body["model"].is_string()) return std::nullopt;
  std::string model = body["model"];
  if (auto bad = take_hosted_name(*rules_, model)) {
    if (is("vertex")) return refuse(bad->status, bad->message, number);
    return answer_error(*bad, number);
  }
  if (auto bad = check_hosted(*rules_, body)) return answer_error(*bad, number);
  body["model"] = model;
  request.body = body.dump();
  return std::nullopt;
}

void Host::shape(Answer& answer) const {
  if (options_.clock_ahead.count() != 0) answer.headers.emplace_back("date", http_date(now()));
  if (is_anthropic() || is("aws") || is("google")) return;
  remove_headers(answer.headers, {"anthropic-ratelimit-"});
  std::string id;
  for (auto& [name, value] : answer.headers) {
    if (name != "request-id") continue;
    id = value;
    if (is("bedrock")) name = "x-amzn-requestid";
  }
  if (is("foundry")) answer.headers.emplace_back("apim-request-id", id);
  if (!is("vertex")) return;
  remove_headers(answer.headers, {"request-id"});
  if (answer.pieces.empty()) return;
  replace(answer.pieces.front(), "\"req_mock_", "\"req_vrtx_");
  replace(answer.pieces.front(), "\"msg_mock_", "\"msg_vrtx_");
}

}  // namespace proxx::mock
