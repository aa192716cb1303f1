#include "stream_golden.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "fold.h"
#include "openai/error.h"
#include "support.h"

namespace proxx::test {
namespace {

void rewrite(const StreamGolden& golden, const std::filesystem::path& path) {
  Txtar file = golden.file;
  const Outcome chunks = golden.run(AnswerForm::stream, {golden.upstream});
  file.set("openai.sse", chunks.out);
  if (chunks.error) file.set("error", describe(*chunks.error));
  for (const auto& [section, form] :
       {std::pair("openai.json", AnswerForm::whole), std::pair("openai.txt", AnswerForm::text)}) {
    if (file.find(section) != nullptr) file.set(section, golden.run(form, {golden.upstream}).out);
  }
  write_file(path, format_txtar(file));
}

std::string with_line_ends(std::string_view text, std::string_view line_end) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += line_end;
    } else {
      out += c;
    }
  }
  return out;
}

/// `noise` before every event and at the end.
std::string with_noise(std::string_view upstream, std::string_view noise) {
  std::string out(noise);
  for (size_t at = 0; at < upstream.size();) {
    const size_t end = std::min(upstream.find("\n\n", at), upstream.size() - 2) + 2;
    out.append(upstream.substr(at, end - at)).append(noise);
    at = end;
  }
  return out;
}

}  // namespace

TEST_CASE("stream goldens give what they say") {
  for (const auto& golden : stream_goldens()) {
    if (update_golden())
      rewrite(golden, std::string(PROXX_TESTS_DIR) + "/golden/stream/" + golden.name);
  }
  for (const auto& golden : stream_goldens()) {
    CAPTURE(golden.name);
    const Outcome chunks = golden.run(AnswerForm::stream, {golden.upstream});
    CHECK(chunks.out == golden.expected());
    CHECK(chunks.error.has_value() == golden.fails());
    CHECK(chunks.complete != golden.fails());
    if (chunks.error) CHECK(describe(*chunks.error) == *golden.file.find("error"));
    for (const auto& [section, form] :
         {std::pair("openai.json", AnswerForm::whole), std::pair("openai.txt", AnswerForm::text)}) {
      if (const std::string* expected = golden.file.find(section)) {
        CHECK(golden.run(form, {golden.upstream}).out == *expected);
      }
    }
  }
}

TEST_CASE("U44, U45: a stream means the same wherever it is cut") {
  for (const auto& golden : stream_goldens()) {
    const std::string_view all = golden.upstream;
    std::vector<std::string_view> bytes;
    for (size_t i = 0; i < all.size(); ++i) bytes.push_back(all.substr(i, 1));
    check_same(golden, bytes, "byte by byte");
    for (size_t cut = 0; cut <= all.size(); ++cut) {
      check_same(golden, {all.substr(0, cut), all.substr(cut)}, "cut at " + std::to_string(cut));
    }
  }
}

TEST_CASE("U32, U45: line ends, pings, comments and unknown events change nothing") {
  for (const auto& golden : stream_goldens()) {
    for (const char* line_end : {"\r", "\r\n"}) {
      const std::string text = with_line_ends(golden.upstream, line_end);
      check_same(golden, {text}, "other line ends");
      std::vector<std::string_view> bytes;
      for (size_t i = 0; i < text.size(); ++i) {
        bytes.push_back(std::string_view(text).substr(i, 1));
      }
      check_same(golden, bytes, "other line ends, byte by byte");
    }
    for (const char* noise :
         {"event: ping\ndata: {\"type\": \"ping\"}\n\n", ": comment\n\n", "retry: 100\nid: 7\n\n",
          "event: of_next_year\ndata: {\"type\":\"of_next_year\",\"index\":0}\n\n", "\n\n"}) {
      check_same(golden, {with_noise(golden.upstream, noise)}, noise);
    }
    check_same(golden, {"\xEF\xBB\xBF", golden.upstream}, "BOM");
  }
}

TEST_CASE("U23, U24, U25: a stream cut before message_stop never looks complete") {
  for (const auto& golden : stream_goldens()) {
    if (golden.fails() || !golden.continuations.empty()) continue;
    const size_t end = end_of_message_stop(golden.upstream);
    for (size_t length = 0; length < end; ++length) {
      const std::string_view cut = std::string_view(golden.upstream).substr(0, length);
      const Outcome outcome = golden.run(AnswerForm::stream, {cut});
      const bool good = outcome.error && outcome.error->kind == ErrorKind::upstream_truncated &&
                        exit_code_of(*outcome.error) == 10 && !outcome.complete &&
                        outcome.out.find("[DONE]") == std::string::npos &&
                        outcome.out.find("\"finish_reason\":\"") == std::string::npos &&
                        golden.expected().rfind(outcome.out, 0) == 0 &&
                        golden.run(AnswerForm::whole, {cut}).out.empty();
      if (!good) FAIL_CHECK(golden.name, " cut to ", length, ": ", outcome.out);
    }
    const std::string_view whole = std::string_view(golden.upstream).substr(0, end);
    check_same(golden, {whole}, "without the last blank line");
  }
}

TEST_CASE("chunks, completion and the whole message agree") {
  for (const auto& golden : stream_goldens()) {
    // nlohmann takes no lone surrogates.
    if (golden.fails() || golden.has_option("lone_surrogates")) continue;
    CAPTURE(golden.name);
    const bool usage = golden.options.include_usage;
    const Outcome folded = golden.run(AnswerForm::whole, {golden.upstream});
    REQUIRE(folded.complete);
    const Json completion = Json::parse(folded.out);
    CHECK(comparable(completion_of_chunks(golden.expected()), usage) ==
          comparable(completion, usage));

    // No message can hold half an `input`, and one message is not two.
    if (golden.has_option("cut_arguments") || !golden.continuations.empty()) continue;
    const std::string message = message_of_stream(golden.upstream);
    const Outcome whole = run_message(AnswerForm::whole, golden.options, message);
    CHECK_FALSE(whole.error);
    CHECK(Json::parse(whole.out) == completion);
    const Outcome rechunked = run_message(AnswerForm::stream, golden.options, message);
    CHECK(comparable(completion_of_chunks(rechunked.out), usage) == comparable(completion, usage));
    CHECK(run_message(AnswerForm::text, golden.options, message).out ==
          golden.run(AnswerForm::text, {golden.upstream}).out);
  }
}

}  // namespace proxx::test
