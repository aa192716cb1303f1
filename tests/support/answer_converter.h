#pragma once
#include <memory>
#include <string>
#include <utility>

#include "answer/converter.h"
#include "answer/text_as_call.h"
#include "openai/chat/output.h"

namespace proxx::test {

/// What a converter of a chat answer is made with.
struct ConverterOptions : AnswerOptions {
  bool waits_on_pause = false;
  std::string text_is_call_of;  ///< see ConvertedRequest
};

inline AnswerConverter make_converter(AnswerForm form, const ConverterOptions& options) {
  std::unique_ptr<answer::Output> output = openai::make_chat_output(form, options);
  if (!options.text_is_call_of.empty()) {
    output = answer::text_as_call(options.text_is_call_of, std::move(output));
  }
  return AnswerConverter(std::move(output),
                         options.waits_on_pause ? answer::OnPause::wait : answer::OnPause::end);
}

}  // namespace proxx::test
