#pragma once
#include <string>

#include "base/result.h"
#include "upstream/upstream.h"

namespace proxx {

/// How the body of an upstream's answer is read.
enum class BodyKind {
  events,   ///< server-sent events, converted as they come
  message,  ///< one JSON message, converted when it is whole
  error,    ///< of another status than 200: only its message is read
};

/// A 200 is read by its content-type; a 4xx or 5xx is an `error`, as is JSON of another 2xx.
/// Errors: `upstream_redirect`, `upstream_protocol` for another 2xx, `upstream_bad_content_type`
/// for another type or a coding.
[[nodiscard]] Result<BodyKind> body_kind_by_content_type(const UpstreamHead& head);

/// The content-type without its parameters, in lower case; "" if there is none.
[[nodiscard]] std::string media_type(const HeaderList& headers);

}  // namespace proxx
