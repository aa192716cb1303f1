#include "answer/converter.h"

#include <optional>
#include <utility>

#include "answer/state.h"
#include "anthropic/delta_scan.h"
#include "anthropic/error.h"
#include "anthropic/event.h"
#include "anthropic/sse.h"
#include "base/utf8.h"

namespace proxx {
namespace {

/// Reads the upstream's JSON as its JavaScript clients do: bad UTF-8 becomes U+FFFD (as the decoder
/// of event streams makes it), lone surrogates pass.
Status parse_upstream(json::Document& document, std::string_view text) {
  Status status = document.parse_view(text, anthropic::kUpstreamJson);
  if (!status && utf8::find_invalid(text) != std::string_view::npos) {
    status = document.parse(utf8::repaired(text), anthropic::kUpstreamJson);
  }
  if (!status) return err(anthropic::protocol_error(status.error().message));
  return {};
}

}  // namespace

Error message_too_large() {
  return anthropic::protocol_error("the answer is too large: a message of more than " +
                                   std::to_string(kMaxMessageBytes) + " bytes");
}

struct AnswerConverter::Impl {
  Impl(std::unique_ptr<answer::Output> its_output, answer::OnPause on_pause)
      : output(std::move(its_output)), state(*output, on_pause) {}

  Status take_event(std::string_view data, std::string& out) {
    anthropic::ContentBlockDelta delta;
    if (anthropic::scan_delta(data, delta)) return state.apply(delta, out);
    PROXX_TRY(parse_upstream(document, data));
    PROXX_ASSIGN(const anthropic::Event event, anthropic::decode_event(document.root()));
    PROXX_TRY(state.apply(event, out));
    document.clear();  // an open stream must stay small, and few events need the document
    return {};
  }

  Status take_events(std::string_view bytes, std::string& out) {
    sse.feed(bytes);
    for (;;) {
      anthropic::ContentBlockDelta delta;
      if (const size_t size = anthropic::scan_delta_event(sse.unread(), delta)) {
        sse.skip(size);
        PROXX_TRY(state.apply(delta, out));
        continue;
      }
      const auto data = sse.next();
      if (!data) break;
      PROXX_TRY(take_event(*data, out));
      if (at_end()) return {};
    }
    if (sse.too_large()) {
      return err(anthropic::protocol_error("an event of more than " +
                                           std::to_string(kMaxEventBytes) + " bytes"));
    }
    return {};
  }

  Status take_message(std::string_view json, std::string& out) {
    if (json.size() > kMaxMessageBytes) return err(message_too_large());
    PROXX_TRY(parse_upstream(document, json));
    PROXX_ASSIGN(const auto message, anthropic::decode_message(document.root()));
    PROXX_TRY(std::visit([&](const auto& known) { return state.apply(known, out); }, message));
    PROXX_TRY(state.apply(anthropic::MessageStop{}, out));
    document.clear();
    return {};
  }

  Status end(std::string& out) {
    if (const auto last = sse.finish()) {
      // No blank line ended it. It counts if it is whole.
      if (json::is_valid(*last)) PROXX_TRY(take_event(*last, out));
    }
    if (at_end()) return {};
    return err(ErrorKind::upstream_truncated, "the upstream's answer ended before message_stop");
  }

  [[nodiscard]] bool at_end() const { return state.complete() || state.paused(); }

  /// Does nothing after the end of the answer; after an error repeats the error.
  template <class Step>
  Status step(const Step& take) {
    if (error) return err(*error);
    if (at_end()) return {};
    Status status = take();
    if (!status) error = status.error();
    return status;
  }

  std::unique_ptr<answer::Output> output;
  answer::AnswerState state;
  SseParser sse;
  json::Document document;
  std::optional<Error> error;
};

AnswerConverter::AnswerConverter(std::unique_ptr<answer::Output> output, answer::OnPause on_pause)
    : impl_(std::make_unique<Impl>(std::move(output), on_pause)) {}
AnswerConverter::~AnswerConverter() = default;
AnswerConverter::AnswerConverter(AnswerConverter&&) noexcept = default;
AnswerConverter& AnswerConverter::operator=(AnswerConverter&&) noexcept = default;

Status AnswerConverter::feed_events(std::string_view bytes, std::string& out) {
  return impl_->step([&] { return impl_->take_events(bytes, out); });
}

Status AnswerConverter::feed_message(std::string_view json, std::string& out) {
  return impl_->step([&] { return impl_->take_message(json, out); });
}

Status AnswerConverter::finish(std::string& out) {
  return impl_->step([&] { return impl_->end(out); });
}

size_t AnswerConverter::unfinished_bytes() const {
  return impl_->sse.unfinished_bytes();
}

bool AnswerConverter::started() const {
  return impl_->state.started();
}
bool AnswerConverter::turn_started() const {
  return impl_->state.turn_started();
}
bool AnswerConverter::complete() const {
  return impl_->state.complete();
}
const AnswerFacts& AnswerConverter::facts() const {
  return impl_->state.facts();
}
uint64_t AnswerConverter::pings() const {
  return impl_->state.pings();
}
answer::Output& AnswerConverter::output() {
  return *impl_->output;
}

bool AnswerConverter::paused() const {
  return impl_->state.paused();
}

std::string AnswerConverter::paused_content() const {
  return impl_->state.paused_content();
}

void AnswerConverter::resume() {
  impl_->sse = SseParser();
  impl_->error.reset();
  impl_->state.resume();
}

void AnswerConverter::end_paused(std::string& out) {
  impl_->state.end_paused(out);
}

}  // namespace proxx
