#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/converter.h"
#include "base/result.h"
#include "support/answer_converter.h"

namespace proxx::fuzz {

/// One run of a converter.
struct Run {
  std::string out;
  std::optional<Error> error;
  bool complete = false;
  bool paused = false;
  std::string paused_content;
  AnswerFacts facts;

  [[nodiscard]] bool same_as(const Run& other) const;
};

/// Feeds the pieces and the end; a pause is left as it is.
[[nodiscard]] Run run_events(AnswerForm form, const test::ConverterOptions& options,
                             const std::vector<std::string>& pieces);
/// Feeds a whole message; a pause becomes the end.
[[nodiscard]] Run run_message(AnswerForm form, const test::ConverterOptions& options,
                              std::string_view message);

/// Which options a byte stands for; each bit one.
[[nodiscard]] test::ConverterOptions answer_options(uint8_t bits);

/// True if `text` is valid JSON with nothing but what a client's parser takes: no half
/// of a surrogate pair either.
[[nodiscard]] bool is_json(std::string_view text);

/// What every answer must keep to, whatever came from upstream: chunks are frames of valid JSON; an
/// end ([DONE], a finish_reason, a completion) is there once if the answer is complete and not at
/// all if it is not; text is UTF-8; what failed says how.
void expect_sound(AnswerForm form, const Run& run);

}  // namespace proxx::fuzz
