#include "stream_golden.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "openai/error.h"

namespace proxx::test {

bool StreamGolden::has_option(std::string_view key) const {
  const auto all = file.options("options");
  return std::any_of(all.begin(), all.end(), [&](const auto& row) { return row.first == key; });
}

Outcome StreamGolden::run(AnswerForm form, std::vector<std::string_view> pieces) const {
  return run_events(form, options, pieces, continuations);
}

std::string StreamGolden::expected() const {
  const std::string* text = file.find("openai.sse");
  return text == nullptr ? std::string() : *text;
}

std::vector<StreamGolden> stream_goldens() {
  std::vector<StreamGolden> all;
  for (const auto& path : golden_files("stream")) {
    StreamGolden golden;
    golden.name = path.filename();
    golden.file = parse_txtar(read_file(path));
    golden.options = answer_options(golden.file);
    const std::string* upstream = golden.file.find("upstream.sse");
    REQUIRE_MESSAGE(upstream != nullptr, golden.name);
    golden.upstream = *upstream;
    if (const std::string* next = golden.file.find("upstream.2.sse")) {
      golden.continuations.push_back(*next);
    }
    all.push_back(golden);
  }
  REQUIRE(all.size() > 10);
  return all;
}

std::string describe(const Error& error) {
  return error_body(error) + "\nstatus: " + std::to_string(http_status_of(error)) +
         "\nexit: " + std::to_string(exit_code_of(error)) + "\n";
}

void check_same(const StreamGolden& golden, const std::vector<std::string_view>& pieces,
                const std::string& what) {
  const Outcome outcome = golden.run(AnswerForm::stream, pieces);
  const bool same = outcome.out == golden.expected() &&
                    outcome.error.has_value() == golden.fails() &&
                    (!outcome.error || describe(*outcome.error) == *golden.file.find("error"));
  // doctest is slow: one assertion a run would cost more than the run.
  if (same) return;
  FAIL_CHECK(golden.name, ": ", what, ": ", outcome.out,
             outcome.error ? describe(*outcome.error) : "no error");
}

size_t end_of_message_stop(std::string_view upstream) {
  const size_t type = upstream.rfind("\"message_stop\"");
  REQUIRE(type != std::string_view::npos);
  return upstream.find('}', type) + 1;
}

}  // namespace proxx::test
