#pragma once
#include <string>
#include <string_view>

#include "anthropic/host.h"
#include "base/result.h"

namespace proxx {

/// A Messages body as a host takes it.
struct HostedBody {
  std::string json;
  std::string model;  ///< in the host's form
  bool stream = false;
};

/// Rewrites the body of a message, or of a count of its tokens: the model's name in the host's form
/// and, where it is no part of the body, taken out, with the host's `anthropic_version` in its
/// place. All other bytes stay. Errors: `invalid_request` for a body that is no object or names no
/// model.
[[nodiscard]] Result<HostedBody> hosted_body(const HostTarget& target, std::string body,
                                             bool count_tokens);

}  // namespace proxx
