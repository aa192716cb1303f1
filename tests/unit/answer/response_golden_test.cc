#include <doctest/doctest.h>

#include "fold.h"
#include "support.h"

// tests/golden/response/*.txtar: a whole message and what each form makes of it.
//   options, upstream.json, openai.json, [openai.sse], [openai.txt]

namespace proxx::test {
namespace {

constexpr struct {
  const char* section;
  AnswerForm form;
} kForms[] = {{"openai.json", AnswerForm::whole},
              {"openai.sse", AnswerForm::stream},
              {"openai.txt", AnswerForm::text}};

}  // namespace

TEST_CASE("response goldens give what they say") {
  const auto paths = golden_files("response");
  REQUIRE(paths.size() > 5);
  for (const auto& path : paths) {
    CAPTURE(path.filename().string());
    Txtar golden = parse_txtar(read_file(path));
    const ConverterOptions options = answer_options(golden);
    const std::string upstream = golden.text("upstream.json");
    if (update_golden()) {
      for (const auto& [section, form] : kForms) {
        if (golden.find(section) == nullptr && form != AnswerForm::whole) continue;
        golden.set(section, run_message(form, options, upstream).out);
      }
      write_file(path, format_txtar(golden));
    }
    REQUIRE(golden.find("openai.json") != nullptr);
    for (const auto& [section, form] : kForms) {
      const std::string* expected = golden.find(section);
      if (expected == nullptr) continue;
      const Outcome outcome = run_message(form, options, upstream);
      CHECK_FALSE(outcome.error);
      CHECK(outcome.out == *expected);
    }
    const Outcome chunks = run_message(AnswerForm::stream, options, upstream);
    CHECK(comparable(completion_of_chunks(chunks.out), options.include_usage) ==
          comparable(Json::parse(golden.text("openai.json")), options.include_usage));
  }
}

TEST_CASE("a message cut anywhere is an error, never an answer") {
  for (const auto& path : golden_files("response")) {
    const Txtar golden = parse_txtar(read_file(path));
    const std::string upstream = golden.text("upstream.json");
    for (size_t length = 0; length < upstream.find_last_of('}'); ++length) {
      const Outcome outcome = run_message(AnswerForm::whole, answer_options(golden),
                                          std::string_view(upstream).substr(0, length));
      const bool good = outcome.error && outcome.error->kind == ErrorKind::upstream_protocol &&
                        outcome.out.empty() && !outcome.complete;
      if (!good) FAIL_CHECK(path.filename().string(), " cut to ", length, ": ", outcome.out);
    }
  }
}

}  // namespace proxx::test
