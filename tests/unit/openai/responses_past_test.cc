#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "answer/converter.h"
#include "openai/responses/past.h"
#include "openai/responses/request.h"

// What a request refers to: previous_response_id and item_reference (docs/mapping-responses.md
// 4.9). A conversation that is referred to converts to the bytes of the one that is sent in full.

namespace proxx::openai::responses {
namespace {

/// A memory without bounds, which shows what it was given.
struct FakePast final : PastResponses {
  struct Begun {
    std::string previous;
    std::vector<PastItem> items;
  };
  std::map<std::string, std::string, std::less<>> conversations;
  std::map<std::string, std::string, std::less<>> items;
  std::map<uint64_t, Begun> begun;
  uint64_t last = 0;
  bool is_full = false;

  std::optional<std::string> conversation(std::string_view id) override {
    const auto found = conversations.find(id);
    return found == conversations.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::string> item(std::string_view id) override {
    const auto found = items.find(id);
    return found == items.end() ? std::nullopt : std::optional(found->second);
  }
  uint64_t begin(std::string_view previous, std::vector<PastItem> added) override {
    if (is_full) return 0;
    begun[++last] = {std::string(previous), std::move(added)};
    return last;
  }
  bool finish(uint64_t name, std::string_view id, std::vector<PastItem> output) override {
    if (is_full) return false;
    Begun all = begun.at(name);
    begun.erase(name);
    std::string text = all.previous.empty() ? "" : conversations.at(all.previous);
    all.items.insert(all.items.end(), output.begin(), output.end());
    for (const PastItem& item : all.items) {
      if (!text.empty()) text += ',';
      text += item.json;
      if (!item.id.empty()) items[item.id] = item.json;
    }
    conversations[std::string(id)] = text;
    return true;
  }
  void forget(uint64_t name) override { begun.erase(name); }
};

struct Client {
  std::shared_ptr<FakePast> past = std::make_shared<FakePast>();
  ModelTable models;

  [[nodiscard]] Result<ConvertedResponsesRequest> convert(const std::string& request,
                                                          bool remembers = true,
                                                          bool strict = false) const {
    RequestOptions options;
    options.models = &models;
    options.default_model = "claude-sonnet-5-5";
    if (remembers) options.past = past;
    if (strict) options.on_lossy = OnLossy::error;
    return convert_request(request, options);
  }

  /// The answer of an upstream that sends these blocks.
  std::string answer(const std::string& request, const std::string& id, const std::string& content,
                     const std::string& stop_reason = "end_turn") {
    json::Document document;
    REQUIRE(document.parse(request));
    RequestOptions options;
    options.models = &models;
    options.default_model = "claude-sonnet-5-5";
    options.past = past;
    const auto converted = kProtocol.convert(document.root(), options);
    REQUIRE_MESSAGE(converted, converted.error().message);
    AnswerConverter converter(
        converted->make_output(AnswerForm::whole, {}, [] { return int64_t{1}; }));
    std::string out;
    REQUIRE(converter.feed_message(R"({"id":")" + id +
                                       R"(","type":"message","role":"assistant","model":"m",)"
                                       R"("content":)" +
                                       content + R"(,"stop_reason":")" + stop_reason +
                                       R"(","usage":{"input_tokens":1,"output_tokens":1}})",
                                   out));
    return out;
  }
};

const std::string kHistory[] = {
    R"({"role":"developer","content":"Be brief."})",
    R"({"role":"user","content":"Weather in Oslo \ud83d\ude00?"})",
    R"({"id":"rs_x","type":"reasoning","summary":[]})",
    R"({"id":"fc_1","type":"function_call","call_id":"toolu_1","name":"w","arguments":"{\"c\":1}"})",
    R"({"id":"fc_2","type":"function_call","call_id":"toolu_2","name":"w","arguments":"{}"})",
    R"({"type":"function_call_output","call_id":"toolu_2","output":"rain"})",
    R"({"type":"function_call_output","call_id":"toolu_1","output":[{"type":"input_text","text":"sun"}]})",
    R"({"id":"msg_a","type":"message","role":"assistant","content":[{"type":"output_text","text":"Sun."}]})",
    R"({"role":"user","content":"And tomorrow?"})",
};

std::string joined(size_t from, size_t to) {
  std::string out;
  for (size_t i = from; i < to; ++i) out += (out.empty() ? "" : ",") + kHistory[i];
  return out;
}

