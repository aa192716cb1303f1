#include "answer/events.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "answer/converter.h"
#include "openai/chat/output.h"
#include "support.h"

namespace proxx::test {
namespace {

using answer::BlockEnd;
using json::Raw;

/// Writes each call as a line.
class Log final : public answer::Output {
 public:
  explicit Log(bool wants_server_blocks) : wants_server_blocks_(wants_server_blocks) {}

  void start(Raw id, Raw model, std::string& out) override {
    line(out, {"start", id.bytes(), model.bytes()});
  }
  void text_begin(uint32_t index, std::string& out) override { at(out, "text_begin", index); }
  void text(const answer::Piece& piece, std::string& out) override { tell(out, "text", piece); }
  void citation(uint32_t index, const anthropic::Citation& citation, std::string& out) override {
    at(out, "citation", index, {citation.json});
  }
  void text_end(uint32_t index, BlockEnd end, std::string& out) override {
    at(out, "text_end", index, {name(end)});
  }
  void thinking_begin(uint32_t index, std::string& out) override {
    at(out, "thinking_begin", index);
  }
  void thinking(const answer::Piece& piece, std::string& out) override {
    tell(out, "thinking", piece);
  }
  void signature(uint32_t index, Raw signature, std::string& out) override {
    at(out, "signature", index, {signature.bytes()});
  }
  void thinking_end(uint32_t index, BlockEnd end, std::string& out) override {
    at(out, "thinking_end", index, {name(end)});
  }
  void redacted_thinking(uint32_t index, Raw data, std::string& out) override {
    at(out, "redacted_thinking", index, {data.bytes()});
  }
  void call_begin(const answer::ToolCall& call, Raw id, Raw name, std::string& out) override {
    at(out, "call_begin", call.index, {std::to_string(call.number), id.bytes(), name.bytes()});
  }
  void call_arguments(const answer::ToolCall& call, Raw fragment, std::string& out) override {
    at(out, "call_arguments", call.index, {std::to_string(call.number), fragment.bytes()});
  }
  void call_end(const answer::ToolCall& call, BlockEnd end, std::string& out) override {
    at(out, "call_end", call.index, {std::to_string(call.number), name(end)});
  }
  [[nodiscard]] bool wants_server_blocks() const override { return wants_server_blocks_; }
  void server_block_begin(uint32_t index, std::string_view block, std::string& out) override {
    at(out, "server_block_begin", index, {block});
  }
  void server_block_end(uint32_t index, std::string_view block, BlockEnd end,
                        std::string& out) override {
    at(out, "server_block_end", index, {block, name(end)});
  }
  void stop(const answer::Stop& stop, const answer::TokenUsage& usage, std::string& out) override {
    line(out, {"stop", stop.word.bytes(), std::to_string(usage.completion_tokens),
               stop.cuts_call ? "cuts_call" : ""});
  }

 private:
  static std::string_view name(BlockEnd end) { return end == BlockEnd::cut ? "cut" : "closed"; }
  static void line(std::string& out, const std::vector<std::string_view>& words) {
    for (const std::string_view word : words) {
      if (!word.empty()) out.append(word).append(" ");
    }
    out.back() = '\n';
  }
  static void at(std::string& out, std::string_view what, uint32_t index,
                 const std::vector<std::string_view>& more = {}) {
    const std::string number = std::to_string(index);
    std::vector<std::string_view> words = {what, number};
    words.insert(words.end(), more.begin(), more.end());
    line(out, words);
  }
  static void tell(std::string& out, std::string_view what, const answer::Piece& piece) {
    at(out, what, piece.index, {piece.is_first ? "first" : "", piece.text.bytes()});
  }

  bool wants_server_blocks_;
};

AnswerConverter log_converter(bool wants_server_blocks,
                              answer::OnPause on_pause = answer::OnPause::end) {
  return AnswerConverter(std::make_unique<Log>(wants_server_blocks), on_pause);
}

std::string start_of(int index, const std::string& block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":)" + block + "}";
}
std::string delta_of(int index, const std::string& delta) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" +
         delta + "}";
}
std::string block_stop(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}
std::string with_ending(std::vector<std::string> events, std::string_view reason) {
  for (const std::string& last : ending(reason)) events.push_back(last);
  return stream(events);
}

const std::string kSearch = R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})";
const std::string kResult = R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]})";

