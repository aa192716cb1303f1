// What a Responses request costs grows with its size and no faster, whatever there is much of. A
// new shape is a row.
#include <doctest/doctest.h>

#include <string>

#include "openai/responses/request.h"
#include "openai/responses/sealed.h"
#include "support/cost.h"

namespace proxx::test {
namespace {

using openai::responses::seal;

/// What `piece` makes of 0 to n - 1, comma separated.
template <class Piece>
std::string list_of(size_t n, const Piece& piece) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out.append(i == 0 ? "" : ",").append(piece(std::to_string(i)));
  return out;
}

std::string with_fields(const std::string& members) {
  return R"({"model":"claude-opus-5-5","input":"Hi",)" + members + '}';
}
/// A request of these items and a last one.
std::string with_items(const std::string& items, const std::string& members = R"("store":false)") {
  return R"({"model":"claude-opus-5-5",)" + members +
         R"(,"input":[{"role":"user","content":"Hi"},)" + items +
         R"(,{"role":"user","content":"end"}]})";
}
std::string call_of(const std::string& id, const std::string& members = R"("name":"f")") {
  return R"({"type":"function_call","call_id":"c)" + id + "\"," + members + "}";
}
std::string output_of(const std::string& id) {
  return R"({"type":"function_call_output","call_id":"c)" + id + R"(","output":"1"})";
}
std::string function_of(const std::string& name) {
  return R"({"type":"function","name":"f)" + name + "\"}";
}
std::string reasoning_of(const std::string& encrypted_content) {
  return R"({"type":"reasoning","summary":[],"encrypted_content":")" + encrypted_content + "\"}";
}
const std::string kSealed = seal(R"([{"type":"thinking","thinking":"t","signature":"s"}])");
const std::string kSaid = R"({"role":"assistant","content":"a"})";
const std::string kAsked = R"({"role":"user","content":"b"})";

struct ResponsesShape {
  const char* name;
  std::string (*request)(size_t n);
  size_t n;
};