constexpr const char* kTools = R"("tools":[{"type":"function","name":"w","parameters":{}}])";

std::string upstream_of(const Result<ConvertedResponsesRequest>& converted) {
  REQUIRE_MESSAGE(converted, converted.error().message);
  return converted->body;
}

}  // namespace

TEST_CASE("wherever a conversation is cut, its response stands for what came before") {
  const size_t size = std::size(kHistory);
  Client client;
  const std::string whole =
      upstream_of(client.convert("{\"input\":[" + joined(0, size) + "]," + kTools + "}"));
  for (size_t cut = 1; cut < size; ++cut) {
    CAPTURE(cut);
    client.past->conversations["resp"] = joined(0, cut);
    CHECK(upstream_of(client.convert(R"({"previous_response_id":"resp","input":[)" +
                                     joined(cut, size) + "]," + kTools + "}")) == whole);
  }
  // A null input, or none, adds nothing.
  client.past->conversations["resp"] = joined(0, size);
  for (const char* input : {R"("input":null,)", R"("input":[],)", ""}) {
    CHECK(upstream_of(client.convert(std::string("{") + input +
                                     R"("previous_response_id":"resp",)" + kTools + "}")) == whole);
  }
}

TEST_CASE("a string after a response is what the user says") {
  Client client;
  client.past->conversations["resp"] = joined(0, std::size(kHistory) - 1);
  CHECK(upstream_of(client.convert(R"({"previous_response_id":"resp","input":"And tomorrow?",)" +
                                   std::string(kTools) + "}")) ==
        upstream_of(
            client.convert("{\"input\":[" + joined(0, std::size(kHistory)) + "]," + kTools + "}")));
}

TEST_CASE("an item_reference is the item in its place") {
  Client client;
  const std::string whole = "{\"input\":[" + joined(0, std::size(kHistory)) + "]," + kTools + "}";
  client.past->items["msg_a"] = kHistory[7];
  client.past->items["fc_1"] = kHistory[3];
  for (const char* form :
       {R"({"type":"item_reference","id":"ID"})", R"({"id":"ID"})", R"({"type":null,"id":"ID"})"}) {
    std::string request = whole;
    for (const auto& [id, item] : client.past->items) {
      std::string reference = form;
      reference.replace(reference.find("ID"), 2, id);
      request.replace(request.find(item), item.size(), reference);
    }
    CHECK(upstream_of(client.convert(request)) == upstream_of(client.convert(whole)));
  }
}

TEST_CASE("what is unknown is refused, never left out") {
  Client client;
  client.past->items["known"] = kHistory[1];
  const std::string by_response = R"({"input":"x","previous_response_id":"resp_1"})";
  const std::string by_item =
      R"({"input":[{"role":"user","content":"x"},{"id":"known"},{"id":"unknown"}]})";
  for (const bool remembers : {true, false}) {
    CAPTURE(remembers);
    const auto response = client.convert(by_response, remembers);
    REQUIRE_FALSE(response);
    CHECK(response.error().param == "previous_response_id");
    CHECK(response.error().code == "previous_response_not_found");
    const auto item = client.convert(by_item, remembers);
    REQUIRE_FALSE(item);
    CHECK(item.error().param == (remembers ? "input[2]" : "input[1]"));
    CHECK(item.error().message.find("providerOptions.openai.store") != std::string::npos);
  }
  CHECK(client.convert(by_response, false).error().message.find("keeps no responses") !=
        std::string::npos);
}

TEST_CASE("errors and notices about what was said before name what refers to it") {
  Client client;
  client.past->conversations["resp"] = joined(0, 4);
  const auto open =
      client.convert(R"({"previous_response_id":"resp","input":"x",)" + std::string(kTools) + "}");
  REQUIRE_FALSE(open);
  CHECK(open.error().param == "previous_response_id");
  client.past->conversations["resp"] = R"({"role":"user","content":"a"},)" + kHistory[2];
  client.past->items["rs_x"] = kHistory[2];
  const auto told = client.convert(
      R"({"previous_response_id":"resp","input":[{"role":"user","content":"b"},{"id":"rs_x"}]})");
  REQUIRE(told);
  REQUIRE(told->notices.size() >= 2);
  CHECK(told->notices[0].path == "previous_response_id");
  CHECK(told->notices[1].path == "input[1]");
  CHECK(told->client_path("messages.0.content.0") == "previous_response_id");
}

