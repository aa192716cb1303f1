#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "answer/facts.h"
#include "base/result.h"
#include "openai/responses/answer/answer_options.h"

// The response object, which stands in three events of a stream and is the whole of a JSON answer
// (docs/mapping-responses.md 1.5, 4.6).

namespace proxx::openai::responses {

/// What of the object changes while the answer comes.
struct ResponseState {
  json::RawString id;
  json::RawString model;
  int64_t created_unix_s = 0;
  int64_t ended_unix_s = 0;
  bool is_kept = false;  ///< `store`
};

/// The object while the answer comes: no output and no usage yet.
[[nodiscard]] std::string response_in_progress(const ResponseState& state,
                                               const AnswerOptions& options);

/// The object of an answer that ended. `items` are the output's JSON objects, comma separated.
void append_finished_response(std::string& out, const ResponseState& state,
                              const AnswerOptions& options, std::string_view items,
                              const answer::Stop& stop, const answer::TokenUsage& usage);

/// The object of an answer that broke off.
void append_failed_response(std::string& out, const ResponseState& state,
                            const AnswerOptions& options, std::string_view items,
                            const Error& error);

/// The member of an `error` event.
[[nodiscard]] std::string error_member(const Error& error);

/// `error.code` of a failed response and of the `error` event before it (4.10).
[[nodiscard]] std::string_view failure_code(const Error& error);

}  // namespace proxx::openai::responses
