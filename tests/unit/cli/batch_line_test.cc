#include <doctest/doctest.h>

#include <string>

#include "cli/batch/line.h"

using namespace proxx;
using namespace proxx::cli;

namespace {

struct Read {
  BatchLine line;
  std::string request;
};
Read read(std::string_view text, uint64_t number = 7) {
  json::Document document;
  Read out{read_batch_line(text, number, document), {}};
  out.request = out.line.request;
  return out;
}
ResultKind kind_of(std::string_view text) {
  json::Document document;
  return read_result_line(text, document).kind;
}

}  // namespace

TEST_CASE("a batch request gives its id and its body as it stands") {
  const Read got = read(
      R"({"custom_id":"a\u00e9","method":"POST","url":"/v1/chat/completions","body":{"messages": [1.10]}})");
  CHECK(got.line.custom_id == "a\xC3\xA9");
  CHECK(got.line.has_own_id);
  CHECK(got.request == R"({"messages": [1.10]})");
  CHECK(read(R"({"custom_id":"a","body":{}})").request == "{}");
  const auto protocol_of = [](const std::string& text) { return read(text).line.protocol; };
  CHECK(protocol_of(R"({"custom_id":"a","body":{}})") == nullptr);
  CHECK(protocol_of(R"({"custom_id":"a","url":"/v1/completions","body":{}})")->name ==
        "completions");
}

TEST_CASE("B4: a bare request is called by its line") {
  const Read got = read(R"({"messages":[]})");
  CHECK(got.line.custom_id == "line-7");
  CHECK_FALSE(got.line.has_own_id);
  CHECK(got.request == R"({"messages":[]})");
}

TEST_CASE("B8: a byte order mark and a carriage return are no part of a line") {
  CHECK(read("\xEF\xBB\xBF{\"custom_id\":\"a\",\"body\":{}}\r").request == "{}");
}

TEST_CASE("B8: what cannot be run says why, with the id if there is one") {
  struct Case {
    const char* text;
    const char* id;
    const char* message;
    const char* param;
  };
  const Case cases[] = {
      {"", "", "blank line", ""},
      {" \t\r", "", "blank line", ""},
      {"[]", "", "expected a JSON object; of a list: jq -c '.[]' FILE makes lines", ""},
      {"7", "", "expected a JSON object; for prompts in words: --text", ""},
      {R"("hi")", "", "expected a JSON object", ""},
      {"{", "", "invalid JSON at byte 1: unexpected end; each request on one line: jq -c . FILE",
       ""},
      {R"({"custom_id":"a"})", "a", "expected an object", "body"},
      {R"({"custom_id":"a","body":"{}"})", "a", "expected an object", "body"},
      {R"({"custom_id":"","body":{}})", "", "expected a custom_id: a string that is not empty", ""},
      {R"({"body":{}})", "", "expected a custom_id: a string that is not empty", ""},
      {R"({"custom_id":"a","method":"GET","body":{}})", "a", "expected POST", "method"},
      {R"({"custom_id":"a","url":"/v1/embeddings","body":{}})", "a",
       "expected /v1/chat/completions, /v1/completions, /v1/responses", "url"},
      {R"({"custom_id":"a","body":{"stream":true}})", "a",
       "the answers of a batch are whole: leave stream out", "body.stream"},
      {R"({"stream":true})", "", "the answers of a batch are whole: leave stream out", "stream"},
  };
  for (const Case& each : cases) {
    const Read got = read(each.text);
    INFO(each.text);
    CHECK(got.request.empty());
    CHECK(got.line.custom_id == each.id);
    CHECK(got.line.error.message == each.message);
    CHECK(got.line.error.param == each.param);
    CHECK(got.line.error.kind == ErrorKind::invalid_request);
  }
  CHECK(read(R"({"custom_id":7,"body":{}})").line.error.param == "custom_id");
  CHECK(read("{").line.error.kind == ErrorKind::invalid_request);
  CHECK(read(R"({"custom_id":"a","body":{"stream":false}})").request == R"({"stream":false})");
}

TEST_CASE("A4 A9: a batch line keeps its custom_id, whatever is wrong with the body") {
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  for (const std::string& text : {R"({"custom_id":"a","body":{"a":)" + deep + "}}",
                                  R"({"body":{"a":)" + deep + R"(},"custom_id":"a"})",
                                  std::string("{\"body\":{\"a\":\"\xFF\"},\"custom_id\":\"a\"}")}) {
    CAPTURE(text);
    const Read got = read(text);
    CHECK(got.request.empty());
    CHECK(got.line.custom_id == "a");
  }
  CHECK(read(R"({"body":)" + deep + R"(,"custom_id":7})").line.custom_id.empty());
  const Read half = read(R"({"body":{"a":"\ud83d"},"custom_id":"\ude00"})");
  CHECK(half.line.custom_id == "\xEF\xBF\xBD");
  CHECK(half.request == R"({"a":"\ud83d"})");
}

TEST_CASE("results are OpenAI's lines") {
  CHECK(
      result_line("0f", "a\"b", {200, "req_1", R"({"id":"x"})"}) ==
      R"({"id":"batch_req_0f","custom_id":"a\"b","response":{"status_code":200,"request_id":"req_1","body":{"id":"x"}},"error":null})"
      "\n");
  CHECK(
      result_line("0f", "a", {429, "", R"({"error":{}})"}) ==
      R"({"id":"batch_req_0f","custom_id":"a","response":{"status_code":429,"request_id":null,"body":{"error":{}}},"error":null})"
      "\n");
}

TEST_CASE("what got no answer has an error instead of a response") {
  Error error{ErrorKind::upstream_unreachable, "connection refused", {}, {}, {}, 0};
  CHECK(
      failure_line("0f", "a", error) ==
      R"({"id":"batch_req_0f","custom_id":"a","response":null,"error":{"code":"upstream_unreachable","message":"connection refused"}})"
      "\n");
  error = {ErrorKind::invalid_request, "line 7: no", "messages", "unsupported_value", {}, 0};
  CHECK(
      failure_line("0f", "", error) ==
      R"({"id":"batch_req_0f","custom_id":null,"response":null,"error":{"code":"invalid_request","message":"line 7: no"}})"
      "\n");
}

TEST_CASE("B2: what a result is to a run that continues") {
  const std::string answered = result_line("0f", "a", {200, "r", "{}"});
  CHECK(kind_of(answered) == ResultKind::answered);
  CHECK(kind_of(result_line("0f", "a", {429, "r", "{}"})) == ResultKind::failed);
  CHECK(kind_of(failure_line("0f", "a", Error{})) == ResultKind::failed);
  CHECK(kind_of(failure_line("0f", "", Error{})) == ResultKind::failed);
  CHECK(kind_of(R"({"id":"batch_req_0f","custom_id":null,"response":{"status_code":200}})") ==
        ResultKind::failed);
  for (size_t cut = 0; cut + 2 < answered.size(); ++cut) {
    CHECK(kind_of(answered.substr(0, cut)) == ResultKind::damaged);
  }
  CHECK(kind_of(answered.substr(0, 30) + std::string(20, '\0')) == ResultKind::damaged);
  CHECK(kind_of(R"({"custom_id":"a","body":{}})") == ResultKind::foreign);
  CHECK(kind_of("dear diary") == ResultKind::foreign);
  CHECK(kind_of("[1]") == ResultKind::foreign);
}
