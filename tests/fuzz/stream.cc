// A stream of events that make sense gives the client what it says, to the byte: content, calls,
// reasoning, finish_reason, usage; as chunks, as a completion, and the same as the whole message
// would have. Of events that do not make sense, what is given is sound, wherever it is cut.
//
// Input: a byte of options (client_stream.h), then the choices of the storyteller.

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "client_stream.h"
#include "fuzz.h"
#include "storyteller.h"
#include "unit/core/answer_fold.h"

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

void expect_told(const Json& completion, const Told& told, const AnswerOptions& options) {
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

void expect_told_alike(const Run& chunks, const Run& completion, const Told& told,
                       const AnswerOptions& options) {
  expect(completion.complete, "a whole stream gives a whole answer");
  const Json whole = Json::parse(completion.out);
  expect_told(whole, told, options);
  expect_told(test::completion_of_chunks(chunks.out), told, options);
  const Run of_message = run_message(AnswerForm::completion, options, told.message);
  expect(of_message.complete, "the message is whole", told.message);
  expect(Json::parse(of_message.out) == whole, "stream and message agree",
         of_message.out + completion.out);
}

/// What one way tells the other does, also of events that make no sense, if they end well. Of these
/// but for the thinking: a client puts entries of one index together, whose block index stands
/// twice.
void expect_forms_agree(const Run& chunks, const Run& completion, bool legal, bool usage) {
  expect(chunks.complete == completion.complete, "complete on every way");
  if (!chunks.complete) return;
  Json folded = test::completion_of_chunks(chunks.out);
  Json whole = Json::parse(completion.out);
  for (Json* const form : {&folded, &whole}) {
    if (legal) break;
    Json& message = form->at("choices").at(0).at("message");
    message.erase("reasoning_details");
    message.erase("thinking_blocks");
  }
  expect(test::comparable(folded, usage) == test::comparable(whole, usage),
         "chunks and completion agree", chunks.out + completion.out);
}

void check(Choices& choices) {
  uint8_t bits = choices.byte();
  Told told;
  const std::string stream = Storyteller(choices).tell(told);
  if (told.legal) bits &= static_cast<uint8_t>(~kOtherOptions);
  const AnswerOptions options = answer_options(bits);

  const std::vector<Pieces> cuts = both_cuts(stream);
  for (const AnswerForm form : {AnswerForm::chunks, AnswerForm::completion, AnswerForm::text}) {
    const Run whole = run_events(form, options, cuts.front());
    expect_sound(form, whole);
    // One form is enough at a time: what is cut is the stream, not the answer.
    if (form == static_cast<AnswerForm>(stream.size() % 3)) {
      expect(run_events(form, options, cuts.back()).same_as(whole), "the same wherever it is cut",
             whole.out);
    }
    if (!told.legal) continue;
    expect(whole.complete == (told.has_stop && !told.has_error), "complete by message_stop only",
           stream);
    if (form != AnswerForm::text || !told.calls.empty() || !whole.complete) continue;
    const bool needs_end = !told.content.empty() && told.content.back() != '\n';
    expect(whole.out == told.content + (needs_end ? "\n" : ""), "the text", whole.out);
  }
  const Run chunks = run_events(AnswerForm::chunks, options, cuts.front());
  const Run completion = run_events(AnswerForm::completion, options, cuts.front());
  expect_forms_agree(chunks, completion, told.legal, options.include_usage);
  if (!told.legal || !told.has_stop || told.has_error) return;
  expect_told_alike(chunks, completion, told, options);
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  proxx::fuzz::expect_doctest_to_abort();
  proxx::fuzz::Choices choices(data, size);
  proxx::fuzz::check(choices);
  return 0;
}
