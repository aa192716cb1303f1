#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/converter.h"
#include "support/answer_converter.h"
#include "support/txtar.h"

namespace proxx::test {

/// What came of one run of a converter.
struct Outcome {
  std::string out;
  std::optional<Error> error;
  AnswerFacts facts;
  bool complete = false;
};

/// The options of a golden file's `options` section; `created` is 1700000000.
ConverterOptions answer_options(const Txtar& golden);

/// Feeds `pieces`, then the end. A paused turn is resumed with `continuations` while there are
/// any, then ended.
Outcome run_events(AnswerForm form, const ConverterOptions& options,
                   const std::vector<std::string_view>& pieces,
                   std::vector<std::string> continuations = {});
Outcome run_message(AnswerForm form, const ConverterOptions& options, std::string_view message);

/// One event's bytes, LF line ends: `event: TYPE`, the data, a blank line.
std::string event(std::string_view data);
/// A stream: message_start (id msg_1, model m), `events`, each one event's data.
std::string stream(const std::vector<std::string>& events);
/// The events that end a stream.
std::vector<std::string> ending(std::string_view stop_reason = "end_turn");

}  // namespace proxx::test
