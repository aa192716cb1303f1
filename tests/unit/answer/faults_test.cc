#include <doctest/doctest.h>

#include <ctime>

#include "openai/error.h"
#include "support.h"

namespace proxx::test {
namespace {

std::string text_start(const std::string& index) {
  return R"({"type":"content_block_start","index":)" + index +
         R"(,"content_block":{"type":"text","text":""}})";
}
std::string tool_start(const std::string& index) {
  return R"({"type":"content_block_start","index":)" + index +
         R"(,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}})";
}
std::string hidden_start(const std::string& index) {
  return R"({"type":"content_block_start","index":)" + index +
         R"(,"content_block":{"type":"server_tool_use","id":"s","name":"f","input":{}}})";
}
std::string delta(const std::string& index, const std::string& members) {
  return R"({"type":"content_block_delta","index":)" + index + R"(,"delta":{)" + members + "}}";
}
const std::string kText = R"("type":"text_delta","text":"x")";
const std::string kJson = R"("type":"input_json_delta","partial_json":"{}")";
const std::string kThinking = R"("type":"thinking_delta","thinking":"x")";
const std::string kSignature = R"("type":"signature_delta","signature":"x")";
const std::string kCitation = R"("type":"citations_delta","citation":{"type":"char_location"})";
std::string stop(const std::string& index) {
  return R"({"type":"content_block_stop","index":)" + index + "}";
}

Outcome run(const std::string& bytes, const ConverterOptions& options = {}) {
  return run_events(AnswerForm::stream, options, {bytes});
}

/// Ends in an error of the kind with `part` in its message, and nothing looks complete.
void check_error(const Outcome& outcome, ErrorKind kind, const std::string& part) {
  REQUIRE(outcome.error);
  CHECK(outcome.error->kind == kind);
  CHECK_MESSAGE(outcome.error->message.find(part) != std::string::npos, outcome.error->message);
  CHECK_FALSE(outcome.complete);
  CHECK(outcome.out.find("[DONE]") == std::string::npos);
  CHECK(outcome.out.find("\"finish_reason\":\"") == std::string::npos);
}

void check_protocol_error(const std::vector<std::string>& events, const std::string& part) {
  check_error(run(stream(events)), ErrorKind::upstream_protocol, part);
}

void check_fine(std::vector<std::string> events, const std::string& part = "") {
  for (const std::string& last : ending()) events.push_back(last);
  const Outcome outcome = run(stream(events));
  CHECK_MESSAGE(!outcome.error, outcome.error->message);
  CHECK(outcome.complete);
  CHECK(outcome.out.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("U18, U19: an answer that is neither events nor a message is a protocol error") {
  for (const char* message :
       {"", "null", "[]", "{}", R"({"type":"completion"})", "<html>",
        R"({"type":"message","id":"a","model":"b"})", R"({"type":"message","content":[]})",
        R"({"type":"message","id":"a","model":"b","content":[1]})",
        R"({"type":"message","id":"a","model":"b","content":[{"type":"text"}]})"}) {
    CAPTURE(message);
    const Outcome outcome = run_message(AnswerForm::whole, {}, message);
    check_error(outcome, ErrorKind::upstream_protocol, "malformed");
    CHECK(outcome.out.empty());
  }
}

TEST_CASE("U19: an error object in place of a message") {
  const Outcome outcome =
      run_message(AnswerForm::whole, {},
                  R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  check_error(outcome, ErrorKind::upstream_error_event, "Overloaded");
  CHECK(http_status_of(*outcome.error) == 503);
}

TEST_CASE("X3: a whole message of too many bytes or values is a protocol error") {
  const auto message = [](const std::string& more) {
    return R"({"type":"message","id":"a","model":"b","content":[],"stop_reason":"end_turn",)" +
           more + "}";
  };
  // Where the bytes are makes no difference: no client could take the answer.
  const std::string padding(kMaxMessageBytes - 100, 'x');
  CHECK_FALSE(run_message(AnswerForm::whole, {}, message("\"p\":\"" + padding + '"')).error);
  Outcome outcome = run_message(AnswerForm::whole, {},
                                message("\"p\":\"" + padding + std::string(100, 'x') + '"'));
  check_error(outcome, ErrorKind::upstream_protocol, "more than 33554432 bytes");
  CHECK(outcome.error->message == message_too_large().message);
  CHECK(http_status_of(*outcome.error) == 502);

  std::string values = "\"p\":[0";
  for (int i = 0; i < 1'000'000; ++i) values += ",0";
  CHECK_FALSE(run_message(AnswerForm::whole, {}, message(values + "]")).error);
  for (int i = 0; i < 100'000; ++i) values += ",0";
  outcome = run_message(AnswerForm::whole, {}, message(values + "]"));
  check_error(outcome, ErrorKind::upstream_protocol, "too many values");
  // Nor may an event of a stream have so many.
  check_protocol_error({R"({"type":"new_event",)" + values + "]}"}, "too many values");
}

TEST_CASE("X3: an id or a model that would make every chunk large is a protocol error") {
  const auto start = [](size_t id, size_t model) {
    return run(event(R"({"type":"message_start","message":{"id":")" + std::string(id, 'i') +
                     R"(","model":")" + std::string(model, 'm') + R"(","content":[]}})"));
  };
  check_error(start(256, 256), ErrorKind::upstream_truncated, "");
  check_error(start(257, 1), ErrorKind::upstream_protocol, "`id` has more than 256 bytes");
  check_error(start(1, 257), ErrorKind::upstream_protocol, "`model` has more than 256 bytes");
}

TEST_CASE("U21: started() only after message_start") {
  AnswerConverter converter = make_converter(AnswerForm::stream, {});
  std::string out;
  REQUIRE(converter.feed_events("data: {\"type\":\"ping\"}\n\n", out));
  CHECK_FALSE(converter.started());
  CHECK(converter.pings() == 1);
  CHECK(out.empty());
  REQUIRE(converter.feed_events(stream({}), out));
  CHECK(converter.started());
  CHECK(converter.facts().id == "msg_1");
  CHECK(converter.facts().model == "m");
  CHECK_FALSE(converter.complete());
}

TEST_CASE("U27: after an error nothing more is taken and the error stays") {
  AnswerConverter converter = make_converter(AnswerForm::stream, {});
  std::string out;
  CHECK_FALSE(converter.feed_events("data: {\n\n", out));
  const Status again = converter.feed_events(stream({}), out);
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == ErrorKind::upstream_protocol);
  const Status end = converter.finish(out);
  REQUIRE_FALSE(end);
  CHECK(end.error().kind == ErrorKind::upstream_protocol);
  CHECK(out.empty());
}

TEST_CASE("U27: what is malformed in an event is told") {
  const struct {
    const char* event;
    const char* part;
  } cases[] = {
      {"nonsense", "invalid JSON"},
      {"[]", "`type`"},
      {"{}", "`type`"},
      {R"({"type":5})", "`type`"},
      {R"({"type":"content_block_start","index":0})", "`type`"},
      {R"({"type":"content_block_start","index":0,"content_block":{}})", "`type`"},
      {R"({"type":"content_block_start","content_block":{"type":"text","text":""}})", "`index`"},
      {R"({"type":"content_block_start","index":0,"content_block":{"type":"text"}})", "`text`"},
      {R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking"}})",
       "`thinking`"},
      {R"({"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking"}})",
       "`data`"},
      {R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","name":"f"}})",
       "`id`"},
      {R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"f"}})",
       "`name`"},
      {R"({"type":"content_block_start","index":0,)"
       R"("content_block":{"type":"tool_use","id":"f","name":"f","input":"x"}})",
       "`input`"},
      {R"({"type":"content_block_delta","index":0})", "`delta`"},
      {R"({"type":"content_block_delta","index":0,"delta":{}})", "`delta`"},
      {R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta"}})", "`text`"},
      {R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":1}})",
       "`text`"},
      {R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta"}})",
       "`partial_json`"},
      {R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta"}})",
       "`thinking`"},
      {R"({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta"}})",
       "`signature`"},
      {R"({"type":"content_block_delta","index":0,"delta":{"type":"citations_delta"}})",
       "citation"},
      {R"({"type":"content_block_delta","index":0,"delta":{"type":"citations_delta",)"
       R"("citation":{"type":"web_search_result_location"}}})",
       "`url`"},
      {R"({"type":"content_block_delta","index":0,"delta":{"type":"citations_delta",)"
       R"("citation":{"type":"search_result_location"}}})",
       "`source`"},
      {R"({"type":"content_block_stop"})", "`index`"},
      {R"({"type":"message_delta"})", "`delta`"},
      {R"({"type":"message_delta","delta":{"stop_reason":5}})", "`stop_reason`"},
      {R"({"type":"message_delta","delta":{"stop_details":{"explanation":5}}})", "`explanation`"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.event);
    check_protocol_error({row.event}, row.part);
  }
  for (const char* start :
       {R"({"type":"message_start"})", R"({"type":"message_start","message":{}})",
        R"({"type":"message_start","message":{"id":"a"}})",
        R"({"type":"message_start","message":{"id":"a","model":"b","content":{}}})"}) {
    CAPTURE(start);
    check_error(run(event(start)), ErrorKind::upstream_protocol, "message");
  }
}

