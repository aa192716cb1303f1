#pragma once
#include <optional>
#include <string>
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
/// A word of each protocol, for messages: `chat, completions`.
[[nodiscard]] std::string protocol_list(std::string_view Protocol::*word);

/// Converts a client's JSON. Without a `protocol` the body tells which API it speaks. Errors: as
/// Protocol::convert; no JSON, or no object; a body of two APIs at once.
Result<ConvertedRequest> convert_request(std::string_view json, const Protocol* protocol,
                                         const RequestOptions& options);
/// What ends a stream that failed before it began: the event of its API, or chat's for null.
[[nodiscard]] std::string error_event(const Protocol* protocol, const Error& error);

/// As Protocol::answer_to, for an answer to the Messages request that `options` make of `request`,
/// an object or absent: a forced call that came as text is a call here too.
Result<MakeOutput> answer_to(json::Reader request, const Protocol& protocol,
                             const RequestOptions& options, const AnswerSettings& settings);

}  // namespace proxx
