#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "support.h"
#include "support/txtar.h"

namespace proxx::test {

/// A file of tests/golden/stream: upstream events and what each form makes of them.
///   options, upstream.sse, [upstream.2.sse: the answer to the first continuation],
///   openai.sse, [openai.json: folded], [openai.txt], [error: the body, status, exit code]
struct StreamGolden {
  std::string name;
  Txtar file;
  ConverterOptions options;
  std::string upstream;
  std::vector<std::string> continuations;

  [[nodiscard]] bool has_option(std::string_view key) const;
  [[nodiscard]] bool fails() const { return file.find("error") != nullptr; }
  [[nodiscard]] Outcome run(AnswerForm form, std::vector<std::string_view> pieces) const;
  /// The chunks.
  [[nodiscard]] std::string expected() const;
};
[[nodiscard]] std::vector<StreamGolden> stream_goldens();

/// The text of the section `error`.
[[nodiscard]] std::string describe(const Error& error);

/// Fails, naming `what` was done to it, unless `pieces` give the golden's chunks and error.
void check_same(const StreamGolden& golden, const std::vector<std::string_view>& pieces,
                const std::string& what);

/// Offset behind the JSON of message_stop, which must be there.
[[nodiscard]] size_t end_of_message_stop(std::string_view upstream);

}  // namespace proxx::test
