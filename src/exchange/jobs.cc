#include "exchange/jobs.h"

#include <exception>
#include <utility>

#include "anthropic/batch.h"
#include "exchange/protocols.h"

namespace proxx {

Error internal_error() {
  Error error;
  error.kind = ErrorKind::internal;
  error.message = "internal error";
  return error;
}

void RequestJob::run() noexcept {
  try {
    result = convert_request(body, protocol, options);
    if (!counts_tokens || !result) return;
    result->body = anthropic::countable_part(result->body);
    result->stream = false;
    result->continue_paused = 0;
  } catch (const std::exception&) {
    result = err(internal_error());
  }
}

void PrepareJob::run() noexcept {
  try {
    result = provider->prepare(std::move(call));
  } catch (const std::exception&) {
    result = err(internal_error());
  }
}

void AnswerJob::run() noexcept {
  try {
    status =
        is_message ? converter.feed_message(bytes, output) : converter.feed_events(bytes, output);
  } catch (const std::exception&) {
    status = err(internal_error());
  }
}

}  // namespace proxx
