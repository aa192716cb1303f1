#pragma once
#include <string>

#include "base/result.h"
#include "upstream/upstream.h"

namespace proxx {

/// What the body behind an upstream answer's head is.
enum class BodyKind { events, message, error };

/// Of a 200 it is told by the content-type, of a 4xx or 5xx it is `error`. What cannot be an answer
/// fails: a redirect with `upstream_redirect`, another 2xx with `upstream_protocol`, a body of any
/// other type or coding with `upstream_bad_content_type`.
[[nodiscard]] Result<BodyKind> body_kind(const UpstreamHead& head);

/// The content-type without its parameters, in lower case; "" if there is none.
[[nodiscard]] std::string media_type(const HeaderList& headers);

}  // namespace proxx
