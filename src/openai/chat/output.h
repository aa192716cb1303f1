#pragma once
#include <memory>

#include "answer/events.h"
#include "answer/frame.h"
#include "openai/chat/answer_options.h"
#include "openai/converted_request.h"

namespace proxx::openai {

/// The output that writes a chat answer in `form`. Only a stream uses `frame`.
[[nodiscard]] std::unique_ptr<answer::Output> make_chat_output(AnswerForm form,
                                                               const AnswerOptions& options,
                                                               answer::Frame frame = {});

}  // namespace proxx::openai
