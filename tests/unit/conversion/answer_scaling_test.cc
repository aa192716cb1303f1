// W6: what an answer costs grows with its size and no faster, whatever there is much of, however it
// is cut and whichever form is made of it. A new shape is a row.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "answer/converter.h"
#include "openai/error.h"
#include "support/answer_converter.h"
#include "support/cost.h"

namespace proxx::test {
namespace {

std::string event(const std::string& data) {
  return "data: " + data + "\n\n";
}
/// What `piece` makes of 0 to n - 1.
template <class Piece>
std::string repeated(size_t n, const Piece& piece) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out.append(piece(std::to_string(i)));
  return out;
}
template <class Piece>
std::string list(size_t n, const Piece& piece) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out.append(i == 0 ? "" : ",").append(piece(std::to_string(i)));
  return out;
}

std::string start(const std::string& index, const std::string& block) {
  return event(R"({"type":"content_block_start","index":)" + index + R"(,"content_block":)" +
               block + '}');
}
std::string stop(const std::string& index) {
  return event(R"({"type":"content_block_stop","index":)" + index + '}');
}
std::string delta(const std::string& index, const std::string& members) {
  return event(R"({"type":"content_block_delta","index":)" + index + R"(,"delta":{"type":)" +
               members + "}}");
}
std::string block(const std::string& index, const std::string& text) {
  return start(index, text) + stop(index);
}
const std::string kTextStart = R"({"type":"text","text":""})";
const std::string kThinkingStart = R"({"type":"thinking","thinking":"","signature":""})";
const std::string kText = R"("text_delta","text":"x")";
const std::string kThinking = R"("thinking_delta","thinking":"x")";
const std::string kCitation =
    R"({"type":"web_search_result_location","url":"https://e.org","title":"t"})";
const std::string kMessage = R"({"type":"message","id":"msg_1","model":"m","content":[)";

std::string tool_use(const std::string& name) {
  return R"({"type":"tool_use","id":"t","name":")" + name + R"(","input":{}})";
}
std::string stream(const std::string& events) {
  return event(R"({"type":"message_start","message":{"id":"msg_1","model":"m","content":[]}})") +
         events + event(R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})") +
         event(R"({"type":"message_stop"})");
}
std::string one_text(const std::string& deltas) {
  return stream(start("0", kTextStart) + deltas + stop("0"));
}

enum class Cut { whole, bytes, message };

struct Shape {
  const char* name;
  std::string (*answer)(size_t n);
  size_t n;
  enum { complete, failed } outcome = complete;
  Cut cut = Cut::whole;
  /// Names of custom tools that the request had, and whether the blocks are kept for a pause.
  size_t custom_tools = 0;
  bool recorded = false;
};

