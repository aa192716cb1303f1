#pragma once
#include <string_view>

#include "base/result.h"
#include "json/reader.h"
#include "openai/protocol.h"

// The APIs that clients may speak.

namespace proxx {

/// The protocol of an endpoint, `/v1/chat/completions`; null if no protocol has it.
[[nodiscard]] const Protocol* protocol_of_path(std::string_view path);
/// The protocol that --api names; null if there is none.
[[nodiscard]] const Protocol* protocol_named(std::string_view name);

/// Converts a client's JSON. Without a `protocol` the body tells which API it speaks. Errors: as
/// Protocol::convert; no JSON, or no object; a body of two APIs at once.
Result<ConvertedRequest> convert_request(std::string_view json, const Protocol* protocol,
                                         const RequestOptions& options);

}  // namespace proxx