const std::vector<std::string> kAllBlocks = {
    start_of(0, R"({"type":"thinking","thinking":"","signature":""})"),
    delta_of(0, R"({"type":"thinking_delta","thinking":"a"})"),
    delta_of(0, R"({"type":"thinking_delta","thinking":"b"})"),
    delta_of(0, R"({"type":"signature_delta","signature":"sig"})"),
    block_stop(0),
    start_of(1, R"({"type":"redacted_thinking","data":"xyz"})"),
    block_stop(1),
    start_of(2, kSearch),
    delta_of(2, R"({"type":"input_json_delta","partial_json":"{\"query\":"})"),
    delta_of(2, R"({"type":"input_json_delta","partial_json":"\"q\"}"})"),
    block_stop(2),
    start_of(3, kResult),
    block_stop(3),
    start_of(4, R"({"type":"text","text":""})"),
    delta_of(4, R"({"type":"citations_delta","citation":{"type":"x"}})"),
    delta_of(4, R"({"type":"text_delta","text":"one"})"),
    delta_of(4, R"({"type":"text_delta","text":"two"})"),
    block_stop(4),
    start_of(5, R"({"type":"tool_use","id":"c","name":"f","input":{}})"),
    delta_of(5, R"({"type":"input_json_delta","partial_json":""})"),
    delta_of(5, R"({"type":"input_json_delta","partial_json":"{\"k\":1}"})"),
    block_stop(5),
    start_of(6, R"({"type":"tool_use","id":"d","name":"g","input":{"a":"b"}})"),
    block_stop(6),
};

TEST_CASE("each event of an answer is told once, in order, with the index of its block") {
  AnswerConverter converter = log_converter(true);
  std::string out;
  REQUIRE(converter.feed_events(with_ending(kAllBlocks, "tool_use"), out));
  CHECK(
      out ==
      "start msg_1 m\n"
      "thinking_begin 0\n"
      "thinking 0 first a\n"
      "thinking 0 b\n"
      "signature 0 sig\n"
      "thinking_end 0 closed\n"
      "redacted_thinking 1 xyz\n"
      "server_block_begin 2 " +
          kSearch +
          "\n"
          "server_block_end 2 "
          R"({"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"q"}} closed)"
          "\n"
          "server_block_begin 3 " +
          kResult + "\nserver_block_end 3 " + kResult +
          " closed\n"
          "text_begin 4\n"
          "citation 4 {\"type\":\"x\"}\n"
          "text 4 first one\n"
          "text 4 two\n"
          "text_end 4 closed\n"
          "call_begin 5 0 c f\n"
          R"(call_arguments 5 0 {\"k\":1})"
          "\n"
          "call_end 5 0 closed\n"
          "call_begin 6 1 d g\n"
          R"(call_arguments 6 1 {\"a\":\"b\"})"
          "\n"
          "call_end 6 1 closed\n"
          "stop tool_use 5\n");
}

TEST_CASE("server blocks are told only to an output that wants them") {
  AnswerConverter converter = log_converter(false);
  std::string out;
  REQUIRE(converter.feed_events(with_ending(kAllBlocks, "tool_use"), out));
  CHECK(out.find("server_block") == std::string::npos);
  CHECK(out.find("text 4 first one\n") != std::string::npos);
}

TEST_CASE("a server block whose deltas are not known has no whole") {
  AnswerConverter converter = log_converter(true);
  std::string out;
  REQUIRE(converter.feed_events(
      with_ending({start_of(0, kSearch), delta_of(0, R"({"type":"new_delta"})"), block_stop(0)},
                  "end_turn"),
      out));
  CHECK(out.find("server_block_end 0 closed\n") != std::string::npos);
}