TEST_CASE("U27: nesting without end is refused") {
  check_protocol_error({R"({"type":"x","y":)" + std::string(100000, '[')}, "deep");
}

TEST_CASE("U28, U29: unknown events, blocks and deltas are ignored") {
  check_fine({R"({"type":"new_event","delta":5})", hidden_start("0"), delta("0", kJson),
              delta("0", kText), delta("0", R"("type":"new_delta")"), stop("0"), text_start("1"),
              delta("1", R"("type":"new_delta","text":5)"), delta("1", kText), stop("1")},
             R"("content":"x")");
}

TEST_CASE("U31: data.type is believed, not the event's name") {
  const std::string bytes = stream({text_start("0")}) + "event: message_stop\n" +
                            event(delta("0", kText)) + "event: ping\n" + event(ending()[0]) +
                            event(ending()[1]);
  const Outcome outcome = run(bytes);
  CHECK(outcome.complete);
  CHECK(outcome.out.find(R"("content":"x")") != std::string::npos);
}

TEST_CASE("U35: deltas and stops of blocks that are not open") {
  check_protocol_error({delta("0", kText)}, "not open");
  check_protocol_error({stop("0")}, "not open");
  check_protocol_error({text_start("0"), stop("0"), delta("0", kText)}, "not open");
  check_protocol_error({text_start("0"), stop("0"), stop("0")}, "not open");
  check_protocol_error({text_start("0"), text_start("0")}, "open");
  check_fine({hidden_start("0"), stop("0"), delta("0", kText), stop("0")});
}

