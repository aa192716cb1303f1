// A stream of events that make sense gives the client what it says, to the byte: content, calls,
// reasoning, finish_reason, usage; as chunks, as a completion, and the same as the whole message
// would have. Of events that do not make sense, what is given is sound, wherever it is cut.
//
// Input: a byte of options (client_stream.h), then the choices of the storyteller.

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "client_stream.h"
#include "fuzz.h"
#include "storyteller.h"
#include "unit/answer/fold.h"

namespace proxx::fuzz {
namespace {

using test::Json;

/// answer_fold.h checks with doctest; there is no test case here to fail.
void expect_doctest_to_abort() {
  static doctest::Context context;
  context.setAssertHandler([](const doctest::AssertData& data) {
    expect(!data.m_failed, data.m_expr, data.m_decomp.c_str());
  });
  context.setAsDefaultForAssertsOutOfTestCases();
}

/// Legacy calls, custom tools and pauses have tests of their own.
constexpr uint8_t kOtherOptions = 2 | 4 | 128;

void expect_told(const Json& completion, const Told& told, const test::ConverterOptions& options) {
  const std::string text = completion.dump();
  const Json& choice = completion.at("choices").at(0);
  const Json& message = choice.at("message");
  const Json& content = message.at("content");
  expect((content.is_null() ? "" : content.get<std::string>()) == told.content, "content", text);
  expect(choice.at("finish_reason") == told.finish_reason, "finish_reason", text);
  const std::string reasoning = message.value("reasoning_content", "");
  const bool shown = options.reasoning.reasoning_content;
  expect(reasoning == (shown ? told.reasoning : ""), "reasoning_content", text);
  const Json calls = message.value("tool_calls", Json::array());
  expect(calls.size() == told.calls.size(), "as many calls", text);
  for (size_t i = 0; i < calls.size(); ++i) {
    expect(calls[i].at("id") == told.calls[i].id, "a call's id", text);
    const Json& function = calls[i].at("function");
    expect(function.at("name") == told.calls[i].name, "a call's name", text);
    expect(function.at("arguments") == told.calls[i].arguments, "a call's arguments", text);
  }
  if (completion.contains("usage")) {
    expect(completion["usage"].at("completion_tokens") == told.output_tokens, "usage", text);
  }
}

/// The thinking of a message that makes no sense: a client puts entries of one index together,
/// whose block index stands twice.
void erase_thinking(Json& completion) {
  Json& message = completion.at("choices").at(0).at("message");
  message.erase("reasoning_details");
  message.erase("thinking_blocks");
}

/// What one way tells the other does, also of events that make no sense, if they end well.
void expect_told_alike(const Run& chunks, const Run& completion, const Told& told,
                       const test::ConverterOptions& options) {
  expect(chunks.complete == completion.complete, "complete on every way");
  if (!chunks.complete) return;
  Json folded = test::completion_of_chunks(chunks.out);
  Json whole = Json::parse(completion.out);
  if (told.legal) {
    expect_told(whole, told, options);
    expect_told(folded, told, options);
    const Run of_message = run_message(AnswerForm::whole, options, told.message);
    expect(of_message.complete, "the message is whole", told.message);
    expect(of_message.out == completion.out || Json::parse(of_message.out) == whole,
           "stream and message agree", of_message.out + completion.out);
  } else {
    erase_thinking(folded);
    erase_thinking(whole);
  }
  expect(test::comparable(std::move(folded), options.include_usage) ==
             test::comparable(std::move(whole), options.include_usage),
         "chunks and completion agree", chunks.out + completion.out);
}

void expect_text(const Run& text, const Told& told) {
  if (!told.calls.empty() || !text.complete) return;
  const bool needs_end = !told.content.empty() && told.content.back() != '\n';
  expect(text.out == told.content + (needs_end ? "\n" : ""), "the text", text.out);
}

void check(Choices& choices) {
  uint8_t bits = choices.byte();
  Told told;
  const std::string stream = Storyteller(choices).tell(told);
  if (told.legal) bits &= static_cast<uint8_t>(~kOtherOptions);
  const test::ConverterOptions options = answer_options(bits);

  const std::vector<Pieces> cuts = both_cuts(stream);
  std::map<AnswerForm, Run> runs;
  for (const AnswerForm form : {AnswerForm::stream, AnswerForm::whole, AnswerForm::text}) {
    const Run& whole = runs[form] = run_events(form, options, cuts.front());
    expect_sound(form, whole);
    if (told.legal) {
      expect(whole.complete == (told.has_stop && !told.has_error), "complete by message_stop only",
             stream);
    }
  }
  // One form is enough at a time: what is cut is the stream, not the answer.
  const auto form = static_cast<AnswerForm>(stream.size() % 3);
  expect(run_events(form, options, cuts.back()).same_as(runs[form]), "the same wherever it is cut",
         runs[form].out);
  if (told.legal) expect_text(runs[AnswerForm::text], told);
  expect_told_alike(runs[AnswerForm::stream], runs[AnswerForm::whole], told, options);
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  proxx::fuzz::expect_doctest_to_abort();
  proxx::fuzz::Choices choices(data, size);
  proxx::fuzz::check(choices);
  return 0;
}
