// Any bytes from upstream, cut anywhere, give the client the same bytes: whole frames of valid
// JSON. Nothing looks complete unless a message_stop was among them (docs/faults.md U23 to U27). A
// paused turn takes another answer, or ends.
//
// Input: a byte of options (client_stream.h), then the stream.

#include "answer/converter.h"
#include "base/utf8.h"
#include "client_stream.h"
#include "fuzz.h"
#include "json/reader.h"
#include "openai/error.h"
#include "sse_reference.h"

namespace proxx::fuzz {
namespace {

bool is_message_stop(const std::string& data) {
  json::Document event;
  return event.parse(utf8::repaired(data), {.allow_lone_surrogates = true}) &&
         event.root().get("type").equals("message_stop");
}

bool has_message_stop(std::string_view stream) {
  const SseContent content = read_sse(std::string(stream));
  for (const std::string& data : content.events) {
    if (is_message_stop(data)) return true;
  }
  return content.unended && is_message_stop(*content.unended);
}

/// The same answer again for the paused turn, then the end whatever comes.
void continue_paused(AnswerForm form, const test::ConverterOptions& options,
                     const std::string& stream) {
  Run run;
  AnswerConverter converter = test::make_converter(form, options);
  Status status;
  for (int turn = 0; turn < 3 && status; ++turn) {
    status = converter.feed_events(stream, run.out);
    if (status) status = converter.finish(run.out);
    if (!converter.paused()) break;
    run.paused_content = converter.paused_content();
    if (turn < 2) converter.resume();
  }
  if (status && converter.paused()) converter.end_paused(run.out);
  if (!status) run.error = in_openai_words(status.error());
  run.complete = converter.complete();
  expect_sound(form, run);
}

void check(AnswerForm form, const test::ConverterOptions& options, std::string_view stream) {
  const std::vector<Pieces> cuts = both_cuts(stream);
  const Run whole = run_events(form, options, cuts.front());
  expect_sound(form, whole);
  if (whole.complete || whole.paused) {
    expect(has_message_stop(stream), "complete only by message_stop", whole.out);
  }
  for (const Pieces& pieces : cuts) {
    expect(run_events(form, options, pieces).same_as(whole), "the same wherever it is cut",
           whole.out);
  }
  if (whole.paused) continue_paused(form, options, cuts.front().front());
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proxx;
  fuzz::Choices choices(data, size);
  const test::ConverterOptions options = fuzz::answer_options(choices.byte());
  const std::string_view stream = choices.rest();
  for (const AnswerForm form : {AnswerForm::stream, AnswerForm::whole, AnswerForm::text}) {
    fuzz::check(form, options, stream);
  }
  return 0;
}