const Shape kShapes[] = {
    {"deltas of one byte",
     [](size_t n) { return one_text(repeated(n, [](const auto&) { return delta("0", kText); })); },
     800},
    {"deltas of one byte, cut everywhere",
     [](size_t n) { return one_text(repeated(n, [](const auto&) { return delta("0", kText); })); },
     100, Shape::complete, Cut::bytes},
    {"one delta, cut everywhere",
     [](size_t n) {
       return one_text(delta("0", R"("text_delta","text":")" + std::string(n, 'x') + '"'));
     },
     5000, Shape::complete, Cut::bytes},
    {"escapes",
     [](size_t n) {
       return one_text(delta("0", R"("text_delta","text":")" + repeated(n, [](const auto&) {
                                    return std::string(R"(\u00e9\\\")");
                                  }) + '"'));
     },
     5000},
    {"halves of surrogate pairs",
     [](size_t n) {
       return one_text(
           repeated(n, [](const auto&) { return delta("0", R"("text_delta","text":"\ud83d")"); }));
     },
     250},
    {"backslashes",
     [](size_t n) {
       return one_text(repeated(4, [n](const auto&) {
         return delta("0", R"("text_delta","text":")" + std::string(2 * n, '\\') + R"(\ud83d")");
       }));
     },
     5000},
    {"bytes that are no UTF-8",
     [](size_t n) {
       return one_text(delta("0", R"("text_delta","text":")" + std::string(n, '\xff') + '"'));
     },
     5000},
    {"blocks",
     [](size_t n) {
       return stream(repeated(n, [](const auto& i) { return block(i, kTextStart); }));
     },
     250},
    {"blocks of one index",
     [](size_t n) {
       return stream(repeated(n, [](const auto&) { return block("0", kThinkingStart); }));
     },
     250},
    {"blocks that are not shown",
     [](size_t n) {
       return stream(repeated(n, [](const auto& i) { return block(i, R"({"type":"new"})"); }));
     },
     250},
    {"calls",
     [](size_t n) {
       return stream(repeated(n, [](const auto& i) { return block(i, tool_use("f" + i)); }));
     },
     200},
    {"calls of as many custom tools",
     [](size_t n) {
       return stream(repeated(n, [](const auto& i) { return block(i, tool_use("f" + i)); }));
     },
     200, Shape::complete, Cut::whole, 400},
    {"deltas of one call",
     [](size_t n) {
       return stream(start("0", tool_use("f")) +
                     repeated(n,
                              [](const auto&) {
                                return delta("0", R"("input_json_delta","partial_json":"1")");
                              }) +
                     stop("0"));
     },
     250},
    {"halves of pairs in a call's arguments",
     [](size_t n) {
       return stream(start("0", tool_use("f")) +
                     repeated(n,
                              [](const auto&) {
                                return delta("0",
                                             R"("input_json_delta","partial_json":"\\ud83d\\")");
                              }) +
                     stop("0"));
     },
     250},
    {"deltas of a custom tool's call",
     [](size_t n) {
       return stream(start("0", tool_use("f0")) +
                     delta("0", R"("input_json_delta","partial_json":"{\"input\":\"")") +
                     repeated(n,
                              [](const auto&) {
                                return delta("0", R"("input_json_delta","partial_json":"\\n")");
                              }) +
                     delta("0", R"("input_json_delta","partial_json":"\"}")") + stop("0"));
     },
     250, Shape::complete, Cut::whole, 1},
    {"thinking blocks",
     [](size_t n) {
       return stream(repeated(n, [](const auto& i) {
         return start(i, kThinkingStart) + delta(i, kThinking) +
                delta(i, R"("signature_delta","signature":"s")") + stop(i);
       }));
     },
     100},
    {"thinking blocks inside another",
     [](size_t n) {
       return stream(start("0", kThinkingStart) +
                     repeated(n,
                              [](const auto& i) {
                                return start("1" + i, kThinkingStart) + delta("0", kThinking) +
                                       stop("1" + i);
                              }) +
                     stop("0"));
     },
     150},
    {"citations of one block",
     [](size_t n) {
       return one_text(repeated(n, [](const auto&) {
         return delta("0", R"("citations_delta","citation":)" + kCitation);
       }));
     },
     200},
    {"pings",
     [](size_t n) {
       return stream(repeated(n, [](const auto&) { return event(R"({"type":"ping"})"); }));
     },
     400},
    {"events of a new type",
     [](size_t n) {
       return stream(repeated(n, [](const auto&) { return event(R"({"type":"new","x":[1]})"); }));
     },
     400},
    {"comments",
     [](size_t n) {
       return stream(repeated(n, [](const auto&) { return std::string(": x\n\n"); }));
     },
     2500},
    {"lines of one event",
     [](size_t n) {
       return stream(repeated(n, [](const auto&) { return std::string("data:\n"); }) +
                     event(R"({"type":"ping"})"));
     },
     2500},
    {"lines of one event, cut everywhere",
     [](size_t n) {
       return stream(repeated(n, [](const auto&) { return std::string("data: \r\n"); }) +
                     event(R"({"type":"ping"})"));
     },
     500, Shape::complete, Cut::bytes},
    {"lines that end in CR",
     [](size_t n) {
       return stream(
           repeated(n, [](const auto&) { return std::string("data: {\"type\":\"ping\"}\r\r"); }));
     },
     400},
    {"members of one event",
     [](size_t n) {
       return stream(event(R"({"type":"new",)" +
                           list(n, [](const auto& i) { return "\"x" + i + "\":1"; }) + '}'));
     },
     2500},
    {"members of the usage",
     [](size_t n) {
       return stream(event(R"({"type":"message_delta","delta":{},"usage":{)" +
                           list(n, [](const auto& i) { return "\"x" + i + "\":1"; }) + "}}"));
     },
     2500},
    {"message_deltas",
     [](size_t n) {
       return stream(repeated(n, [](const auto&) {
         return event(R"({"type":"message_delta","delta":{"stop_reason":"refusal",)"
                      R"("stop_details":{"explanation":"no"}},"usage":{"output_tokens":1}})");
       }));
     },
     250},
    {"an error's message",
     [](size_t n) {
       return stream(event(R"({"type":"error","error":{"type":"api_error","message":")" +
                           std::string(n, 'x') + "\"}}"));
     },
     25'000, Shape::failed},
    {"the message's id, and deltas",
     [](size_t n) {
       return event(R"({"type":"message_start","message":{"id":")" + std::string(n * 10, 'x') +
                    R"(","model":"m","content":[]}})") +
              start("0", kTextStart) + repeated(n, [](const auto&) { return delta("0", kText); });
     },
     250, Shape::failed},
    {"nesting of one event",
     [](size_t n) { return stream(event(R"({"type":"new","x":)" + std::string(n, '['))); }, 25'000,
     Shape::failed},
    {"recorded deltas",
     [](size_t n) { return one_text(repeated(n, [](const auto&) { return delta("0", kText); })); },
     800, Shape::complete, Cut::whole, 0, true},
    {"recorded blocks",
     [](size_t n) {
       return stream(repeated(
           n, [](const auto& i) { return start(i, kTextStart) + delta(i, kText) + stop(i); }));
     },
     150, Shape::complete, Cut::whole, 0, true},
    {"recorded citations",
     [](size_t n) {
       return one_text(repeated(n, [](const auto&) {
         return delta("0", R"("citations_delta","citation":)" + kCitation);
       }));
     },
     200, Shape::complete, Cut::whole, 0, true},
    {"blocks of a message",
     [](size_t n) {
       return kMessage +
              list(n, [](const auto& i) { return R"({"type":"text","text":")" + i + "\"}"; }) +
              "]}";
     },
     750, Shape::complete, Cut::message},
    {"blocks of a message, recorded",
     [](size_t n) {
       return kMessage +
              list(n, [](const auto& i) { return R"({"type":"text","text":")" + i + "\"}"; }) +
              "]}";
     },
     500, Shape::complete, Cut::message, 0, true},
    {"calls of a message",
     [](size_t n) {
       return kMessage + list(n, [](const auto& i) { return tool_use("f" + i); }) + "]}";
     },
     500, Shape::complete, Cut::message, 500},
    {"citations of a message",
     [](size_t n) {
       return kMessage + R"({"type":"text","text":"x","citations":[)" +
              list(n, [](const auto&) { return kCitation; }) + "]}]}";
     },
     500, Shape::complete, Cut::message},
    {"thinking of a message",
     [](size_t n) {
       return kMessage +
              list(n,
                   [](const auto& i) {
                     return R"({"type":"thinking","thinking":"x","signature":")" + i + "\"}";
                   }) +
              "]}";
     },
     500, Shape::complete, Cut::message},
    {"bytes of a message that are no UTF-8",
     [](size_t n) {
       return kMessage + R"({"type":"text","text":")" + std::string(n, '\xff') + "\"}]}";
     },
     5000, Shape::complete, Cut::message},
};

