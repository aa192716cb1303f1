#include "cli/report.h"

#include <cstdio>
#include <utility>

#include "answer/cost.h"
#include "base/secret_text.h"
#include "cli/io/terminal.h"
#include "openai/error.h"

namespace proxx::cli {
namespace {

std::string seconds(std::chrono::microseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", static_cast<double>(time.count()) / 1e6);
  return text;
}

const char* name_of(Notice::Kind kind) {
  switch (kind) {
    case Notice::Kind::dropped:
      return "dropped ";
    case Notice::Kind::adjusted:
      return "adjusted ";
    case Notice::Kind::note:
      return "note: ";
  }
  return "";
}

}  // namespace

std::string describe(const Error& error) {
  // Whose message is about a model names it.
  const bool placed = !error.param.empty() && error.code != "model_not_found";
  const std::string place = placed ? error.param + ": " : "";
  // The upstream's own messages often begin with it.
  return error.message.compare(0, place.size(), place) == 0 ? error.message : place + error.message;
}

std::string flag_of_field(const std::string& field) {
  constexpr std::pair<std::string_view, const char*> kFlags[] = {
      {"model", "--model"},
      {"temperature", "--temperature"},
      {"max_completion_tokens", "--max-tokens"},
      {"max_tokens", "--max-tokens"},
      {"reasoning_effort", "--reasoning"},
      {"response_format.json_schema.schema", "--schema"},
      {"response_format", "--schema"},
  };
  for (const auto& [name, flag] : kFlags) {
    if (!field.starts_with(name)) continue;
    const std::string rest = field.substr(name.size());
    if (rest.empty()) return flag;
    if (rest[0] == '.' || rest[0] == '[') return flag + (": " + rest.substr(rest[0] == '.'));
  }
  return field;
}

Error in_flag_words(Error error) {
  error.param = flag_of_field(error.param);
  return error;
}

int report(const Error& error) {
  say_error(describe(error));
  return exit_code_of(error);
}

void report_notices(const Notices& notices, OnLossy on_lossy, bool quiet) {
  if (quiet || on_lossy == OnLossy::ignore) return;
  for (const Notice& notice : notices) {
    const std::string place = notice.path.empty() ? "" : notice.path + ": ";
    say(name_of(notice.kind) + place + notice.reason);
  }
}

void report_retry(std::chrono::milliseconds delay, const Error& error) {
  say("retrying in " + seconds(delay) + ": " + error.message);
}

std::string cut_off_text(answer::StopReason reason, bool in_words) {
  const std::string what = "the answer was cut off: ";
  if (reason == answer::StopReason::model_context_window_exceeded) {
    return what + "the model's context window is full";
  }
  return what + "it reached " + (in_words ? "--max-tokens, or the model's limit" : "max_tokens");
}

std::string tokens_text(const AnswerFacts& facts) {
  std::string text = std::to_string(facts.prompt_tokens) + " in";
  const auto part = [&text](int64_t tokens, const char* what) {
    if (tokens > 0) text += ", " + std::to_string(tokens) + what;
  };
  part(facts.cached_tokens, " cached");
  part(facts.cache_write_tokens, " cache write");
  text += ", " + std::to_string(facts.completion_tokens) + " out";
  part(facts.reasoning_tokens, " reasoning");
  return text;
}

std::string usage_line(const AnswerFacts& facts, const ExchangeTimes& times, const Model* model) {
  std::string line = "usage: " + tokens_text(facts);
  if (const auto cost = cost_usd(facts, model)) {
    char text[32];
    std::snprintf(text, sizeof text, ", $%.6f", *cost);
    line += text;
  }
  return line + ", " + seconds(times.first_byte) + " to first byte, " + seconds(times.total);
}

}  // namespace proxx::cli
