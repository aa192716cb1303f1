#pragma once
#include <cstdint>
#include <string>

#include "http/server.h"

namespace proxx::mock {

/// `req_mock_00000001`
[[nodiscard]] std::string request_id(uint64_t number);

/// What every answer carries; a good one also what upstream tells of its rate limits
/// (docs/protocol.md 3).
[[nodiscard]] http::HeaderList answer_headers(std::string content_type, uint64_t number,
                                              bool good = true);

/// `body` as a gzip file, stored without compression.
[[nodiscard]] std::string gzip_stored(const std::string& body);

}  // namespace proxx::mock
