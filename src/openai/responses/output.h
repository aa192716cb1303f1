#pragma once
#include <memory>

#include "answer/events.h"
#include "answer/frame.h"
#include "openai/converted_request.h"
#include "openai/responses/answer_options.h"

namespace proxx::openai::responses {

/// The output of an answer in its form.
std::unique_ptr<answer::Output> make_output(AnswerForm form, AnswerOptions options,
                                            answer::Frame frame);

}  // namespace proxx::openai::responses
