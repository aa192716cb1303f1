#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "answer/converter.h"
#include "json/reader.h"
#include "openai/error.h"
#include "openai/responses/request.h"
#include "support/txtar.h"

// Answers in the Responses API: goldens, every cut, every truncation, and the rules that
// openai-node enforces (docs/mapping-responses.md 1.6), read by a checker that shares nothing with
// the writer.

namespace proxx {
namespace {

using Json = nlohmann::ordered_json;

struct Golden {
  std::string name;
  test::Txtar file;
  std::string upstream;
  std::string request;
};

std::vector<Golden> goldens() {
  std::vector<Golden> all;
  for (const auto& path : test::golden_files("responses_stream")) {
    Golden golden;
    golden.name = path.filename();
    golden.file = test::parse_txtar(test::read_file(path));
    const std::string* upstream = golden.file.find("upstream.sse");
    REQUIRE_MESSAGE(upstream != nullptr, golden.name);
    golden.upstream = *upstream;
    golden.request = golden.file.text("request.json");
    all.push_back(golden);
  }
  REQUIRE(all.size() >= 10);
  return all;
}

struct Outcome {
  std::string out;
  std::optional<Error> error;
};

AnswerConverter converter_of(const Golden& golden, AnswerForm form) {
  json::Document document;
  json::Reader request;
  if (!golden.request.empty()) {
    REQUIRE(document.parse(golden.request));
    request = document.root();
  }
  const auto make = openai::responses::kProtocol.answer_to(request, {});
  REQUIRE(make);
  return AnswerConverter((*make)(form, {}, [] { return int64_t{1764000000}; }));
}

Outcome run(const Golden& golden, AnswerForm form, const std::vector<std::string_view>& pieces) {
  AnswerConverter converter = converter_of(golden, form);
  Outcome outcome;
  Status status;
  for (const std::string_view piece : pieces) {
    status = converter.feed_events(piece, outcome.out);
    if (!status) break;
  }
  if (status) status = converter.finish(outcome.out);
  if (status) return outcome;
  outcome.error = in_openai_words(status.error());
  if (converter.started()) converter.output().fail(status.error(), outcome.out);
  return outcome;
}

/// The stream as a strict client reads it.
class StreamRules {
 public:
  explicit StreamRules(std::string_view stream) {
    while (!stream.empty()) {
      const size_t end = stream.find("\n\n");
      REQUIRE(end != std::string_view::npos);
      take(stream.substr(0, end));
      stream.remove_prefix(end + 2);
    }
  }

  [[nodiscard]] const std::string& last() const { return last_; }
  [[nodiscard]] const Json& response() const { return response_; }
  [[nodiscard]] size_t items_done() const { return done_.size(); }
  [[nodiscard]] bool is_open() const { return open_; }

 private:
  void take(std::string_view event) {
    const std::string_view kEvent = "event: ";
    REQUIRE(event.starts_with(kEvent));
    const size_t line = event.find("\ndata: ");
    REQUIRE(line != std::string_view::npos);
    const Json data = Json::parse(event.substr(line + 7));
    last_ = data.at("type");
    CHECK(event.substr(kEvent.size(), line - kEvent.size()) == last_);
    CHECK(data.at("sequence_number") == next_number_++);
    if (data.contains("response")) take_response(data.at("response"));
    if (last_ == "response.output_item.added") return add(data);
    if (!data.contains("output_index")) return;
    REQUIRE(open_);
    CHECK(data.at("output_index") == done_.size());
    if (last_ == "response.output_item.done") return finish(data.at("item"));
    CHECK(data.at("item_id") == item_.at("id"));
    if (data.contains("delta")) {
      CHECK(data.at("delta") != "");
      deltas_ += data.at("delta").get<std::string>();
    }
    for (const char* whole : {"text", "refusal", "arguments", "input"}) {
      if (last_.ends_with(".done") && data.contains(whole)) CHECK(data.at(whole) == deltas_);
    }
  }

  void take_response(const Json& response) {
    if (response_.is_null()) CHECK(last_ == "response.created");
    if (!response_.is_null()) CHECK(response.at("id") == response_.at("id"));
    response_ = response;
  }

  void add(const Json& data) {
    CHECK_FALSE(open_);
    CHECK(data.at("output_index") == done_.size());
    item_ = data.at("item");
    CHECK(ids_.insert(item_.at("id").get<std::string>()).second);
    open_ = true;
    deltas_.clear();
  }

  void finish(const Json& item) {
    CHECK(item.at("id") == item_.at("id"));
    CHECK(item.at("type") == item_.at("type"));
    done_.push_back(item);
    open_ = false;
  }

