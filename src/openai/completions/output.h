#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "answer/events.h"
#include "answer/frame.h"
#include "openai/converted_request.h"

namespace proxx::openai::completions {

/// How the answer looks.
struct AnswerOptions {
  bool include_usage = false;  ///< chunks only: a last chunk has `usage`
  std::string shown_model;     ///< shown instead of the upstream's; "" shows that
  int64_t created_unix_s = 0;
};

/// The output that writes an answer as `text_completion` objects: one with a newline, or one for
/// each piece of the text, each in a frame. Reasoning and calls have no place there.
[[nodiscard]] std::unique_ptr<answer::Output> make_output(AnswerForm form,
                                                          const AnswerOptions& options,
                                                          answer::Frame frame);

}  // namespace proxx::openai::completions
