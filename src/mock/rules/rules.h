#pragma once
#include <optional>
#include <string_view>

#include "http/server.h"
#include "mock/api_error.h"

// What the real upstream would refuse, by rules of the mock's own from docs/protocol.md 1, 4.

namespace proxx::mock {

enum class Endpoint { messages, count_tokens };

/// Key, version and beta headers. Errors: 401, 400.
[[nodiscard]] std::optional<ApiError> check_headers(const http::HeaderList& headers);

/// All that is wrong with a request is told one thing at a time, as upstream does: headers, then
/// shape, then the model's own limits, then the conversation. Messages begin with the field's path.
[[nodiscard]] std::optional<ApiError> check_request(std::string_view body,
                                                    const http::HeaderList& headers,
                                                    Endpoint endpoint = Endpoint::messages);

}  // namespace proxx::mock
