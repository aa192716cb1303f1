#include "exchange/delivery.h"

#include <utility>

#include "base/release.h"
#include "exchange/answer_headers.h"
#include "openai/error.h"

namespace proxx {

void Delivery::begin(const HeaderList& headers) {
  phase_ = Phase::answering;
  head.headers = headers;
  sink_.begin(head);
  if (head.event_stream) release(head.headers);
}

void Delivery::flush() {
  if (output.empty() || phase_ != Phase::answering) return;
  full_ = !sink_.write(output);
  release(output);
}

void Delivery::keep_alive() {
  if (phase_ == Phase::answering) sink_.keep_alive();
}

void Delivery::finish() {
  phase_ = Phase::over;
  sink_.finish();
}

void Delivery::fail(const Error& error, HeaderList headers) {
  phase_ = Phase::over;
  head.status = http_status_of(error);
  head.headers = std::move(headers);
  add_retry_hints(head.headers, error);
  sink_.fail(head, error);
}

}  // namespace proxx