TEST_CASE("U36: indices out of range") {
  for (const char* index : {"-1", "2147483648", "1000000000", "1e9", "0.5", "\"0\"", "null", "[]",
                            "65536", "99999999999999999999"}) {
    CAPTURE(index);
    check_protocol_error({text_start(index)}, "`index`");
    check_protocol_error({delta(index, kText)}, "`index`");
    check_protocol_error({stop(index)}, "`index`");
  }
  check_fine({tool_start("65535"), stop("65535")}, R"("index":0,"function":{"arguments":"{}"})");
}

TEST_CASE("U36: open blocks are bounded") {
  std::vector<std::string> events;
  for (int i = 0; i < 1000; ++i) events.push_back(text_start(std::to_string(i)));
  check_protocol_error(events, "too many");
}

TEST_CASE("U37: a second message_start, or anything before the first") {
  check_error(run(stream({}) + stream({})), ErrorKind::upstream_protocol, "message_start");
  for (const std::string& data :
       {text_start("0"), delta("0", kText), stop("0"), ending()[0], ending()[1]}) {
    CAPTURE(data);
    check_error(run(event(data)), ErrorKind::upstream_protocol, "before message_start");
  }
}

TEST_CASE("U38: bytes after message_stop are not even looked at") {
  std::vector<std::string> events = ending();
  events.emplace_back("garbage");
  const Outcome outcome = run(stream(events) + "data: {{{\n\n");
  CHECK_FALSE(outcome.error);
  CHECK(outcome.complete);
}

