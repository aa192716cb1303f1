#pragma once
#include <optional>
#include <utility>

#include "upstream/provider.h"

namespace proxx::test {

/// An upstream of another kind: the path is its own, `error` refuses every call, and each 200 is
/// read as `kind`.
class FakeProvider final : public Provider {
 public:
  std::optional<Error> error;
  BodyKind kind = BodyKind::events;

  [[nodiscard]] Result<UpstreamRequest> prepare(ProviderCall call) const override {
    if (error) return tl::unexpected<Error>(*error);
    UpstreamRequest request;
    request.method = std::move(call.method);
    request.path = "/hosted" + call.path;
    request.headers = {{"x-retries", std::to_string(call.headers.retries_done)}};
    request.body = "<" + call.body + ">";
    request.secrets = {call.credential.api_key};
    return request;
  }
  [[nodiscard]] Result<BodyKind> body_kind(const UpstreamHead& head) const override {
    return head.status == 200 ? kind : BodyKind::error;
  }

  static Error refusal() {
    return err(ErrorKind::invalid_request, "this upstream has no such endpoint").value();
  }
};

}  // namespace proxx::test
