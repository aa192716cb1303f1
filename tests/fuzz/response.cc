// Any bytes in the place of a whole message: what the client gets is sound in every form, and is
// what the same message gives as the one event of a stream. A message that is taken is JSON.
//
// Input: a byte of options (client_stream.h), then the body.

#include "base/utf8.h"
#include "client_stream.h"
#include "fuzz.h"
#include "json/reader.h"

namespace proxx::fuzz {
namespace {

/// An event's data of several lines.
std::string data_lines(std::string_view text) {
  std::string out = "data: ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "data: ";
  }
  return out + "\n\n";
}

void check(AnswerForm form, const test::ConverterOptions& options, std::string_view body) {
  const Run run = run_message(form, options, body);
  expect_sound(form, run);
  const bool has_bom = body.substr(0, 3) == "\xEF\xBB\xBF";
  if (!run.complete || has_bom) return;
  expect(is_json(utf8::repaired(body)), "a message is JSON");

  if (body.find('\r') != std::string_view::npos) return;  // would come back as LF
  const std::string start =
      data_lines(R"({"type":"message_start","message":)" + std::string(body) + "}");
  const Run streamed =
      run_events(form, options, {start + data_lines(R"({"type":"message_stop"})")});
  if (streamed.error && streamed.error->message.find("nesting") != std::string::npos) return;
  expect(streamed.complete || streamed.paused, "the same message as an event is taken", body);
  if (streamed.complete) expect(streamed.out == run.out, "and gives the same", run.out);
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proxx;
  fuzz::Choices choices(data, size);
  const test::ConverterOptions options = fuzz::answer_options(choices.byte());
  const std::string_view body = choices.rest();
  for (const AnswerForm form : {AnswerForm::stream, AnswerForm::whole, AnswerForm::text}) {
    fuzz::check(form, options, body);
  }
  return 0;
}