  std::string last_;
  Json response_;
  Json item_;
  std::vector<Json> done_;
  std::set<std::string> ids_;
  std::string deltas_;
  int64_t next_number_ = 0;
  bool open_ = false;
};

bool looks_finished(std::string_view out) {
  return out.find("\"response.completed\"") != std::string_view::npos ||
         out.find("\"response.incomplete\"") != std::string_view::npos;
}

}  // namespace

TEST_CASE("responses: answers are as the goldens say, whole and in two forms") {
  for (Golden& golden : goldens()) {
    CAPTURE(golden.name);
    const Outcome stream = run(golden, AnswerForm::stream, {golden.upstream});
    const Outcome whole = run(golden, AnswerForm::whole, {golden.upstream});
    if (test::update_golden()) {
      golden.file.set("responses.sse", stream.out);
      if (!whole.error) golden.file.set("responses.json", whole.out);
      for (const auto& path : test::golden_files("responses_stream")) {
        if (path.filename() == golden.name) {
          test::write_file(path, test::format_txtar(golden.file));
        }
      }
      continue;
    }
    CHECK(stream.out == *golden.file.find("responses.sse"));
    CHECK(stream.error.has_value() == whole.error.has_value());
    if (!whole.error) CHECK(whole.out == *golden.file.find("responses.json"));
  }
}

TEST_CASE("responses: streams keep the rules that clients enforce, and end like the whole object") {
  for (const Golden& golden : goldens()) {
    CAPTURE(golden.name);
    const Outcome stream = run(golden, AnswerForm::stream, {golden.upstream});
    const StreamRules rules(stream.out);
    if (stream.error) {
      CHECK(rules.last() == "response.failed");
      CHECK_FALSE(looks_finished(stream.out));
      continue;
    }
    CHECK(rules.last() == "response." + rules.response().at("status").get<std::string>());
    if (rules.last() == "response.completed") CHECK_FALSE(rules.is_open());
    CHECK(rules.response().at("output").size() >= rules.items_done());
    CHECK(rules.response() == Json::parse(run(golden, AnswerForm::whole, {golden.upstream}).out));
  }
}

TEST_CASE("responses: cuts between any two bytes change nothing") {
  for (const Golden& golden : goldens()) {
    CAPTURE(golden.name);
    const std::string_view text = golden.upstream;
    const std::string expected = run(golden, AnswerForm::stream, {text}).out;
    std::vector<std::string_view> bytes;
    size_t different = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      bytes.push_back(text.substr(i, 1));
      const Outcome cut = run(golden, AnswerForm::stream, {text.substr(0, i), text.substr(i)});
      if (cut.out != expected) ++different;
    }
    CHECK(different == 0);
    CHECK(run(golden, AnswerForm::stream, bytes).out == expected);
  }
}

TEST_CASE("responses: an answer that breaks off anywhere never looks finished") {
  for (const Golden& golden : goldens()) {
    CAPTURE(golden.name);
    const std::string_view text = golden.upstream;
    const size_t stop = text.rfind("\"message_stop\"");
    const size_t last = stop == std::string_view::npos ? text.size() : text.find('}', stop);
    size_t finished = 0;
    for (size_t i = 0; i < last; ++i) {
      const Outcome cut = run(golden, AnswerForm::stream, {text.substr(0, i)});
      if (!cut.error || looks_finished(cut.out)) ++finished;
      if (run(golden, AnswerForm::whole, {text.substr(0, i)}).out != "") ++finished;
    }
    CHECK(finished == 0);
  }
}

TEST_CASE("responses: a sign of life comes only while the answer does") {
  const Golden golden = goldens().front();
  AnswerConverter converter = converter_of(golden, AnswerForm::stream);
  std::string out;
  converter.output().keepalive(out);
  CHECK(out.empty());
  REQUIRE(converter.feed_events(golden.upstream.substr(0, golden.upstream.size() / 2), out));
  out.clear();
  converter.output().keepalive(out);
  CHECK(out.starts_with("event: keepalive\ndata: {\"type\":\"keepalive\",\"sequence_number\":"));
  CHECK(out.ends_with("}\n\n"));
  (void)converter.feed_events(golden.upstream.substr(golden.upstream.size() / 2), out);
  out.clear();
  converter.output().keepalive(out);
  CHECK(out.empty());
}

TEST_CASE("responses: numbers go on over a long text, also beside signs of life") {
  const Golden golden = goldens().front();
  AnswerConverter converter = converter_of(golden, AnswerForm::stream);
  std::string out;
  const auto feed = [&](std::string_view data) {
    REQUIRE(converter.feed_events("data: " + std::string(data) + "\n\n", out));
  };
  feed(R"({"type":"message_start","message":{"id":"msg_1","model":"m","content":[]}})");
  feed(R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})");
  for (int i = 0; i < 1200; ++i) {
    feed(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}})");
    for (int signs = i % 97 == 0 ? i % 3 + 1 : 0; signs > 0; --signs) {
      converter.output().keepalive(out);
    }
  }
  feed(R"({"type":"content_block_stop","index":0})");
  feed(R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{}})");
  feed(R"({"type":"message_stop"})");
  const StreamRules rules(out);
  CHECK(rules.last() == "response.completed");
  CHECK(rules.items_done() == 1);
}

TEST_CASE("responses: a citation that has no URL is not shown, also when its block has to wait") {
  const Golden golden = goldens().front();
  for (const bool waits : {false, true}) {
    AnswerConverter converter = converter_of(golden, AnswerForm::stream);
    std::string out;
    const auto feed = [&](std::string_view data) {
      REQUIRE(converter.feed_events("data: " + std::string(data) + "\n\n", out));
    };
    feed(R"({"type":"message_start","message":{"id":"msg_1","model":"m","content":[]}})");
    if (waits) {
      feed(R"({"type":"content_block_start","index":0,)"
           R"("content_block":{"type":"thinking","thinking":""}})");
    }
    feed(R"({"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}})");
    feed(R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"x"}})");
    feed(R"({"type":"content_block_delta","index":1,"delta":{"type":"citations_delta",)"
         R"("citation":{"type":"char_location","cited_text":"x","document_index":0}}})");
    feed(R"({"type":"content_block_stop","index":1})");
    if (waits) feed(R"({"type":"content_block_stop","index":0})");
    feed(R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{}})");
    feed(R"({"type":"message_stop"})");
    const StreamRules rules(out);
    CHECK(rules.response().at("output").back().at("content").at(0).at("annotations").empty());
  }
}

}  // namespace proxx
