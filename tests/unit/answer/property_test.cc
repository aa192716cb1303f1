// What has to hold of any stream, shown on the goldens and on made-up ones, from fixed seeds. A
// failure names its seed.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "fold.h"
#include "stream_golden.h"
#include "support.h"
#include "support/random_text.h"

namespace proxx::test {
namespace {

constexpr uint32_t kSeeds = 20;

std::string seeded(const char* what, uint32_t seed) {
  return std::string(what) + ", seed " + std::to_string(seed);
}

/// Each line end one of the three.
std::string with_mixed_line_ends(std::string_view text, std::mt19937& random) {
  static constexpr const char* kLineEnds[] = {"\n", "\r", "\r\n"};
  std::string out;
  const char* previous = "";
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\n') {
      out += text[at];
      previous = "";
      continue;
    }
    const char* line_end = kLineEnds[random() % 3];
    // A CR in front of a LF would make one line end of two.
    if (std::string_view(previous) == "\r" && *line_end == '\n') line_end = "\r\n";
    out += previous = line_end;
  }
  return out;
}

/// Things that mean nothing at random places: whole events between events, lines between lines.
std::string with_random_noise(std::string_view upstream, std::mt19937& random) {
  static constexpr const char* kEvents[] = {"event: ping\ndata: {\"type\": \"ping\"}\n\n",
                                            "data: "
                                            "{\"type\":\"of_next_year\",\"index\":0,\"delta\":{"
                                            "\"type\":\"text_delta\",\"text\":\"no\"}}\n\n",
                                            "event: message_stop\n\n", ": comment\n\n", "\n"};
  static constexpr const char* kLines[] = {
      ": comment\n", "id: 7\n", "retry: 100\n", "unknown\n", "event: message_stop\n", ":\n"};
  std::string out;
  bool between_events = true;
  while (!upstream.empty()) {
    if (between_events && random() % 3 == 0) out += kEvents[random() % std::size(kEvents)];
    if (random() % 3 == 0) out += kLines[random() % std::size(kLines)];
    const size_t line = std::min(upstream.find('\n'), upstream.size() - 1) + 1;
    out += upstream.substr(0, line);
    between_events = line == 1;
    upstream.remove_prefix(line);
  }
  return out;
}

std::vector<std::string_view> random_pieces(std::string_view text, std::mt19937& random) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    pieces.push_back(text.substr(0, 1 + random() % 40));
    text.remove_prefix(pieces.back().size());
  }
  return pieces;
}

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; at += part.size()) {
    ++found;
  }
  return found;
}

/// An end is there, once, if the answer is complete; else there is an error and no end.
bool is_sound(const Outcome& outcome) {
  const size_t ends = outcome.complete ? 1 : 0;
  return outcome.complete != outcome.error.has_value() &&
         count(outcome.out, "data: [DONE]\n\n") == ends &&
         count(outcome.out, "\"finish_reason\":\"") == ends;
}

/// The text as a JSON string, plain or with everything beyond ASCII escaped.
std::string quoted(const std::string& text, std::mt19937& random) {
  return Json(text).dump(-1, ' ', random() % 2 == 0);
}

/// Deltas of a type with the text cut between characters.
void add_deltas(std::vector<std::string>& events, int index, const std::string& type,
                const std::string& key, std::string_view text, std::mt19937& random) {
  while (!text.empty()) {
    size_t length = std::min<size_t>(text.size(), 1 + random() % 20);
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
      ++length;
    }
    events.push_back(R"({"type":"content_block_delta","index":)" + std::to_string(index) +
                     R"(,"delta":{"type":")" + type + R"(",")" + key + R"(":)" +
                     quoted(std::string(text.substr(0, length)), random) + "}}");
    text.remove_prefix(length);
  }
}

struct Said {
  std::string content;
  std::string thinking;
  std::string arguments;
};

std::string start_of(int index, const char* block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":)" + block + "}";
}
std::string stop_of(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}

std::string stream_of(const Said& said, std::mt19937& random) {
  std::vector<std::string> events{start_of(0, R"({"type":"thinking","thinking":""})")};
  add_deltas(events, 0, "thinking_delta", "thinking", said.thinking, random);
  events.insert(events.end(), {stop_of(0), start_of(1, R"({"type":"text","text":""})")});
  add_deltas(events, 1, "text_delta", "text", said.content, random);
  events.insert(events.end(),
                {stop_of(1), start_of(2, R"({"type":"tool_use","id":"t","name":"f","input":{}})")});
  add_deltas(events, 2, "input_json_delta", "partial_json", said.arguments, random);
  events.push_back(stop_of(2));
  for (const std::string& last : ending("tool_use")) events.push_back(last);
  return stream(events);
}

std::string message_of(const Said& said, std::mt19937& random) {
  return R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[)"
         R"({"type":"thinking","thinking":)" +
         quoted(said.thinking, random) + R"(},{"type":"text","text":)" +
         quoted(said.content, random) + R"(},{"type":"tool_use","id":"t","name":"f","input":)" +
         said.arguments + R"(}],"stop_reason":"tool_use","usage":{}})";
}

