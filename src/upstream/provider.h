#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "upstream/body_kind.h"
#include "upstream/headers.h"
#include "upstream/upstream.h"

namespace proxx {

/// One call in the terms of Anthropic's own API, whoever hosts it.
struct ProviderCall {
  std::string method = "POST";
  std::string path = "/v1/messages";  ///< with query
  std::string body;                   ///< the API's JSON, `model` and `stream` included; "" for GET
  Credential credential;
  RequestHeaders headers;
};

/// What a refused call can be sent once more for.
enum class Refusal {
  none,        ///< it says nothing against credential or clock
  credential,  ///< with another credential
  corrected,   ///< as it is: what was wrong with it is corrected
};

/// A kind of upstream: how it wants a call written, and how to read its answer. Immutable, so the
/// loops of a process share one. Where the calls go (host, proxy, TLS) is EngineOptions' business.
class Provider {
 public:
  virtual ~Provider() = default;

  /// The call as this upstream takes it: path, body, headers with the credential, and the secrets
  /// to mask in what comes back. Timeouts are left to the caller. Called again for each try, so a
  /// signature is fresh. A provider whose path names the model takes it out of the body. Errors: a
  /// call that this upstream has no endpoint for.
  [[nodiscard]] virtual Result<UpstreamRequest> prepare(ProviderCall call) const = 0;

  /// How many bytes of the call prepare() reads: what it takes is for the caller to place.
  [[nodiscard]] virtual size_t bytes_to_read(const ProviderCall& /*call*/) const { return 0; }

  /// How the body after this head is cut into events. Errors: an answer that cannot be read.
  [[nodiscard]] virtual Result<BodyKind> body_kind(const UpstreamHead& head) const = 0;

  /// What an error answer says against the call. A 401 is about the credential, and a 403 that says
  /// it has expired, whatever our clock says.
  [[nodiscard]] virtual Refusal judge(const UpstreamHead& head, std::string_view body) const;
  /// Adds what helps against an error of this upstream's.
  virtual void explain(Error& /*error*/) const {}
};

}  // namespace proxx
