// Which API a request speaks, and what its protocol makes of it and of the answer.
#include "exchange/protocols.h"

#include <doctest/doctest.h>

#include <string>

#include "answer/converter.h"

namespace proxx {
namespace {

const ModelTable& table() {
  static const ModelTable models;
  return models;
}

Result<ConvertedRequest> convert(const std::string& request, const Protocol* protocol = nullptr) {
  RequestOptions options;
  options.models = &table();
  return convert_request(request, protocol, options);
}

std::string answered(const MakeOutput& make, AnswerForm form, const std::string& message) {
  AnswerConverter converter(make(form, {}, [] { return int64_t{17}; }));
  std::string out;
  CHECK(converter.feed_message(message, out));
  return out;
}

const std::string kCall =
    R"({"id":"msg_01A","type":"message","role":"assistant","model":"claude-opus-5-5","content":[)"
    R"({"type":"tool_use","id":"toolu_1","name":"n__f","input":{"input":"x"}}],)"
    R"("stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}})";
const std::string kRequest =
    R"({"model":"claude-opus-5-5","input":"Hi","instructions":"Be brief.","tools":[)"
    R"({"type":"namespace","name":"n","tools":[{"type":"custom","name":"f"}]}]})";

TEST_CASE("a path and a name have their protocol") {
  REQUIRE(protocol_of_path("/v1/responses") != nullptr);
  CHECK(protocol_of_path("/v1/responses") == protocol_named("responses"));
  CHECK(protocol_of_path("/v1/chat/completions") == protocol_named("chat"));
  CHECK(protocol_of_path("/v1/response") == nullptr);
}

TEST_CASE("without a path the body tells which API it speaks") {
  struct Row {
    const char* request;
    const char* param;  ///< of the error; each API names its own fields
  };
  static constexpr Row kRows[] = {
      {R"({"model":"m","messages":[]})", "messages"},
      {R"({"model":"m"})", "messages"},
      {R"({"model":"m","messages":null,"input":[]})", "input"},
      {R"({"model":"m","input":[]})", "input"},
      {R"({"model":"m","prompt":{"id":"p"}})", "prompt"},
      {R"({"model":"m","previous_response_id":"resp_1"})", "previous_response_id"},
      {R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"input":"Hi"})", "input"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.request);
    const auto converted = convert(row.request);
    REQUIRE_FALSE(converted);
    CHECK(converted.error().kind == ErrorKind::invalid_request);
    CHECK(converted.error().param == row.param);
  }
  CHECK(convert(kRequest));
  CHECK(convert(R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"prompt":"x"})"));
}

TEST_CASE("at its path a body of the other API lacks what it needs") {
  const auto chat = convert(kRequest, protocol_named("chat"));
  REQUIRE_FALSE(chat);
  CHECK(chat.error().param == "messages");
  const auto responses = convert(R"({"model":"m","messages":[{"role":"user","content":"Hi"}]})",
                                 protocol_named("responses"));
  REQUIRE_FALSE(responses);
  CHECK(responses.error().param == "input");
  const auto text = convert("[]", protocol_named("responses"));
  REQUIRE_FALSE(text);
  CHECK(text.error().message == "object expected: a Responses request");
}

TEST_CASE("the answer to a Responses request knows the request's tools") {
  const auto converted = convert(kRequest);
  REQUIRE(converted);
  const std::string whole = answered(converted->make_output, AnswerForm::whole, kCall);
  CHECK(whole.find(R"("created_at":17)") != std::string::npos);
  CHECK(whole.find(R"("type":"custom_tool_call")") != std::string::npos);
  CHECK(whole.find(R"("name":"f","namespace":"n","input":"x")") != std::string::npos);
  CHECK(whole.find(R"("instructions":"Be brief.")") != std::string::npos);
  const std::string text = answered(converted->make_output, AnswerForm::text, kCall);
  CHECK(text == R"({"type":"custom_tool_call","status":"completed","call_id":"toolu_1",)"
                R"("name":"f","namespace":"n","input":"x"})"
                "\n");
}

TEST_CASE("an answer that is converted apart looks as its request asks") {
  const Protocol& responses = *protocol_named("responses");
  json::Document document;
  REQUIRE(document.parse(kRequest));
  const auto make = responses.answer_to(document.root(), {});
  REQUIRE(make);
  CHECK(answered(*make, AnswerForm::whole, kCall) ==
        answered(convert(kRequest)->make_output, AnswerForm::whole, kCall));
  const auto bare = responses.answer_to(json::Reader(), {});
  REQUIRE(bare);
  const std::string whole = answered(*bare, AnswerForm::whole, kCall);
  CHECK(whole.find(R"("type":"function_call")") != std::string::npos);
  CHECK(whole.find(R"("name":"n__f")") != std::string::npos);
  CHECK(whole.find(R"("tools":[])") != std::string::npos);
}

TEST_CASE("an empty request echoes what no request does") {
  const Protocol& responses = *protocol_named("responses");
  json::Document document;
  REQUIRE(document.parse(R"({"model":"claude-opus-5-5","input":"Hi"})"));
  const auto asked = responses.answer_to(document.root(), {});
  const auto bare = responses.answer_to(json::Reader(), {});
  REQUIRE(asked);
  REQUIRE(bare);
  CHECK(answered(*asked, AnswerForm::whole, kCall) == answered(*bare, AnswerForm::whole, kCall));
}

}  // namespace
}  // namespace proxx
