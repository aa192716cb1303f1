// W1 to W5, W7: what a request costs grows with its size and no faster, whatever there is much of.
// A new shape is a row.
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "anthropic/model_info.h"
#include "openai/chat/request.h"
#include "support/cost.h"

namespace proxx::test {
namespace {

/// What `piece` makes of 0 to n - 1, comma separated.
template <class Piece>
std::string list(size_t n, const Piece& piece) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out.append(i == 0 ? "" : ",").append(piece(std::to_string(i)));
  return out;
}
std::string repeated(size_t n, std::string_view text) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out += text;
  return out;
}

/// A request of one message, with more members.
std::string with(const std::string& members) {
  return R"({"model":"claude-opus-5-5","messages":[{"role":"user","content":"Hi"}],)" + members +
         '}';
}
/// A request of these messages and a last one.
std::string history(const std::string& messages, const char* model = "claude-opus-5-5") {
  return R"({"model":")" + std::string(model) + R"(","messages":[{"role":"user","content":"Hi"},)" +
         messages + R"(,{"role":"user","content":"end"}]})";
}
std::string answer(const std::string& members) {
  return R"({"role":"assistant","content":"a",)" + members + "}";
}
std::string function(const std::string& name, const std::string& members) {
  return R"({"type":"function","function":{"name":"f)" + name + "\"," + members + "}}";
}
std::string tool(const std::string& parameters) {
  return with(R"("tools":[)" + function("", R"("parameters":)" + parameters) + "]");
}
std::string strict_tool(const std::string& parameters) {
  return with(R"("tools":[)" + function("", R"("strict":true,"parameters":)" + parameters) + "]");
}
std::string format(const std::string& schema) {
  return with(R"("response_format":{"type":"json_schema","json_schema":{"name":"s","schema":)" +
              schema + "}}");
}
std::string properties(size_t n) {
  return R"("properties":{)" +
         list(n, [](const auto& i) { return "\"p" + i + R"(":{"type":"string"})"; }) + '}';
}
std::string call(const std::string& id) {
  return R"({"id":"c)" + id + R"(","type":"function","function":{"name":"f","arguments":"{}"}})";
}
std::string result(const std::string& id) {
  return R"({"role":"tool","tool_call_id":"c)" + id + R"(","content":"1"})";
}
const std::string kSigned = R"("thinking_blocks":[{"type":"thinking","thinking":"t",)"
                            R"("signature":"s"}])";
const std::string kUnsigned = R"("reasoning_content":"r")";
const std::string kTurn = R"(,{"role":"user","content":"b"})";

struct Shape {
  const char* name;
  std::string (*request)(size_t n);
  size_t n;
  enum { accepted, refused } outcome = accepted;
  bool drop_thinking = false;
};

const Shape kShapes[] = {
    {"W1: betas",
     [](size_t n) {
       return with(R"("betas":[)" + list(n, [](const auto& i) { return "\"b" + i + '"'; }) + ']');
     },
     1200, Shape::refused},
    {"W1: anthropic_beta",
     [](size_t n) {
       return with(R"("anthropic_beta":")" + list(n, [](const auto& i) { return "b" + i; }) + '"');
     },
     1200, Shape::refused},
    {"W1: one beta again and again",
     [](size_t n) {
       return with(R"("betas":[)" + list(n, [](const auto&) { return R"("b")"; }) + ']');
     },
     1200, Shape::refused},
    {"W2: references to as many definitions",
     [](size_t n) {
       return format(
           R"({"type":"object","properties":{)" +
           list(n,
                [](const auto& i) { return "\"p" + i + R"(":{"$ref":"#/$defs/d)" + i + "\"}"; }) +
           R"(},"$defs":{)" +
           list(n, [](const auto& i) { return "\"d" + i + R"(":{"type":"string"})"; }) + "}}");
     },
     600},
    {"W2: a reference of escapes",
     [](size_t n) {
       return format(R"({"type":"object","properties":{"a":{"$ref":"#/$defs/)" + repeated(n, "~1") +
                     R"("}},"$defs":{")" + repeated(n, "/") + R"(":{"type":"string"}}})");
     },
     20'000},
    {"W2: definitions that refer to the next",
     [](size_t n) {
       return format(R"({"type":"object","properties":{},"$defs":{)" +
                     list(n,
                          [](const auto& i) {
                            return "\"d" + i + R"(":{"type":"array","items":{"$ref":"#/$defs/d)" +
                                   std::to_string(std::stoul(i) + 1) + "\"}}";
                          }) +
                     R"(,"d)" + std::to_string(n) + R"(":{"type":"string"}}})");
     },
     600},
    {"W2: references at the top of a tool",
     [](size_t n) {
       return tool(R"({"anyOf":[)" +
                   list(n, [](const auto& i) { return R"({"$ref":"#/$defs/d)" + i + "\"}"; }) +
                   R"(],"$defs":{)" +
                   list(n,
                        [](const auto& i) {
                          return "\"d" + i + R"(":{"properties":{"p)" + i +
                                 R"(":{"type":"string"}}})";
                        }) +
                   "}}");
     },
     600},
    {"W2: references beside many members of the root",
     [](size_t n) {
       return format(
           R"({"type":"object",)" + list(n, [](const auto& i) { return "\"x" + i + "\":1"; }) +
           R"(,"properties":{)" +
           list(n, [](const auto& i) { return "\"p" + i + R"(":{"$ref":"#/$defs/d"})"; }) +
           R"(},"$defs":{"d":{"type":"string"}}})");
     },
     600},
    {"W3: unsigned reasoning",
     [](size_t n) {
       return history(list(n, [](const auto&) { return answer(kUnsigned) + kTurn; }));
     },
     600},
    {"W3: signed thinking and one hole",
     [](size_t n) {
       return history(list(n, [](const auto&) { return answer(kSigned) + kTurn; }) + ',' +
                      answer(kUnsigned) + kTurn);
     },
     600},
    {"W3: signed thinking and holes by turns",
     [](size_t n) {
       return history(list(n, [](const auto&) {
         return answer(kSigned) + kTurn + ',' + answer(kUnsigned) + kTurn;
       }));
     },
     320},
    {"W3: signed thinking and holes in one turn",
     [](size_t n) {
       return history(
           list(n, [](const auto&) { return answer(kSigned) + ',' + answer(kUnsigned); }));
     },
     800},
    {"W3: thinking that is dropped",
     [](size_t n) { return history(list(n, [](const auto&) { return answer(kSigned) + kTurn; })); },
     1500, Shape::accepted, true},
    {"W3: thinking blocks of one message",
     [](size_t n) {
       return history(answer(R"("thinking_blocks":[)" +
                             list(n,
                                  [](const auto& i) {
                                    return R"({"type":"thinking","thinking":"t","signature":")" +
                                           i + "\"}";
                                  }) +
                             "]"));
     },
     800},
    {"W3: reasoning details of one message",
     [](size_t n) {
       return history(
           answer(R"("reasoning_details":[)" +
                  list(n,
                       [](const auto& i) {
                         return R"({"type":"reasoning.text","text":"t","signature":"s","index":)" +
                                i + "}";
                       }) +
                  "]"));
     },
     800},
    {"W3: pieces of one reasoning detail",
     [](size_t n) {
       return history(answer(
           R"("reasoning_details":[)" +
           list(n,
                [](const auto&) { return R"({"type":"reasoning.text","text":"t","index":0})"; }) +
           R"(,{"type":"reasoning.text","signature":"s","index":0}])"));
     },
     800},
    {"W4: branches over one large definition",
     [](size_t n) {
       return tool(R"({"anyOf":[)" +
                   list(n,
                        [](const auto& i) {
                          return R"({"properties":{"q)" + i +
                                 R"(":{"type":"string"}},)"
                                 R"("allOf":[{"$ref":"#/$defs/d"}]})";
                        }) +
                   R"(],"$defs":{"d":{)" + properties(10 * n) + "}}}");
     },
     80, Shape::refused},
    {"W4: branches that give a large property more texts",
     [](size_t n) {
       return tool(R"({"oneOf":[)" +
                   list(n,
                        [](const auto& i) {
                          return R"({"properties":{"p":{"const":)" + i +
                                 R"(}},)"
                                 R"("allOf":[{"$ref":"#/$defs/d"}]})";
                        }) +
                   R"(],"$defs":{"d":{"properties":{"p":{"enum":[)" +
                   list(20 * n, [](const auto& i) { return i; }) + "]}}}}}");
     },
     75, Shape::refused},
    {"W4: definitions that double",
     [](size_t n) {
       return tool(R"({"anyOf":[{"$ref":"#/$defs/d0"}],"$defs":{)" +
                   list(n,
                        [](const auto& i) {
                          const std::string next =
                              R"({"$ref":"#/$defs/d)" + std::to_string(std::stoul(i) + 1) + "\"}";
                          return "\"d" + i + R"(":{"allOf":[)" + next + ',' + next + "]}";
                        }) +
                   R"(,"d)" + std::to_string(n) + R"(":{"properties":{"p":{}}}}})");
     },
     30, Shape::refused},
    {"W4: many tools of branches over one definition",
     [](size_t n) {
       return with(R"("tools":[)" +
                   list(n,
                        [](const auto& i) {
                          return function(i,
                                          R"("parameters":{"anyOf":[)" +
                                              list(8,
                                                   [](const auto& j) {
                                                     return R"({"properties":{"q":{"const":)" + j +
                                                            R"(}},"allOf":[{"$ref":"#/$defs/d"}]})";
                                                   }) +
                                              R"(],"$defs":{"d":{)" + properties(20) + "}}}");
                        }) +
                   "]");
     },
     25},
    {"W4: branches of their own",
     [](size_t n) {
       return tool(R"({"anyOf":[)" +
                   list(n,
                        [](const auto& i) {
                          return R"({"properties":{"kind":{"const":)" + i +
                                 R"(},"p":{"type":"string"}},)"
                                 R"("required":["kind","p"]})";
                        }) +
                   "]}");
     },
     400},
    {"W4: properties under one branch",
     [](size_t n) { return tool(R"({"allOf":[{)" + properties(n) + R"(}],"required":["p1"]})"); },
     1000},
    {"W4: branches in branches",
     [](size_t n) {
       return tool(repeated(50, R"({"anyOf":[)") + '{' + properties(n) + '}' + repeated(50, "]}"));
     },
     20},
    {"W5: tools",
     [](size_t n) {
       return with(R"("tools":[)" +
                   list(n,
                        [](const auto& i) {
                          return function(
                              i, R"("parameters":{"type":"object","properties":{"a":{}}})");
                        }) +
                   "]");
     },
     400},
    {"W5: strict tools",
     [](size_t n) {
       return with(R"("tools":[)" +
                   list(n,
                        [](const auto& i) {
                          return function(i, R"("strict":true,"parameters":{"type":"object"})");
                        }) +
                   "]");
     },
     400},
    {"W5: tools whose schema is not legal",
     [](size_t n) {
       return with(
           R"("tools":[)" +
           list(n,
                [](const auto& i) {
                  return function(
                      i, R"("strict":true,"parameters":{"type":"object","properties":{"a":true}})");
                }) +
           "]");
     },
     400},
    {"W5: functions",
     [](size_t n) {
       return with(R"("functions":[)" +
                   list(n,
                        [](const auto& i) {
                          return R"({"name":"f)" + i + R"(","parameters":{"type":"object"}})";
                        }) +
                   "]");
     },
     400},
    {"W5: custom tools",
     [](size_t n) {
       return with(R"("tools":[)" +
                   list(n,
                        [](const auto& i) {
                          return R"({"type":"custom","custom":{"name":"c)" + i + "\"}}";
                        }) +
                   "]");
     },
     400},
    {"W5: tools that may be called",
     [](size_t n) {
       return with(R"("tools":[)" +
                   list(n + 1, [](const auto& i) { return function(i, R"("description":"d")"); }) +
                   R"(],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto",)"
                   R"("tools":[)" +
                   list(n, [](const auto& i) { return function(i, R"("x":1)"); }) + "]}}");
     },
     280},
    {"W5: required names",
     [](size_t n) {
       return strict_tool(R"({"type":"object",)" + properties(n) + R"(,"required":[)" +
                          list(n, [](const auto& i) { return "\"p" + i + '"'; }) + "]}");
     },
     600},
    {"W5: limits in one schema",
     [](size_t n) {
       return strict_tool(R"({"type":"object","properties":{},"description":"d",)" +
                          list(n, [](const auto& i) { return "\"x" + i + "\":1"; }) + "}");
     },
     600},
    {"W5: calls, and results in reverse order",
     [](size_t n) {
       return history(
           R"({"role":"assistant","tool_calls":[)" + list(n, call) + "]}," +
           list(n, [n](const auto& i) { return result(std::to_string(n - 1 - std::stoul(i))); }));
     },
     400},
    {"W5: calls of one id over and over",
     [](size_t n) {
       return history(list(n, [](const auto&) {
         return R"({"role":"assistant","tool_calls":[)" + call("0") + "]}," + result("0");
       }));
     },
     400},
    {"W5: calls of ids that the upstream does not take",
     [](size_t n) {
       return history(R"({"role":"assistant","tool_calls":[)" +
                      list(n, [](const auto& i) { return call(" " + i); }) + "]}," +
                      list(n, [](const auto& i) { return result(" " + i); }));
     },
     400},
    {"W5: legacy calls",
     [](size_t n) {
       return history(list(n, [](const auto&) {
         return std::string(R"({"role":"assistant","function_call":{"name":"f","arguments":"{}"}},)"
                            R"({"role":"function","name":"f","content":"1"})");
       }));
     },
     400},
    {"W5: parts",
     [](size_t n) {
       return history(R"({"role":"user","content":[)" +
                      list(n, [](const auto&) { return R"({"type":"text","text":"x"})"; }) + "]}");
     },
     800},
    {"W5: parts of results",
     [](size_t n) {
       return history(R"({"role":"assistant","tool_calls":[)" + call("0") +
                      R"(]},{"role":"tool","tool_call_id":"c0","content":[)" +
                      list(n, [](const auto&) { return R"({"type":"text","text":"x"})"; }) + "]}");
     },
     800},
    {"W5: notices behind many parts",
     [](size_t n) {
       return history(R"({"role":"user","content":[)" +
                      list(n, [](const auto&) { return R"({"type":"text","text":"x"})"; }) + ',' +
                      list(150, [](const auto&) { return R"({"type":"text","text":"x","y":1})"; }) +
                      "]}");
     },
     800},
    {"W5: images",
     [](size_t n) {
       return history(
           R"({"role":"user","content":[)" +
           list(n,
                [](const auto&) {
                  return R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}})";
                }) +
           "]}");
     },
     600},
    {"W5: native calls, and their results in reverse order",
     [](size_t n) {
       return history(R"({"role":"assistant","content":[)" +
                      list(n,
                           [](const auto& i) {
                             return R"({"type":"tool_use","id":"c )" + i +
                                    R"(","name":"f","input":{}})";
                           }) +
                      R"(]},{"role":"user","content":[)" +
                      list(n,
                           [n](const auto& i) {
                             return R"({"type":"tool_result","tool_use_id":"c )" +
                                    std::to_string(n - 1 - std::stoul(i)) +
                                    R"(","content":[{"type":"text","text":"x"}]})";
                           }) +
                      "]}");
     },
     400},
    {"W5: native thinking between texts",
     [](size_t n) {
       return history(
           R"({"role":"assistant","content":[)" +
           list(
               n,
               [](const auto&) {
                 return R"({"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"x"})";
               }) +
           "]}");
     },
     400},
    {"W5: halves of surrogate pairs",
     [](size_t n) {
       return history(list(n, [](const auto&) {
         return R"({"role":"user","content":[{"type":"text","text":"\ud83d \udc00"}]})";
       }));
     },
     600},
    {"W5: assistant messages with nothing between them",
     [](size_t n) {
       return history(list(n, [](const auto&) {
         return R"({"role":"assistant","content":"a"},{"role":"user","content":""})";
       }));
     },
     600},
    {"W5: system messages between assistant messages",
     [](size_t n) {
       return history(list(n, [](const auto&) {
         return R"({"role":"assistant","content":"a"},{"role":"system","content":"s"})";
       }));
     },
     600},
    {"W5: nothing but system messages",
     [](size_t n) {
       return R"({"model":"claude-opus-5-5","messages":[)" +
              list(n, [](const auto&) { return R"({"role":"system","content":"s"})"; }) + "]}";
     },
     800},
    {"W5: base64 in lines",
     [](size_t n) {
       return history(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":)"
                      R"("data:image/png;base64,)" +
                      repeated(n, R"(AAAA\r\n)") + R"("}}]})");
     },
     4000},
    {"W5: breakpoints",
     [](size_t n) {
       return history(
           R"({"role":"user","content":[)" +
           list(n,
                [](const auto&) {
                  return R"({"type":"text","text":"x","cache_control":{"type":"ephemeral"}})";
                }) +
           "]}");
     },
     600},
    {"W5: turns",
     [](size_t n) {
       return history(list(n, [](const auto&) { return answer(R"("name":"n")") + kTurn; }));
     },
     600},
    {"W5: empty answers and system messages",
     [](size_t n) {
       return history(list(n, [](const auto&) {
         return std::string(R"({"role":"system","content":"s"},{"role":"assistant","content":""},)"
                            R"({"role":"user","content":"u"})");
       }));
     },
     400},
    {"W5: system messages inside a conversation",
     [](size_t n) {
       return history(
           list(n,
                [](const auto&) {
                  return std::string(
                      R"({"role":"system","content":"s"},{"role":"user","content":"u"})");
                }),
           "claude-sonnet-4-5");
     },
     600},
    {"W5: system messages at the top",
     [](size_t n) {
       return R"({"model":"claude-opus-5-5","messages":[)" +
              list(n, [](const auto&) { return R"({"role":"system","content":"s"})"; }) +
              R"(,{"role":"user","content":"end"}]})";
     },
     600},
    {"W5: stop sequences",
     [](size_t n) {
       return with(R"("stop":[)" + list(n, [](const auto& i) { return '"' + i + '"'; }) + ']');
     },
     1200},
    {"W5: unknown fields",
     [](size_t n) { return with(list(n, [](const auto& i) { return "\"x" + i + "\":1"; })); },
     3000},
    {"W5: one field again and again",
     [](size_t n) {
       return with(list(n, [](const auto&) { return R"("tools":[],"metadata":{"a":"b"})"; }));
     },
     600},
    {"W5: metadata",
     [](size_t n) {
       return with(R"("metadata":{)" +
                   list(n, [](const auto& i) { return "\"k" + i + R"(":"v")"; }) + '}');
     },
     1200},
    {"W5: biases",
     [](size_t n) {
       return with(R"("logit_bias":{)" + list(n, [](const auto& i) { return "\"" + i + "\":1"; }) +
                   '}');
     },
     1200},
    {"W5: an escaped text",
     [](size_t n) { return with(R"("stop":")" + repeated(n, R"(\u00e9)") + '"'); }, 8000},
    {"W5: a blank text",
     [](size_t n) {
       return history(R"({"role":"user","content":")" + repeated(n, R"(\u2003 \n)") + "\"}");
     },
     8000},
    {"W5: a text that is to be continued",
     [](size_t n) {
       return R"({"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"Hi"},)"
              R"({"role":"assistant","content":"a)" +
              repeated(n, R"(\u2003 \n)") + "\"}]}";
     },
     8000},
    {"W5: a data URL of escapes",
     [](size_t n) {
       return history(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":)"
                      R"("data:image\/png;base64,)" +
                      repeated(n, R"(\/\/\/\/)") + "\"}}]}");
     },
     4000},
    {"W5: arguments that are no JSON",
     [](size_t n) {
       return history(R"({"role":"assistant","tool_calls":[{"id":"c0","type":"function",)"
                      R"("function":{"name":"f","arguments":")" +
                      repeated(n, R"(\"[)") + "\"}}]}," + result("0"));
     },
     4000},
    {"W7: one property again and again",
     [](size_t n) {
       return strict_tool(R"({"type":"object","properties":{)" +
                          list(n, [](const auto&) { return R"("p":{"type":"string"})"; }) + "}}");
     },
     600},
    {"W7: one keyword again and again",
     [](size_t n) {
       return strict_tool(
           "{" +
           list(n,
                [](const auto&) { return R"("type":"object","description":"d","minLength":1)"; }) +
           "}");
     },
     400},
    {"W7: branches again and again",
     [](size_t n) {
       return tool("{" + list(n, [](const auto&) { return R"("anyOf":[{"properties":{}}])"; }) +
                   "}");
     },
     400},
};