const ResponsesShape kResponsesShapes[] = {
    {"turns",
     [](size_t n) {
       return with_items(list_of(n, [](const auto&) { return kSaid + ',' + kAsked; }));
     },
     600},
    {"items of one turn",
     [](size_t n) { return with_items(list_of(n, [](const auto&) { return kSaid; })); }, 800},
    {"calls, and outputs in reverse order",
     [](size_t n) {
       return with_items(list_of(n, [](const auto& i) { return call_of(i); }) + ',' +
                         list_of(n, [n](const auto& i) {
                           return output_of(std::to_string(n - 1 - std::stoul(i)));
                         }));
     },
     400},
    {"calls among outputs, one open all the time",
     [](size_t n) {
       return with_items(
           call_of("open") + ',' +
           list_of(n,
                   [](const auto& i) { return call_of(i) + ',' + output_of(i) + ',' + kAsked; }) +
           ',' + output_of("open"));
     },
     400},
    {"calls of one id over and over",
     [](size_t n) {
       return with_items(
           list_of(n, [](const auto&) { return call_of("0") + ',' + output_of("0"); }));
     },
     400},
    {"calls that were cut off",
     [](size_t n) {
       return with_items(list_of(
           n, [](const auto& i) { return call_of(i, R"("name":"f","status":"incomplete")"); }));
     },
     600},
    {"local shell calls",
     [](size_t n) {
       return with_items(list_of(n, [](const auto& i) {
         return R"({"type":"local_shell_call","id":"l)" + i + R"(","call_id":"c)" + i +
                R"(","action":{"command":["a"]}},)" +
                R"({"type":"local_shell_call_output","id":"l)" + i + R"(","output":"1"})";
       }));
     },
     400},
    {"outputs that name no call",
     [](size_t n) {
       return with_items(list_of(n, [](const auto&) {
         return std::string(R"({"type":"function_call_output","name":"f","output":"1"})");
       }));
     },
     600},
    {"commands of one output",
     [](size_t n) {
       return with_items(R"({"type":"shell_call","call_id":"c","action":{"commands":["a"]}},)"
                         R"({"type":"shell_call_output","call_id":"c","output":[)" +
                         list_of(n, [](const auto&) { return R"({"stdout":"a"})"; }) + "]}");
     },
     1200},
    {"parts",
     [](size_t n) {
       return with_items(
           R"({"role":"user","content":[)" +
           list_of(n, [](const auto&) { return R"({"type":"input_text","text":"x"})"; }) + "]}");
     },
     800},
    {"sealed thinking",
     [](size_t n) {
       return with_items(list_of(
           n, [](const auto&) { return reasoning_of(kSealed) + ',' + kSaid + ',' + kAsked; }));
     },
     400},
    {"sealed thinking of one turn",
     [](size_t n) {
       return with_items(
           list_of(n, [](const auto&) { return reasoning_of(kSealed) + ',' + kSaid; }));
     },
     400},
    {"holes",
     [](size_t n) {
       return with_items(list_of(n, [](const auto&) {
         return reasoning_of(kSealed) + ',' + kSaid + ',' + kAsked + ',' + reasoning_of("proxx9") +
                ',' + kSaid + ',' + kAsked;
       }));
     },
     300},
    {"blocks of one seal",
     [](size_t n) {
       return with_items(
           reasoning_of(
               seal('[' +
                    list_of(n,
                            [](const auto&) {
                              return R"({"type":"thinking","thinking":"t","signature":"s"})";
                            }) +
                    ']')) +
           ',' + kSaid);
     },
     800},
    {"system messages inside",
     [](size_t n) {
       return with_items(list_of(n, [](const auto&) {
         return std::string(R"({"role":"developer","content":"s"},{"role":"user","content":"u"})");
       }));
     },
     600},
    {"hosted calls",
     [](size_t n) {
       return with_items(
           list_of(n, [](const auto&) { return R"({"type":"file_search_call","queries":[]})"; }));
     },
     1200},
    {"tools", [](size_t n) { return with_fields(R"("tools":[)" + list_of(n, function_of) + ']'); },
     400},
    {"one tool again and again",
     [](size_t n) {
       return with_fields(R"("tools":[)" + list_of(n, [](const auto&) { return function_of(""); }) +
                          ']');
     },
     600},
    {"namespaces",
     [](size_t n) {
       return with_fields(R"("tools":[)" +
                          list_of(n,
                                  [](const auto& i) {
                                    return R"({"type":"namespace","name":"n)" + i +
                                           R"(","tools":[)" + function_of("") + "]}";
                                  }) +
                          ']');
     },
     400},
    {"tools of one namespace",
     [](size_t n) {
       return with_fields(R"("tools":[{"type":"namespace","name":"n","description":"d","tools":[)" +
                          list_of(n, function_of) + "]}]");
     },
     400},
    {"names that are taken",
     [](size_t n) {
       return with_fields(
           R"("tools":[)" +
           list_of(n,
                   [](const auto& i) { return R"({"type":"function","name":"n__f)" + i + "\"}"; }) +
           R"(,{"type":"namespace","name":"n","tools":[)" + list_of(n, function_of) + "]}]");
     },
     300},
    {"additional tools",
     [](size_t n) {
       return with_items(list_of(n, [](const auto& i) {
         return R"({"type":"additional_tools","role":"developer","tools":[)" + function_of(i) +
                "]}";
       }));
     },
     400},
    {"calls of a namespace",
     [](size_t n) {
       return with_items(list_of(n,
                                 [](const auto& i) {
                                   return call_of(i, R"("namespace":"n","name":"f)" + i + '"') +
                                          ',' + output_of(i);
                                 }),
                         R"("tools":[{"type":"namespace","name":"n","tools":[)" +
                             list_of(n, function_of) + "]}]");
     },
     300},
    {"tools that may be called",
     [](size_t n) {
       return with_fields(R"("tools":[)" + list_of(n + 1, function_of) +
                          R"(],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[)" +
                          list_of(n, function_of) + "]}");
     },
     300},
    {"configuration updates",
     [](size_t n) {
       return with_items(list_of(n, [](const auto&) {
         return R"({"type":"configuration_update","reasoning":{"effort":"low"}})";
       }));
     },
     1200},
    {"metadata and include",
     [](size_t n) {
       return with_fields(
           R"("metadata":{)" + list_of(n, [](const auto& i) { return "\"k" + i + R"(":"v")"; }) +
           R"(},"include":[)" + list_of(n, [](const auto& i) { return "\"x" + i + '"'; }) + ']');
     },
     800},
};

TEST_CASE("four times the Responses request costs six times as much at most") {
  static const ModelTable models;
  RequestOptions options;
  options.models = &models;
  for (const ResponsesShape& shape : kResponsesShapes) {
    const std::string name = shape.name;
    CAPTURE(name);
    const std::string grown = growth(
        [&](size_t n) {
          const std::string request = shape.request(n);
          const auto first = openai::responses::convert_request(request, options);
          CHECK_MESSAGE(first, (first ? "" : first.error().param + ": " + first.error().message));
          return [&options, request] {
            const auto out = openai::responses::convert_request(request, options);
            return out ? out->body.size() : size_t{0};
          };
        },
        shape.n);
    CHECK(grown == "");
  }
}

TEST_CASE("the client's paths of n blocks and tools are told in linear time") {
  static const ModelTable models;
  RequestOptions options;
  options.models = &models;
  const std::string grown = growth(
      [&](size_t n) {
        const std::string request =
            with_items(list_of(n, [](const auto&) { return kSaid + ',' + kAsked; }),
                       R"("tools":[)" + list_of(n, function_of) + ']');
        const auto converted = openai::responses::convert_request(request, options);
        CHECK(converted);
        return [n, path = converted->client_path] {
          size_t bytes = 0;
          for (size_t i = 0; i < n; ++i) {
            bytes += path("messages." + std::to_string(i) + ".content.0").size();
            bytes += path("tools." + std::to_string(i)).size();
          }
          return bytes;
        };
      },
      400);
  CHECK(grown == "");
}

}  // namespace
}  // namespace proxx::test
