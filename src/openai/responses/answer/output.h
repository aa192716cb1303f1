#pragma once
#include <memory>

#include "answer/events.h"
#include "answer/frame.h"
#include "openai/converted_request.h"
#include "openai/responses/answer/answer_options.h"

namespace proxx::openai::responses {

/// The output of an answer in its form. Shares the options: they may be long.
std::unique_ptr<answer::Output> make_output(AnswerForm form,
                                            std::shared_ptr<const AnswerOptions> options,
                                            answer::Frame frame, UnixClock clock);

}  // namespace proxx::openai::responses
