#include "exchange/attempt.h"

#include <algorithm>
#include <random>
#include <utility>

#include "answer/converter.h"
#include "anthropic/error.h"
#include "exchange/answer_headers.h"
#include "openai/error.h"
#include "upstream/retry.h"

namespace proxx {
namespace {

/// An error's body is only read for its message.
constexpr size_t kMaxErrorBodyBytes = size_t{64} << 10;

double random_fraction() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

Status Attempt::take_head(UpstreamHead upstream_head, const Provider& provider,
                          int64_t now_unix_s) {
  head = std::move(upstream_head);
  client_headers = proxx::client_headers(head.headers, now_unix_s);
  request_id = upstream_request_id(head.headers);
  PROXX_ASSIGN(kind, provider.body_kind(head));
  return {};
}

Status Attempt::gather(std::string_view bytes) {
  if (kind == BodyKind::error) {
    body.append(bytes.substr(0, kMaxErrorBodyBytes - body.size()));
    return {};
  }
  if (bytes.size() > kMaxMessageBytes - body.size()) return err(message_too_large());
  body.append(bytes);
  return {};
}

Error Attempt::status_error() {
  mask(secrets, body);  // whole: its message is cut
  if (request_id.empty()) {
    request_id = anthropic::request_id_in(body);
    if (!request_id.empty()) client_headers.emplace_back("x-request-id", request_id);
  }
  Error error = upstream_status_error(head.status, media_type(head.headers), body);
  mask_error(error);
  constexpr std::string_view kModel = "model: ";
  if (error.code == "model_not_found" && error.message.starts_with(kModel)) {
    error.message = "the upstream knows no model '" + error.message.substr(kModel.size()) +
                    "' (404); see proxx models, or name it under models: in config.yaml";
  }
  return error;
}

void Attempt::mask_error(Error& error) const {
  for (std::string* const text : {&error.message, &error.param, &error.code}) {
    mask_whole(secrets, *text);
  }
}

std::optional<std::chrono::milliseconds> Attempt::retry_delay_after(const Error& error,
                                                                    int retries_done,
                                                                    int max_retries,
                                                                    int64_t now_unix_s) const {
  FailedTry failed = failed_try(error, head.headers);
  failed.retries_done = retries_done;
  failed.now_unix_s = now_unix_s;
  failed.random = random_fraction();
  return retry_delay(failed, max_retries);
}

void Attempt::tell_requested_delay(Error& error, int64_t now_unix_s) const {
  const auto asked = requested_delay(head.headers, now_unix_s);
  if (!asked || *asked <= kMaxRetryAfter) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*asked).count();
  error.message += " (the upstream asks to wait " + std::to_string(seconds) + " s)";
}

}  // namespace proxx
