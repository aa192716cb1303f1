#pragma once
#include <string>
#include <string_view>

namespace proxx::mock {

/// An error as the Messages API answers it (docs/protocol.md 3).
struct ApiError {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string message;
};

/// The error of a status, with the upstream's type and a plausible message.
[[nodiscard]] ApiError api_error(int status);
[[nodiscard]] ApiError api_error(int status, std::string message);

/// `{"type":"error","error":{"type","message"},"request_id":...}`
[[nodiscard]] std::string error_body(const ApiError& error, std::string_view request_id);

}  // namespace proxx::mock
