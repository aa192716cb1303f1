#include "mock/host.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/secret_text.h"
#include "json/text.h"
#include "json/writer.h"
#include "mock/check.h"

namespace proxx::mock {
namespace {

constexpr std::array<std::string_view, 6> kHosts = {"aws",    "google", "bedrock",
                                                    "mantle", "vertex", "foundry"};
constexpr std::string_view kSigned = "AWS4-HMAC-SHA256";
constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kVertexModels = "/publishers/anthropic/models/";

const char* google_status(int status) {
  if (status == 401) return "UNAUTHENTICATED";
  if (status == 403) return "PERMISSION_DENIED";
  if (status == 404) return "NOT_FOUND";
  return status == 429 ? "RESOURCE_EXHAUSTED" : "INVALID_ARGUMENT";
}

/// What is sent as a key or token.
std::string token_of(const http::Request& request) {
  for (const char* name : {"x-api-key", "api-key"}) {
    if (const auto key = request.header(name)) return std::string(*key);
  }
  std::string_view value = request.header("authorization").value_or("");
  if (value.starts_with(kBearer)) value.remove_prefix(kBearer.size());
  return std::string(value);
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

/// A model's name as Anthropic has it, of one as a host has it.
std::string plain_name(std::string name) {
  if (const size_t vendor = name.find("anthropic."); vendor != std::string::npos) {
    name.erase(0, vendor + 10);
  }
  for (const char* suffix : {"-v1:0", "-v1"}) {
    if (name.ends_with(suffix)) name.resize(name.size() - std::string_view(suffix).size());
  }
  std::replace(name.begin(), name.end(), '@', '-');
  return name;
}

/// A string member, "" if there is none.
std::string text(const Json& value, const char* name) {
  return std::string(Place{&value, {}}.text(name));
}

/// Whether the upstream would have to fetch a source.
bool has_url_source(const Json& value) {
  if (value.is_object() && value.contains("source") && text(value["source"], "type") == "url") {
    return true;
  }
  return value.is_structured() && std::any_of(value.begin(), value.end(), [](const Json& each) {
           return has_url_source(each);
         });
}

bool has_strict_tool(const Json& body) {
  if (!body.contains("tools") || !body["tools"].is_array()) return false;
  return std::any_of(body["tools"].begin(), body["tools"].end(),
                     [](const Json& tool) { return tool.is_object() && tool.contains("strict"); });
}

}  // namespace

Result<Host> Host::make(HostOptions options) {
  if (!options.as.empty() && std::find(kHosts.begin(), kHosts.end(), options.as) == kHosts.end()) {
    return err(ErrorKind::usage,
               "--as: expected aws, google, bedrock, mantle, vertex or foundry, got '" +
                   without_secrets(options.as) + "'");
  }
  return Host(std::move(options));
}

Answer Host::refuse(int status, const std::string& message, uint64_t number) const {
  std::string body;
  json::Writer w(body);
  if (is_amazon()) {
    w.begin_object().key("message").string(message).end_object();
  } else if (is("vertex") || is("google")) {
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
  return out;
}

std::optional<Answer> Host::admit(http::Request& request, uint64_t number) {
  streams_ = request.target.find(":streamRawPredict") != std::string::npos;
  path_model_.clear();
  if (auto bad = check_credential(request, number)) return bad;
  if (auto bad = take_path(request, number)) return bad;
  if (auto bad = take_body(request, number)) return bad;
  remove_headers(request.headers, {"Authorization", "authorization", "x-amz-"});
  set_header(request, "x-api-key", "admitted");
  return std::nullopt;
}

std::optional<Answer> Host::check_credential(const http::Request& request, uint64_t number) {
  const std::string_view authorization = request.header("authorization").value_or("");
  std::string token = token_of(request);
  if (token.empty()) return refuse(is_amazon() ? 403 : 401, "Missing Authentication Token", number);
  // Of Anthropic's own keys none may leave for another host.
  if (token.starts_with("sk-ant-")) return refuse(401, "this is a key of another host", number);
  if (authorization.starts_with(kSigned)) {
    if (!is_amazon()) return refuse(401, "signatures are not taken here", number);
    const char* service = is("aws") ? "aws-external-anthropic" : "bedrock";
    const auto wrong =
        check_signature(request, options_.aws, is("mantle") ? "bedrock-mantle" : service,
                        static_cast<int64_t>(std::time(nullptr)));
    if (wrong) return refuse(403, *wrong, number);
    token = request.header("x-amz-security-token").value_or(options_.aws.access_key_id);
  } else if ((is("vertex") || is("google")) && !authorization.starts_with(kBearer)) {
    return refuse(401, "Request had invalid authentication credentials.", number);
  } else if (!options_.token.empty() && token != options_.token) {
    return refuse(is_amazon() ? 403 : 401, "The security token included in the request is invalid",
                  number);
  }
  const auto now = std::chrono::steady_clock::now();
  const auto first = first_seen_.emplace(token, now).first->second;
  if (options_.token_life.count() > 0 && now - first > options_.token_life) {
    const bool forbidden = is("bedrock") || is("mantle");
    return refuse(forbidden ? 403 : 401,
                  is_amazon() ? "The security token included in the request is expired"
                              : "Request had invalid authentication credentials.",
                  number);
  }
  return std::nullopt;
}

std::optional<Answer> Host::take_path(http::Request& request, uint64_t number) {
  std::string& target = request.target;
  if (is("aws")) {
    if (!request.header("anthropic-workspace-id")) {
      return answer_error(api_error(400, "anthropic-workspace-id: header is required"), number);
    }
    return std::nullopt;
  }
  size_t end = std::string::npos;
  if (is("vertex")) {
    end = target.find(kVertexModels);
    const size_t verb = target.rfind(':');
    const bool predicts = target.ends_with(":rawPredict") || streams_;
    if (!target.starts_with("/v1/projects/") || end == std::string::npos || !predicts) {
      return refuse(404, "Not found", number);
    }
    path_model_ = target.substr(end + kVertexModels.size(), verb - end - kVertexModels.size());
    target = path_model_ == "count-tokens" ? "/v1/messages/count_tokens" : "/v1/messages";
    set_header(request, "anthropic-version", "2023-06-01");
    return std::nullopt;
  }
  if (is("google")) {
    const std::string_view last = "/invoke";
    end = target.starts_with("/v1/projects/") ? target.find(last) : end;
    if (end != std::string::npos) end += last.size();
  } else if (target.starts_with("/anthropic/")) {
    end = std::string_view("/anthropic").size();
  }
  if (end == std::string::npos) return refuse(404, "Not found", number);
  target.erase(0, end);
  const bool counts = target.starts_with("/v1/messages/count_tokens");
  const bool known = target.starts_with("/v1/messages") && (!counts || !is("bedrock"));
  if (is_amazon() && (!known || target.starts_with("/v1/messages/batches"))) {
    return refuse(404, "UnknownOperationException", number);
  }
  return std::nullopt;
}

std::optional<Answer> Host::take_body(http::Request& request, uint64_t number) const {
  if (request.method != "POST") return std::nullopt;
  // What is no JSON, or too deep, is for the rules to refuse.
  if (!json::is_valid(request.body)) return std::nullopt;
  Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) return std::nullopt;
  const auto bad = [&](int status, const std::string& message) {
    return answer_error(api_error(status, message), number);
  };
  if (is("vertex")) {
    const bool counts = path_model_ == "count-tokens";
    if (text(body, "anthropic_version") != "vertex-2023-10-16") {
      return bad(400, "anthropic_version: Field required");
    }
    if (!counts && body.contains("model")) {
      return bad(400, "model: Extra inputs are not permitted");
    }
    if (Place{&body, {}}.is_true("stream") != streams_) {
      return bad(400, "stream: does not fit the method");
    }
    body.erase("anthropic_version");
    if (!counts) body["model"] = path_model_;
    if (body.contains("cache_control")) {
      return bad(400, "cache_control: Extra inputs are not permitted");
    }
  }
  if (!body.contains("model") || !body["model"].is_string()) return std::nullopt;
  const std::string model = body["model"];
  if (is("bedrock") && (model.find('.') == std::string::npos || model.starts_with("anthropic.")) &&
      !model.starts_with("arn:")) {
    return bad(400, "Invocation of model ID " + model +
                        " with on-demand throughput isn\xe2\x80\x99t supported. Retry your request "
                        "with the ID or ARN of an inference profile that contains this model.");
  }
  if (is("mantle") && !model.starts_with("anthropic.")) {
    return bad(404, "The model '" + model + "' does not exist");
  }
  if (is("bedrock") || is("mantle")) {
    if (has_strict_tool(body))
      return bad(400, "tools.0.custom.strict: Extra inputs are not permitted");
    if (body.contains("output_config") && body["output_config"].contains("format")) {
      return bad(400, "output_config.format: Extra inputs are not permitted");
    }
  }
  if (!is("aws") && !is("google") && !is("foundry") && has_url_source(body)) {
    return bad(400, "messages: URL sources are not supported");
  }
  // A deployment may have any name.
  const bool deployed = is("foundry") && find_model(model) == nullptr;
  body["model"] = deployed ? "claude-mock-" + model : plain_name(model);
  request.body = body.dump();
  return std::nullopt;
}

void Host::shape(Answer& answer) const {
  if (is_anthropic() || is("aws") || is("google")) return;
  remove_headers(answer.headers, {"anthropic-ratelimit-"});
  for (auto& [name, value] : answer.headers) {
    if (name == "request-id" && is("bedrock")) name = "x-amzn-requestid";
    if (name == "request-id" && is("foundry")) name = "apim-request-id";
  }
  if (is("vertex")) remove_headers(answer.headers, {"request-id"});
}

}  // namespace proxx::mock
