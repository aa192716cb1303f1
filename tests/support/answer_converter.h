#pragma once
#include "answer/converter.h"
#include "openai/chat/output.h"

namespace proxx::test {

/// What a converter of a chat answer is made with.
struct ConverterOptions : AnswerOptions {
  bool waits_on_pause = false;
};

inline AnswerConverter make_converter(AnswerForm form, const ConverterOptions& options) {
  return AnswerConverter(openai::make_chat_output(form, options),
                         options.waits_on_pause ? answer::OnPause::wait : answer::OnPause::end);
}

}  // namespace proxx::test