TEST_CASE("more than any request may hold is not looked up") {
  Client client;
  client.past->items["big"] =
      R"({"role":"user","content":")" + std::string(kMaxPastBytes / 4, 'x') + "\"}";
  std::string request = R"({"input":[{"id":"big"})";
  for (int i = 0; i < 4; ++i) request += R"(,{"id":"big"})";
  const auto converted = client.convert(request + "]}");
  REQUIRE_FALSE(converted);
  CHECK(converted.error().kind == ErrorKind::request_too_large);
}

TEST_CASE("an answer is kept with its conversation, and says so") {
  Client client;
  const std::string first = client.answer(R"({"input":"hi \"you\"","instructions":"never kept"})",
                                          "msg_1", R"([{"type":"text","text":"hello"}])");
  CHECK(first.find("\"store\":true") != std::string::npos);
  const std::string kept = client.past->conversations.at("resp_1");
  CHECK(nlohmann::json::parse('[' + kept + ']').at(0) ==
        nlohmann::json::parse(R"({"role":"user","content":"hi \"you\""})"));
  CHECK(nlohmann::json::parse('[' + kept + ']').at(1) == nlohmann::json::parse(first)["output"][0]);
  CHECK(kept.find("never") == std::string::npos);
  // The next turn has both, and only adds to them.
  const auto next = client.convert(R"({"input":"more","previous_response_id":"resp_1"})");
  CHECK(upstream_of(next).find("hello") != std::string::npos);
  client.answer(R"({"input":"more","previous_response_id":"resp_1"})", "msg_2",
                R"([{"type":"text","text":"again"}])", "max_tokens");
  CHECK(client.past->conversations.at("resp_2").substr(0, kept.size()) == kept);
  CHECK(client.past->items.contains("msg_2_0"));
}

TEST_CASE("thinking and calls come back as they were") {
  Client client;
  const std::string tools = std::string(kTools) + R"(,"reasoning":{"effort":"high"})";
  client.answer(
      R"({"input":"hi",)" + tools + "}", "msg_1",
      R"([{"type":"thinking","thinking":"hm \u00e9","signature":"c2ln"},)"
      R"({"type":"tool_use","id":"toolu_9","name":"w","input":{"n":12345678901234567890}}])",
      "tool_use");
  const std::string body = upstream_of(
      client.convert(R"({"previous_response_id":"resp_1","input":[)"
                     R"({"type":"function_call_output","call_id":"toolu_9","output":"ok"}],)" +
                     tools + "}"));
  CHECK(body.find(R"({"type":"thinking","thinking":"hm \u00e9","signature":"c2ln")") !=
        std::string::npos);
  CHECK(body.find("12345678901234567890") != std::string::npos);
}

TEST_CASE("store:false keeps nothing and finds what is kept") {
  Client client;
  client.past->conversations["resp"] = kHistory[1];
  const std::string request = R"({"input":"x","previous_response_id":"resp","store":false})";
  const std::string answer = client.answer(request, "msg_1", R"([{"type":"text","text":"hello"}])");
  CHECK(answer.find("\"store\":false") != std::string::npos);
  CHECK(client.past->last == 0);
  CHECK(client.past->conversations.size() == 1);
}

TEST_CASE("a memory that is full says so in the response") {
  Client client;
  client.past->is_full = true;
  CHECK(client.answer(R"({"input":"x","store":true})", "msg_1", "[]").find("\"store\":false") !=
        std::string::npos);
}

TEST_CASE("an answer that breaks off is forgotten with its exchange") {
  Client client;
  {
    const auto converted = client.convert(R"({"input":"x"})");
    REQUIRE(converted);
    REQUIRE(converted->answer->keeper);
    CHECK(client.past->last == 0);  // nothing before the answer begins
    CHECK(converted->answer->keeper->begin());
    CHECK(converted->answer->keeper->begin());
    CHECK(client.past->begun.size() == 1);
  }
  CHECK(client.past->begun.empty());
}

TEST_CASE("store:true is a loss only where nothing keeps it") {
  Client client;
  CHECK(client.convert(R"({"input":"x","store":true})", true, true));
  CHECK_FALSE(client.convert(R"({"input":"x","store":true})", false, true));
  CHECK_FALSE(client.convert(R"({"input":"x","store":1})"));
}

}  // namespace proxx::openai::responses