void check_said(const Json& completion, const Said& said) {
  const Json& message = completion["choices"][0]["message"];
  CHECK(message["content"] == said.content);
  CHECK(message["reasoning_content"] == said.thinking);
  CHECK(message["tool_calls"][0]["function"]["arguments"] == said.arguments);
}

}  // namespace

TEST_CASE("U45: mixed line ends change nothing") {
  for (const auto& golden : stream_goldens()) {
    for (uint32_t seed = 0; seed < kSeeds; ++seed) {
      std::mt19937 random(seed);
      const std::string text = with_mixed_line_ends(golden.upstream, random);
      check_same(golden, random_pieces(text, random), seeded("mixed line ends", seed));
    }
  }
}

TEST_CASE("U32: pings, comments, unknown events and fields anywhere change nothing") {
  for (const auto& golden : stream_goldens()) {
    for (uint32_t seed = 0; seed < kSeeds; ++seed) {
      std::mt19937 random(seed);
      const std::string text = with_random_noise(golden.upstream, random);
      check_same(golden, random_pieces(text, random), seeded("noise", seed));
      check_same(golden, {with_mixed_line_ends(text, random)}, seeded("noise, line ends", seed));
    }
  }
}

TEST_CASE("a flipped bit gives an answer that is whole or an error, not both, not neither") {
  for (const auto& golden : stream_goldens()) {
    std::mt19937 random(6);
    std::string text = golden.upstream;
    for (size_t at = 0; at < text.size(); at += 1 + random() % 10) {
      const char before = text[at];
      text[at] = static_cast<char>(before ^ (1 << random() % 8));
      const Outcome chunks = golden.run(AnswerForm::stream, {text});
      const Outcome completion = golden.run(AnswerForm::whole, {text});
      const bool good = is_sound(chunks) && chunks.complete == completion.complete &&
                        chunks.complete != completion.out.empty();
      if (!good) FAIL_CHECK(golden.name, ", byte ", at, ": ", chunks.out, completion.out);
      text[at] = before;
    }
  }
}

TEST_CASE("a flipped bit never makes a cut stream look complete") {
  for (const auto& golden : stream_goldens()) {
    if (golden.fails()) continue;
    const size_t end = end_of_message_stop(golden.upstream);
    for (uint32_t seed = 0; seed < 200; ++seed) {
      std::mt19937 random(seed);
      std::string text = golden.upstream.substr(0, 1 + random() % (end - 1));
      char& byte = text[random() % text.size()];
      byte = static_cast<char>(byte ^ (1 << random() % 8));
      const Outcome outcome = golden.run(AnswerForm::stream, random_pieces(text, random));
      if (outcome.complete || !is_sound(outcome)) {
        FAIL_CHECK(golden.name, ", seed ", seed, ": ", outcome.out);
      }
    }
  }
}

TEST_CASE("text, thinking and arguments come through byte for byte, streamed and not") {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Said said;
    said.content = random_text(random, 1 + random() % 200);
    said.thinking = random_text(random, 1 + random() % 200);
    // As a model writes it: spaces and digits are kept too.
    said.arguments = "{" + quoted(random_text(random, random() % 20), random) + " : [1.10, " +
                     quoted(random_text(random, random() % 100), random) + "] }";
    const std::string upstream = stream_of(said, random);
    const std::vector<std::string_view> pieces = random_pieces(upstream, random);
    const Outcome chunks = run_events(AnswerForm::stream, {}, pieces);
    REQUIRE(chunks.complete);
    check_said(completion_of_chunks(chunks.out), said);
    const Outcome completion = run_events(AnswerForm::whole, {}, pieces);
    REQUIRE(completion.complete);
    check_said(Json::parse(completion.out), said);

    const std::string message = message_of(said, random);
    const Outcome whole = run_message(AnswerForm::whole, {}, message);
    REQUIRE(whole.complete);
    check_said(Json::parse(whole.out), said);
    const Outcome rechunked = run_message(AnswerForm::stream, {}, message);
    REQUIRE(rechunked.complete);
    check_said(completion_of_chunks(rechunked.out), said);
    const Outcome text = run_events(AnswerForm::text, {}, pieces);
    CHECK(text.out.substr(0, said.content.size()) == said.content);
  }
}

TEST_CASE("a redacted block without data is shown on every way") {
  std::vector<std::string> events{start_of(0, R"({"type":"redacted_thinking","data":""})"),
                                  stop_of(0)};
  for (const std::string& last : ending()) events.push_back(last);
  const std::string upstream = stream(events);
  const Json whole = Json::parse(run_events(AnswerForm::whole, {}, {upstream}).out);
  const Json folded = completion_of_chunks(run_events(AnswerForm::stream, {}, {upstream}).out);
  CHECK(whole["choices"][0]["message"].value("reasoning_details", Json::array()).size() == 1);
  CHECK(comparable(folded, false) == comparable(whole, false));
}

}  // namespace proxx::test