TEST_CASE("a block that the upstream did not close ends cut, after the reason is known") {
  AnswerConverter converter = log_converter(false);
  std::string out;
  REQUIRE(converter.feed_events(
      with_ending({start_of(0, R"({"type":"tool_use","id":"c","name":"f","input":{}})"),
                   delta_of(0, R"({"type":"input_json_delta","partial_json":"{\"k"})")},
                  "max_tokens"),
      out));
  CHECK(out.find("call_end 0 0 cut\nstop max_tokens 5 cuts_call\n") != std::string::npos);
}

TEST_CASE("the last block of a whole message that a limit cut off ends cut") {
  const auto log_of = [](const std::string& reason) {
    AnswerConverter converter = log_converter(false);
    std::string out;
    REQUIRE(converter.feed_message(R"({"type":"message","id":"msg_1","model":"m","stop_reason":")" +
                                       reason +
                                       R"(","content":[{"type":"text","text":"x"},)"
                                       R"({"type":"tool_use","id":"c","name":"f","input":{}}]})",
                                   out));
    return out;
  };
  CHECK(log_of("max_tokens").find("call_end 1 0 cut\n") != std::string::npos);
  CHECK(log_of("max_tokens").find("text_end 0 closed\n") != std::string::npos);
  CHECK(log_of("tool_use").find("call_end 1 0 closed\n") != std::string::npos);
}

TEST_CASE("indices and call numbers go on over a continued turn, which leaves no trace") {
  AnswerConverter converter = log_converter(false, answer::OnPause::wait);
  const std::string turn = with_ending(
      {start_of(0, R"({"type":"text","text":"x"})"), block_stop(0),
       start_of(1, R"({"type":"tool_use","id":"c","name":"f","input":{}})"), block_stop(1)},
      "pause_turn");
  std::string out;
  REQUIRE(converter.feed_events(turn, out));
  REQUIRE(converter.paused());
  converter.resume();
  out.clear();
  REQUIRE(converter.feed_events(turn, out));
  CHECK(out ==
        "text_begin 2\ntext 2 first x\ntext_end 2 closed\n"
        "call_begin 3 1 c f\ncall_arguments 3 1 {}\ncall_end 3 1 closed\n");
  converter.end_paused(out);
  CHECK(out.ends_with("stop pause_turn 10\n"));
  CHECK(converter.facts().stop.reason == answer::StopReason::pause_turn);
}

TEST_CASE("a frame surrounds each chunk; only server-sent events have [DONE] and an error") {
  const auto run = [](answer::Frame frame, bool whole) {
    AnswerConverter converter(openai::make_chat_output(AnswerForm::stream, {}, std::move(frame)));
    std::string out;
    std::vector<std::string> events = {start_of(0, R"({"type":"text","text":"x"})"), block_stop(0)};
    REQUIRE(converter.feed_events(whole ? with_ending(events, "end_turn") : stream(events), out));
    if (!whole) converter.output().fail(Error(ErrorKind::upstream_truncated, "cut"), out);
    return out;
  };
  const std::string cut = run({}, false);
  CHECK(cut.find("data: [DONE]") == std::string::npos);
  CHECK(cut.ends_with(
      "data: {\"error\":{\"message\":\"cut\",\"type\":\"server_error\",\"param\":null,"
      "\"code\":\"upstream_stream_truncated\"}}\n\n"));
  CHECK(run({}, true).ends_with("}\n\ndata: [DONE]\n\n"));

  const answer::Frame lines{"<", ">\n", false};
  const std::string bare = run(lines, true);
  CHECK(bare.find("[DONE]") == std::string::npos);
  CHECK(bare.find("data:") == std::string::npos);
  std::string_view rest = bare;
  for (int chunks = 0; chunks < 3; ++chunks) {
    const size_t end = rest.find(">\n");
    REQUIRE(end != std::string_view::npos);
    REQUIRE(rest[0] == '<');
    CHECK(json::is_valid(rest.substr(1, end - 1)));
    rest.remove_prefix(end + 2);
  }
  CHECK(rest.empty());
  CHECK(run(lines, false).find("error") == std::string::npos);
}

}  // namespace
}  // namespace proxx::test
