#include <algorithm>
#include <utility>

#include "anthropic/error.h"
#include "base/utf8.h"
#include "openai/error.h"

// Anthropic's errors in OpenAI's words: docs/protocol.md 3; docs/mapping-chat.md 6.9.

namespace proxx {
namespace {

/// Bytes of the longest message passed on to clients, logs and terminals.
constexpr size_t kMaxMessageBytes = 4096;
constexpr size_t kMaxPlainTextCharacters = 200;
constexpr size_t kMaxParamBytes = 200;

struct UpstreamRow {
  int status;
  std::string_view type;  ///< Anthropic's
  bool type_decides;      ///< false: other statuses use the type too, so the status decides
  int shown_status;
  const char* shown_type;
  const char* shown_code;
  bool shows_error_code;  ///< details.error_code replaces a null code
};

constexpr const char* kInvalid = "invalid_request_error";
constexpr const char* kQuota = "insufficient_quota";
constexpr const char* kServer = "server_error";

constexpr UpstreamRow kRows[] = {
    {400, "invalid_request_error", false, 400, kInvalid, nullptr, true},
    {401, "authentication_error", true, 401, kInvalid, "invalid_api_key", false},
    // Not 429: clients that look at the status would retry.
    {402, "billing_error", true, 402, kQuota, kQuota, false},
    {403, "permission_error", true, 403, "permission_error", nullptr, true},
    {404, "not_found_error", true, 404, kInvalid, "not_found", false},
    {409, "conflict_error", true, 409, "conflict_error", nullptr, false},
    {413, "request_too_large", true, 413, kInvalid, "request_too_large", false},
    {429, "rate_limit_error", true, 429, "rate_limit_error", "rate_limit_exceeded", false},
    {500, "api_error", false, 500, kServer, nullptr, false},
    {504, "timeout_error", true, 504, kServer, "timeout", false},
    {529, "overloaded_error", true, 503, kServer, "overloaded", false},
    // OpenAI's own word, of gateways; with a status of its own that decides.
    {402, kQuota, false, 402, kQuota, kQuota, false},
};
constexpr UpstreamRow kOtherClientError = {0, "", false, 0, kInvalid, nullptr, false};
constexpr UpstreamRow kOtherServerError = {0, "", false, 502, kServer, nullptr, false};

const UpstreamRow& row_of(int status, std::string_view type) {
  const bool only_type = status == 0;
  for (const UpstreamRow& row : kRows) {
    if (row.type == type && (row.type_decides || only_type)) return row;
  }
  for (const UpstreamRow& row : kRows) {
    if (row.status == status) return row;
  }
  return status >= 400 && status < 500 ? kOtherClientError : kOtherServerError;
}

int shown_status(int status) {
  if (status == 529) return 503;
  const bool standard =
      (status >= 400 && status < 500) || (status >= 500 && status <= 511 && status != 509);
  return standard ? status : 502;
}

/// Cuts a text to `max_bytes`, never inside a character.
std::string shortened(std::string text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while ((static_cast<unsigned char>(text[max_bytes]) & 0xC0) == 0x80) --max_bytes;
  text.resize(max_bytes);
  return text + "...";
}

/// The path that `messages.3.content.0: ...` begins with, or "".
std::string leading_path(std::string_view message) {
  constexpr std::string_view kPathCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$[]";
  const size_t end = message.find_first_not_of(kPathCharacters);
  const bool is_path = end != std::string_view::npos && end > 0 && end <= kMaxParamBytes &&
                       message.substr(end, 2) == ": " && message[0] >= 'a' && message[0] <= 'z';
  return is_path ? std::string(message.substr(0, end)) : std::string();
}

/// The first characters of `text` without control characters.
std::string plain_excerpt(std::string_view text) {
  const std::string repaired = utf8::repaired(text.substr(0, kMaxPlainTextCharacters * 8));
  std::string_view rest = repaired;
  std::string excerpt;
  for (size_t count = 0; count < kMaxPlainTextCharacters && !rest.empty();) {
    const std::string_view character = rest.substr(0, utf8::sequence_length(rest));
    rest.remove_prefix(character.size());
    const auto first = static_cast<unsigned char>(character[0]);
    const bool c0 = first < 0x20 || first == 0x7F;
    const bool c1 = first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
    if (c0 || c1) continue;
    excerpt.append(character);
    ++count;
  }
  return excerpt;
}

bool is_media_type(std::string_view content_type, std::string_view wanted) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; "));
  return std::equal(type.begin(), type.end(), wanted.begin(), wanted.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

/// The message for an answer without one.
std::string status_message(int status, std::string_view content_type, std::string_view body) {
  std::string message = "upstream answered " + std::to_string(status);
  if (body.empty()) return message + " without a body";
  const std::string shown_type = plain_excerpt(content_type);
  message += " with " + (shown_type.empty() ? "a body of unknown type" : shown_type);
  if (is_media_type(content_type, "text/plain")) message += ": " + plain_excerpt(body);
  return message;
}

/// Sets Error.type always, Error.code where the kind has no such code.
Error make_error(ErrorKind kind, int status, std::string_view type, std::string_view error_code,
                 std::string message) {
  const UpstreamRow& row = row_of(status, type);
  Error error;
  error.kind = kind;
  error.http_status = status == 0 ? row.shown_status : shown_status(status);
  error.type = row.shown_type;
  if (row.shown_code != nullptr) {
    error.code = row.shown_code;
  } else if (row.shows_error_code) {
    error.code = shortened(std::string(error_code), kMaxParamBytes);
  }
  error.message = shortened(std::move(message), kMaxMessageBytes);
  if (error.type == kInvalid) error.param = leading_path(error.message);

  if (row.status == 400 && error.message.find("prompt is too long") != std::string::npos) {
    error.code = "context_length_exceeded";
  }
  if (row.status == 404 && error.message.rfind("model:", 0) == 0) {
    error.code = "model_not_found";
    error.param = "model";
  }
  if (row.status == 429 && (error_code == "enforced_spend_limit_reached" ||
                            error_code == "contract_spend_limit_reached")) {
    error.type = kQuota;
    error.code = kQuota;
  }
  return error;
}

}  // namespace

Error upstream_status_error(int status, std::string_view content_type, std::string_view body) {
  anthropic::ApiError error = anthropic::decode_error_body(body);
  if (status >= 200 && status < 300) {
    if (error.message.empty()) {
      return {ErrorKind::upstream_protocol,
              "upstream answered " + std::to_string(status) + "; expected 200"};
    }
    return make_error(ErrorKind::upstream_error_event, 0, error.type, error.error_code,
                      std::move(error.message));
  }
  if (error.message.empty()) error.message = status_message(status, content_type, body);
  return make_error(ErrorKind::upstream_status, status, error.type, error.error_code,
                    std::move(error.message));
}

Error in_openai_words(Error error) {
  if (error.kind != ErrorKind::upstream_error_event || error.http_status != 0) return error;
  return make_error(error.kind, 0, error.type, error.code, std::move(error.message));
}

bool refuses_thinking(const Error& error) {
  if (error.http_status != 400) return false;
  const auto has = [&error](const char* part) {
    return error.message.find(part) != std::string::npos;
  };
  return has("thinking") && (has("bound to a different conversation") ||
                             has("cannot be modified") || has("signature"));
}

}  // namespace proxx