TEST_CASE("U12: an error object is an error wherever an answer may be") {
  const struct {
    const char* json;
    const char* message;
  } cases[] = {
      {R"({"error":{"message":"No quota","type":"insufficient_quota"}})", "No quota"},
      {R"({"error":"No quota"})", "No quota"},
      {R"({"detail":"No quota"})", "No quota"},
      {R"({"detail":[{"loc":["body","model"],"msg":"no"},{"msg":"never"}]})",
       "body.model: no; never"},
      {R"({"message":"No quota"})", "No quota"},
      {R"({"type":"quota","message":"No quota"})", "No quota"},
      {R"([{"error":{"code":429,"message":"No quota"}}])", "No quota"},
      {R"({"type":"error","error":"No quota"})", "No quota"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.json);
    for (const AnswerForm form : {AnswerForm::stream, AnswerForm::whole}) {
      const Outcome whole = run_message(form, {}, row.json);
      REQUIRE(whole.error);
      CHECK(whole.error->message == row.message);
      CHECK(http_status_of(*whole.error) >= 400);
      CHECK(whole.out.empty());
    }
    // An event with a type that is no error's is one of next year's.
    if (std::string_view(row.json).substr(0, 15) == R"({"type":"quota")") continue;
    for (const std::string& before : {std::string(), stream({text_start("0")})}) {
      const Outcome events = run(before + event(row.json));
      REQUIRE(events.error);
      CHECK(events.error->message == row.message);
    }
  }
  for (const char* json : {R"({"error":null,"id":"x"})", R"({"ok":true})", "[]", "[1]", "7",
                           R"({"object":"chat.completion","choices":[]})"}) {
    CAPTURE(json);
    const Outcome whole = run_message(AnswerForm::whole, {}, json);
    REQUIRE(whole.error);
    CHECK(whole.error->kind == ErrorKind::upstream_protocol);
  }
}

TEST_CASE("U39: empty fragments are left out, the others put together as they are") {
  check_fine({tool_start("0"), delta("0", R"("type":"input_json_delta","partial_json":"")"),
              delta("0", R"("type":"input_json_delta","partial_json":"{\"a\":\"\\u00")"),
              delta("0", R"("type":"input_json_delta","partial_json":"e9\"}")"), stop("0")},
             R"("arguments":"{\"a\":\"\\u00")");
}

TEST_CASE("A4: half a surrogate pair never goes out, in any string of an answer") {
  const std::string half = R"(x\ud83d)";
  const std::string citation =
      R"("type":"citations_delta","citation":{"type":"web_search_result_location","url":"https://a/)" +
      half + R"(","title":")" + half + R"("})";
  const auto piece = [&](const char* index, const char* type, const char* key) {
    return delta(index, R"("type":")" + std::string(type) + R"(",")" + key + R"(":")" + half + '"');
  };
  std::vector<std::string> events{
      R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}})",
      piece("0", "thinking_delta", "thinking"),
      piece("0", "thinking_delta", "thinking"),
      piece("0", "signature_delta", "signature"),
      stop("0"),
      text_start("1"),
      piece("1", "text_delta", "text"),
      piece("1", "text_delta", "text"),
      delta("1", citation),
      stop("1"),
      R"({"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t)" +
          half + R"(","name":"f)" + half + R"(","input":{"a":"\ud83d"}}})",
      stop("2"),
      tool_start("3"),
      delta("3", R"("type":"input_json_delta","partial_json":"{\"a\":\"\\ud83d")"),
      delta("3", R"("type":"input_json_delta","partial_json":"\"}")"),
      stop("3"),
      R"({"type":"content_block_start","index":4,"content_block":{"type":"redacted_thinking","data":")" +
          half + R"("}})",
      stop("4"),
      R"({"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"explanation":")" +
          half + R"("}},"usage":{"output_tokens":5}})",
      R"({"type":"message_stop"})"};
  for (const AnswerForm form : {AnswerForm::stream, AnswerForm::whole, AnswerForm::text}) {
    ConverterOptions options;
    options.reasoning = {true, true, true};
    const Outcome outcome = run_events(form, options, {stream(events)});
    CHECK(outcome.complete);
    CHECK(outcome.out.find(R"(\ud83d)") == std::string::npos);
    CHECK(outcome.out.find("x\xEF\xBF\xBD") != std::string::npos);
  }
}

