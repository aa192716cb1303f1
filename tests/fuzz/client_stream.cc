#include "client_stream.h"

#include "base/utf8.h"
#include "fuzz.h"
#include "json/reader.h"
#include "openai/error.h"

namespace proxx::fuzz {
namespace {

constexpr json::ParseOptions kClientJson = {.max_depth = 256};
constexpr std::string_view kDone = "[DONE]";

/// The contents of `data: ...\n\n` frames and nothing else.
std::vector<std::string_view> frames_of(std::string_view out) {
  constexpr std::string_view kBegin = "data: ";
  constexpr std::string_view kEnd = "\n\n";
  std::vector<std::string_view> frames;
  while (!out.empty()) {
    const size_t end = out.find(kEnd);
    expect(out.substr(0, kBegin.size()) == kBegin, "a frame begins with data:", out);
    expect(end != std::string_view::npos, "a frame has an end", out);
    frames.push_back(out.substr(kBegin.size(), end - kBegin.size()));
    out.remove_prefix(end + kEnd.size());
  }
  return frames;
}

void expect_sound_chunks(const Run& run) {
  size_t ends = 0;
  size_t done = 0;
  std::string id;
  for (const std::string_view frame : frames_of(run.out)) {
    expect(done == 0, "nothing follows [DONE]", run.out);
    if (frame == kDone) {
      ++done;
      continue;
    }
    json::Document chunk;
    expect(chunk.parse(frame, kClientJson).has_value(), "a chunk is valid JSON", frame);
    const json::Reader root = chunk.root();
    expect(root.get("object").equals("chat.completion.chunk"), "a chunk says so", frame);
    const std::string chunk_id = root.get("id").string_or("");
    expect(id.empty() || id == chunk_id, "all chunks have one id", frame);
    id = chunk_id;
    const json::Reader choice = root.get("choices").at(0);
    expect(ends == 0 || !choice, "nothing but usage follows the finish_reason", frame);
    if (choice.get("finish_reason").is_string()) ++ends;
  }
  const size_t wanted = run.complete ? 1 : 0;
  expect(done == wanted && ends == wanted, "an end if, and only if, it is complete", run.out);
}

void expect_sound_completion(const Run& run) {
  if (!run.complete) {
    expect(run.out.empty(), "no completion of an incomplete answer", run.out);
    return;
  }
  expect(!run.out.empty() && run.out.back() == '\n', "a completion is a line", run.out);
  json::Document document;
  expect(document.parse(run.out, kClientJson).has_value(), "a completion is valid JSON", run.out);
  const json::Reader choice = document.root().get("choices").at(0);
  expect(choice.get("finish_reason").is_string(), "a completion has a finish_reason", run.out);
}

}  // namespace

bool Run::same_as(const Run& other) const {
  const auto text = [](const std::optional<Error>& told) {
    return told ? error_body(*told) + std::to_string(http_status_of(*told)) : std::string();
  };
  return out == other.out && text(error) == text(other.error) && complete == other.complete &&
         paused == other.paused && paused_content == other.paused_content &&
         facts.prompt_tokens == other.facts.prompt_tokens &&
         facts.completion_tokens == other.facts.completion_tokens &&
         facts.stop.reason == other.facts.stop.reason && facts.stop.word == other.facts.stop.word &&
         facts.stop.explanation == other.facts.stop.explanation &&
         facts.stop.cuts_call == other.facts.stop.cuts_call;
}

Run run_events(AnswerForm form, const test::ConverterOptions& options,
               const std::vector<std::string>& pieces) {
  Run run;
  AnswerConverter converter = test::make_converter(form, options);
  Status status;
  for (const std::string& piece : pieces) {
    status = converter.feed_events(piece, run.out);
    if (!status) break;
  }
  if (status) status = converter.finish(run.out);
  if (!status) run.error = in_openai_words(status.error());
  run.complete = converter.complete();
  run.paused = converter.paused();
  if (run.paused) run.paused_content = converter.paused_content();
  run.facts = converter.facts();
  return run;
}

Run run_message(AnswerForm form, const test::ConverterOptions& options, std::string_view message) {
  Run run;
  AnswerConverter converter = test::make_converter(form, options);
  Status status = converter.feed_message(message, run.out);
  if (status) status = converter.finish(run.out);
  if (status && converter.paused()) {
    run.paused_content = converter.paused_content();
    converter.end_paused(run.out);
  }
  if (!status) run.error = in_openai_words(status.error());
  run.complete = converter.complete();
  run.facts = converter.facts();
  return run;
}

test::ConverterOptions answer_options(uint8_t bits) {
  test::ConverterOptions options;
  options.created_unix_s = 1'700'000'000;
  options.include_usage = (bits & 1) != 0;
  options.legacy_function_call = (bits & 2) != 0;
  if ((bits & 4) != 0) options.custom_tools = {"f", "shell"};
  options.echo_model = (bits & 8) != 0;
  options.requested_model = "\"m\"\xFF";
  options.reasoning.thinking_blocks = (bits & 16) != 0;
  options.reasoning.reasoning_content = (bits & 32) == 0;
  options.reasoning.reasoning_details = (bits & 64) == 0;
  if ((bits & 24) == 24) options.text_is_call_of = "f";
  options.waits_on_pause = (bits & 128) != 0;
  return options;
}

bool is_json(std::string_view text) {
  return json::Document().parse(text, kClientJson).has_value();
}

void expect_sound(AnswerForm form, const Run& run) {
  expect(run.complete + run.paused + run.error.has_value() == 1, "one way to end");
  if (run.error) {
    expect(!run.error->message.empty(), "an error says something");
    expect(is_json(error_body(*run.error)), "an error's body is valid JSON");
  }
  if (!run.paused_content.empty()) {
    json::Document content;
    expect(content.parse(run.paused_content, kClientJson) && content.root().is_array(),
           "what is sent back of a pause is a JSON array", run.paused_content);
  }
  switch (form) {
    case AnswerForm::stream:
      return expect_sound_chunks(run);
    case AnswerForm::whole:
      return expect_sound_completion(run);
    case AnswerForm::text:
      expect(utf8::find_invalid(run.out) == std::string_view::npos, "text is UTF-8", run.out);
      expect(!run.complete || run.out.empty() || run.out.back() == '\n', "text ends its line");
  }
}

}  // namespace proxx::fuzz