Result<ConvertedChatRequest> convert(const std::string& request, const Shape& shape) {
  static const ModelTable models;
  RequestOptions options;
  options.models = &models;
  options.drop_thinking = shape.drop_thinking;
  return convert_request(request, options);
}

TEST_CASE("W1 to W5, W7: four times the request costs six times as much at most") {
  for (const Shape& shape : kShapes) {
    const std::string name = shape.name;
    CAPTURE(name);
    const std::string grown = growth(
        [&](size_t n) {
          const std::string request = shape.request(n);
          const bool accepted = convert(request, shape).has_value();
          CHECK(accepted == (shape.outcome == Shape::accepted));
          return [&shape, request] {
            const auto out = convert(request, shape);
            return out ? out->body.size() : size_t{0};
          };
        },
        shape.n);
    CHECK(grown == "");
  }
}

TEST_CASE("W5: four times the models cost six times as much at most") {
  const std::string grown = growth(
      [](size_t n) {
        return [n] {
          ModelTable models;
          std::vector<ModelInfo> upstream;
          for (size_t i = 0; i < n; ++i) {
            const std::string name = "m" + std::to_string(i);
            Model model = models.resolve(name);
            model.alias = "alias-" + name;
            models.put(model);
            models.add_alias("a" + name, i == 0 ? name : "am" + std::to_string(i - 1));
            upstream.emplace_back().id = name;
          }
          refresh(models, upstream);
          size_t found = 0;
          for (size_t i = 0; i < n; ++i) {
            found += models.find("alias-m" + std::to_string(i)) != nullptr ? 1 : 0;
            found += models.resolve("am" + std::to_string(i)).listed ? 1 : 0;
          }
          CHECK(found == 2 * n);
          return found;
        };
      },
      800);
  CHECK(grown == "");
}

}  // namespace
}  // namespace proxx::test