TEST_CASE("U40: a call cut by max_tokens is told") {
  for (const char* reason : {"max_tokens", "tool_use"}) {
    std::vector<std::string> events{tool_start("0"), delta("0", kJson), stop("0")};
    for (const std::string& last : ending(reason)) events.push_back(last);
    CHECK(run(stream(events)).facts.stop.cuts_call == (reason[0] == 'm'));
  }
  std::vector<std::string> events{tool_start("0"), stop("0"), text_start("1"), stop("1")};
  for (const std::string& last : ending("max_tokens")) events.push_back(last);
  CHECK_FALSE(run(stream(events)).facts.stop.cuts_call);
}

TEST_CASE("U42: deltas of a type that the block does not take") {
  const std::string thinking_start =
      R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}})";
  const struct {
    std::string start;
    std::vector<std::string> wrong;
  } cases[] = {
      {text_start("0"), {kJson, kThinking, kSignature}},
      {tool_start("0"), {kText, kThinking, kSignature, kCitation}},
      {thinking_start, {kText, kJson, kCitation}},
  };
  for (const auto& row : cases) {
    for (const std::string& wrong : row.wrong) {
      CAPTURE(wrong);
      check_protocol_error({row.start, delta("0", wrong)}, "another type");
    }
  }
}

TEST_CASE("U44: invalid UTF-8 becomes U+FFFD before JSON") {
  check_fine({text_start("0"), delta("0", "\"type\":\"text_delta\",\"text\":\"a\xFF\xC3\"")},
             "\"content\":\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("U46: a huge event is a protocol error") {
  const std::string piece(1 << 20, 'x');
  AnswerConverter converter = make_converter(AnswerForm::stream, {});
  std::string out;
  Status status = converter.feed_events("data: ", out);
  int pieces = 0;
  while (status && pieces++ < 50) status = converter.feed_events(piece, out);
  REQUIRE_FALSE(status);
  CHECK(status.error().kind == ErrorKind::upstream_protocol);
  CHECK(pieces == 16);
}

TEST_CASE("U47: many small events take linear time") {
  std::string bytes = stream({text_start("0")});
  const std::string one = event(delta("0", kText));
  for (int i = 0; i < 100000; ++i) bytes += one;
  for (const std::string& last : ending()) bytes += event(last);
  const std::clock_t begin = std::clock();
  std::vector<std::string_view> pieces;
  for (size_t at = 0; at < bytes.size(); at += 1000) {
    pieces.push_back(std::string_view(bytes).substr(at, 1000));
  }
  CHECK(run_events(AnswerForm::stream, {}, pieces).complete);
  CHECK(std::clock() - begin < 30 * CLOCKS_PER_SEC);
}

}  // namespace proxx::test
