#pragma once
#include "upstream/headers.h"
#include "upstream/provider.h"

namespace proxx {

/// Anthropic's own API, and every server that speaks it: paths and bodies pass unchanged, the key
/// goes as x-api-key or Bearer token, streams come as server-sent events.
class AnthropicProvider final : public Provider {
 public:
  /// `held` are the secrets of the process that a call's own credential does not contain: its keys,
  /// the values of secret configured headers. They are masked in every answer.
  explicit AnthropicProvider(HeaderOptions options = {}, Secrets held = {})
      : options_(std::move(options)), held_(std::move(held)) {}

  /// Never fails.
  [[nodiscard]] Result<UpstreamRequest> prepare(ProviderCall call) const override;
  [[nodiscard]] Result<BodyKind> body_kind(const UpstreamHead& head) const override;

 private:
  HeaderOptions options_;
  Secrets held_;
};

}  // namespace proxx
