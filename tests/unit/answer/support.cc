#include "support.h"

#include <sstream>

#include "openai/error.h"

namespace proxx::test {
namespace {

void take_option(ConverterOptions& options, const std::string& key, const std::string& value) {
  std::vector<std::string> words;
  std::istringstream list(value);
  for (std::string word; list >> word;) words.push_back(word);
  if (key == "include_usage") options.include_usage = value == "true";
  if (key == "legacy_function_call") options.legacy_function_call = value == "true";
  if (key == "text_is_call_of") options.text_is_call_of = value;
  if (key == "custom_tools") options.custom_tools = words;
  if (key == "continue_paused") options.waits_on_pause = value != "0";
  if (key == "echo_model") {
    options.echo_model = true;
    options.requested_model = value;
  }
  if (key == "reasoning") {
    options.reasoning = {false, false, false};
    for (const std::string& word : words) {
      if (word == "reasoning_content") options.reasoning.reasoning_content = true;
      if (word == "reasoning_details") options.reasoning.reasoning_details = true;
      if (word == "thinking_blocks") options.reasoning.thinking_blocks = true;
    }
  }
}

}  // namespace

ConverterOptions answer_options(const Txtar& golden) {
  ConverterOptions options;
  options.created_unix_s = 1700000000;
  for (const auto& [key, value] : golden.options("options")) take_option(options, key, value);
  return options;
}

Outcome run_events(AnswerForm form, const ConverterOptions& options,
                   const std::vector<std::string_view>& pieces,
                   std::vector<std::string> continuations) {
  Outcome result;
  AnswerConverter converter = make_converter(form, options);
  const auto keep_error = [&](const Status& status) {
    if (!status && !result.error) result.error = in_openai_words(status.error());
  };
  for (const std::string_view piece : pieces) {
    keep_error(converter.feed_events(piece, result.out));
    if (result.error) break;
  }
  keep_error(converter.finish(result.out));
  for (const std::string& next : continuations) {
    if (!converter.paused()) break;
    converter.resume();
    keep_error(converter.feed_events(next, result.out));
    keep_error(converter.finish(result.out));
  }
  if (converter.paused()) converter.end_paused(result.out);
  result.facts = converter.facts();
  result.complete = converter.complete();
  return result;
}

Outcome run_message(AnswerForm form, const ConverterOptions& options, std::string_view message) {
  Outcome result;
  AnswerConverter converter = make_converter(form, options);
  Status status = converter.feed_message(message, result.out);
  if (status) status = converter.finish(result.out);
  if (status && converter.paused()) converter.end_paused(result.out);
  if (!status) result.error = in_openai_words(status.error());
  result.facts = converter.facts();
  result.complete = converter.complete();
  return result;
}

std::string event(std::string_view data) {
  return "data: " + std::string(data) + "\n\n";
}

std::string stream(const std::vector<std::string>& events) {
  std::string out = event(
      R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
      R"("model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":3,"output_tokens":1}}})");
  for (const std::string& data : events) out += event(data);
  return out;
}

std::vector<std::string> ending(std::string_view stop_reason) {
  return {R"({"type":"message_delta","delta":{"stop_reason":")" + std::string(stop_reason) +
              R"("},"usage":{"output_tokens":5}})",
          R"({"type":"message_stop"})"};
}

}  // namespace proxx::test