/// Bytes of output, and whether the answer came to its end.
struct Outcome {
  size_t bytes = 0;
  bool complete = false;
};

Outcome run(const Shape& shape, AnswerForm form, const ConverterOptions& options,
            const std::string& answer) {
  AnswerConverter converter = make_converter(form, options);
  std::string out;
  Status status;
  if (shape.cut == Cut::message) {
    status = converter.feed_message(answer, out);
  } else if (shape.cut == Cut::bytes) {
    for (size_t i = 0; status && i < answer.size(); ++i) {
      status = converter.feed_events(std::string_view(answer).substr(i, 1), out);
    }
  } else {
    status = converter.feed_events(answer, out);
  }
  if (status) status = converter.finish(out);
  return {out.size() + converter.output().take_reasoning().size(), status.has_value()};
}

void check(AnswerForm form) {
  for (const Shape& shape : kShapes) {
    const std::string name = shape.name;
    CAPTURE(name);
    const std::string grown = growth(
        [&](size_t n) {
          ConverterOptions options;
          options.waits_on_pause = shape.recorded;
          options.reasoning.thinking_blocks = true;
          for (size_t i = 0; i < shape.custom_tools * n / shape.n; ++i) {
            options.custom_tools.push_back("f" + std::to_string(i));
          }
          const std::string answer = shape.answer(n);
          CHECK(run(shape, form, options, answer).complete == (shape.outcome == Shape::complete));
          return
              [&shape, form, options, answer] { return run(shape, form, options, answer).bytes; };
        },
        shape.n);
    CHECK(grown == "");
  }
}

TEST_CASE("W6: four times the answer costs six times as much at most, in chunks") {
  check(AnswerForm::stream);
}

TEST_CASE("W6: four times the answer costs six times as much at most, as a completion") {
  check(AnswerForm::whole);
}

TEST_CASE("W6: four times the answer costs six times as much at most, in text") {
  check(AnswerForm::text);
}

TEST_CASE("W6: four times the error body costs six times as much at most") {
  for (const char* begin : {R"({"error":{"message":")", "", "\xff"}) {
    const std::string grown = growth(
        [&](size_t n) {
          return [body = begin + std::string(n, 'x') + R"("}})"] {
            return upstream_status_error(500, "text/plain", body).message.size();
          };
        },
        16'000);
    CHECK(grown == "");
  }
}

}  // namespace
}  // namespace proxx::test
