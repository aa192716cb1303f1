#include "upstream/anthropic_provider.h"

#include <utility>

namespace proxx {

Result<UpstreamRequest> AnthropicProvider::prepare(ProviderCall call) const {
  UpstreamRequest request;
  request.method = std::move(call.method);
  request.path = std::move(call.path);
  request.headers = upstream_headers(options_, call.credential, call.headers);
  request.body = std::move(call.body);
  request.secrets = secrets_of_call(call.credential, held_);
  return request;
}

Result<BodyKind> AnthropicProvider::body_kind(const UpstreamHead& head) const {
  return body_kind_by_content_type(head);
}

}  // namespace proxx
