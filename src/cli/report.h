#pragma once
#include <chrono>
#include <string>

#include "answer/facts.h"
#include "anthropic/models.h"
#include "base/notices.h"
#include "base/result.h"
#include "exchange/exchange.h"

// The lines about a request that the request commands write to stderr.

namespace proxx::cli {

/// `PARAM: MESSAGE`, or the message alone.
[[nodiscard]] std::string describe(const Error& error);
/// The flag of `proxx ask` that wrote the field of a request; other fields stay as they are.
[[nodiscard]] std::string flag_of_field(const std::string& field);
/// The error with that flag instead of its field.
[[nodiscard]] Error in_flag_words(Error error);
/// Reports the error. Returns its exit code.
int report(const Error& error);

/// Writes `dropped seed: reason` for each notice, unless they are to be ignored.
void report_notices(const Notices& notices, OnLossy on_lossy, bool quiet);
/// `retrying in 0.5 s: ...`
void report_retry(std::chrono::milliseconds delay, const Error& error);
/// Says that an answer in text was cut off, and by what. `in_words`: the request was made of flags.
[[nodiscard]] std::string cut_off_text(answer::StopReason reason, bool in_words);
/// `120 in, 100 cached, 45 out, 20 reasoning`; leaves out zeros.
[[nodiscard]] std::string tokens_text(const AnswerFacts& facts);
/// The line of --usage: tokens, cost where the price is known, seconds.
[[nodiscard]] std::string usage_line(const AnswerFacts& facts, const ExchangeTimes& times,
                                     const Model* model);

}  // namespace proxx::cli
