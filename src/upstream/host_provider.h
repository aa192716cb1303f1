#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "anthropic/host.h"
#include "upstream/headers.h"
#include "upstream/provider.h"

namespace proxx {

/// Claude at a host that is not Anthropic's own: the row of anthropic/host.h says what differs in
/// path, body, names, headers and credential.
class HostProvider final : public Provider {
 public:
  using Clock = std::function<int64_t()>;  ///< Unix seconds

  /// `base_url` is that of the engine, whose host and prefix are signed; with a signing host it is
  /// that one, and its own prefix. `held` as AnthropicProvider has it.
  HostProvider(HostTarget target, std::string base_url, HeaderOptions options = {},
               Secrets held = {}, Clock now = {});

  /// Errors: an endpoint or a body that the host does not take; what hosted_body() refuses.
  [[nodiscard]] Result<UpstreamRequest> prepare(ProviderCall call) const override;
  /// The body's, if it is rewritten or signed: 1 ms a MiB for either, 2.5 to sign without SHA-NI.
  [[nodiscard]] size_t bytes_to_read(const ProviderCall& call) const override;
  [[nodiscard]] Result<BodyKind> body_kind(const UpstreamHead& head) const override;
  /// Corrects the clock that requests are signed by, where the refusal shows that it is wrong.
  [[nodiscard]] Refusal judge(const UpstreamHead& head, std::string_view body) const override;
  void explain(Error& error) const override;

 private:
  [[nodiscard]] Status rewrite(ProviderCall& call) const;
  [[nodiscard]] HeaderList headers_of(const ProviderCall& call) const;
  [[nodiscard]] int64_t now() const;

  HostTarget target_;
  std::string prefix_;  ///< of the signed path
  std::string signing_host_;
  HeaderOptions options_;
  Secrets held_;
  Clock clock_;
  /// What AWS's clock is ahead of ours, in seconds; of all loops that share the provider.
  mutable std::atomic<int64_t> clock_ahead_s_{0};
};

/// The provider of a target: AnthropicProvider for Anthropic's own API.
[[nodiscard]] std::unique_ptr<Provider> make_provider(const HostTarget& target,
                                                      const std::string& base_url,
                                                      HeaderOptions options, Secrets held);

}  // namespace proxx
