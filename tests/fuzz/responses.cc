// Whatever the upstream sends, the answer in the Responses API is one that openai-node accepts
// (docs/mapping-responses.md 1.6): events of types it knows, numbered from 0, response.created
// first, one id, output_index without gaps, one item open at a time, each item's events its own,
// what is done equal to its deltas. It ends as completed or incomplete if, and only if, the answer
// is complete, with every item done that a client may run and the object that a request without a
// stream gets; else with `error` and response.failed. Wherever it is cut.
//
// Input: a byte that chooses the request, then the upstream's stream; the same bytes are also the
// choices of the storyteller.

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "answer/converter.h"
#include "fuzz.h"
#include "json/text.h"
#include "openai/error.h"
#include "openai/responses/request.h"
#include "storyteller.h"

namespace proxx::fuzz {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kRequests[] = {
    "",
    R"({"input":"x"})",
    R"({"input":"x","client_metadata":{},"include":["web_search_call.action.sources"]})",
    R"({"input":"x","tools":[{"type":"custom","name":"f"},{"type":"shell"},{"type":"local_shell"},)"
    R"({"type":"apply_patch"},{"type":"namespace","name":"n","tools":[{"type":"function",)"
    R"("name":"get_weather"}]},{"type":"tool_search","execution":"client","parameters":{}}]})",
};

constexpr std::string_view kKnown[] = {"response.created",
                                       "response.in_progress",
                                       "response.completed",
                                       "response.incomplete",
                                       "response.failed",
                                       "error",
                                       "response.output_item.added",
                                       "response.output_item.done",
                                       "response.content_part.added",
                                       "response.content_part.done",
                                       "response.output_text.delta",
                                       "response.output_text.annotation.added",
                                       "response.output_text.done",
                                       "response.refusal.delta",
                                       "response.refusal.done",
                                       "response.reasoning_summary_part.added",
                                       "response.reasoning_summary_part.done",
                                       "response.reasoning_summary_text.delta",
                                       "response.reasoning_summary_text.done",
                                       "response.function_call_arguments.delta",
                                       "response.function_call_arguments.done",
                                       "response.custom_tool_call_input.delta",
                                       "response.custom_tool_call_input.done",
                                       "response.web_search_call.in_progress",
                                       "response.web_search_call.searching",
                                       "response.web_search_call.completed"};

struct Run {
  std::string out;
  bool complete = false;
  bool started = false;
};

Run run(std::string_view request, AnswerForm form, const Pieces& pieces) {
  json::Document document;
  json::Reader asked;
  if (!request.empty()) {
    expect(document.parse(request).has_value(), "a request is JSON");
    asked = document.root();
  }
  const auto make = openai::responses::kProtocol.answer_to(asked, {});
  expect(make.has_value(), "a request has an answer");
  AnswerConverter converter((*make)(form, {}, [] { return int64_t{1764000000}; }));
  Run run;
  Status status;
  for (const std::string& piece : pieces) {
    status = converter.feed_events(piece, run.out);
    if (!status) break;
  }
  if (status) status = converter.finish(run.out);
  run.started = converter.started();
  if (!status && run.started) {
    converter.output().fail(in_openai_words(status.error()), run.out);
  }
  run.complete = converter.complete();
  return run;
}

/// openai-node's rules.
class StrictReader {
 public:
  explicit StrictReader(std::string_view stream) : stream_(stream) {
    for (std::string_view rest = stream; !rest.empty();) {
      const size_t end = rest.find("\n\n");
      must(end != std::string_view::npos, "an event has an end");
      take(rest.substr(0, end));
      rest.remove_prefix(end + 2);
    }
  }

  void must_have_ended(bool complete) const {
    must(is_terminal_, "the last event ends the response");
    const bool is_failed = last_ == "response.failed";
    must(is_failed != complete, "completed or incomplete, and only if it is complete");
    if (is_failed) must(before_last_ == "error", "an error event goes before response.failed");
    const Json& output = response_.at("output");
    must(output.size() >= done_.size(), "the output has all items that are done");
    for (size_t i = 0; i < done_.size(); ++i) must(output[i] == done_[i], "an item as it was done");
    if (is_failed) return;
    if (last_ == "response.completed") must(!open_, "no open item at the end");
    must(last_ == "response.completed" || !has_broken_call_, "a call that was cut is not done");
    for (size_t i = done_.size(); i < output.size(); ++i) {
      const bool is_cut_call =
          output[i].at("type") == "function_call" && output[i].at("status") == "incomplete";
      must(is_cut_call && i + 1 == output.size(), "only a cut call was not done");
    }
  }
  [[nodiscard]] const Json& response() const { return response_; }

 private:
  void must(bool holds, const char* what) const { expect(holds, what, stream_); }

  void take(std::string_view event) {
    constexpr std::string_view kEvent = "event: ";
    constexpr std::string_view kData = "\ndata: ";
    const size_t line = event.find(kData);
    must(event.starts_with(kEvent) && line != std::string_view::npos, "an event and its data");
    const Json data = Json::parse(event.substr(line + kData.size()), nullptr, false);
    must(data.is_object(), "data is a JSON object");
    must(!is_terminal_, "nothing follows the end");
    before_last_ = last_;
    last_ = data.at("type");
    must(event.substr(kEvent.size(), line - kEvent.size()) == last_,
         "the event's name is its type");
    must(std::find(std::begin(kKnown), std::end(kKnown), last_) != std::end(kKnown),
         "a known type");
    must(data.at("sequence_number") == next_number_++, "numbers without gaps");
    must(data.contains("error") == (last_ == "error"), "an error is an error event");
    must(next_number_ > 1 || last_ == "response.created", "response.created comes first");
    if (data.contains("response")) take_response(data.at("response"));
    if (last_ == "response.output_item.added") return add(data);
    if (data.contains("output_index")) take_part(data);
  }

  void take_response(const Json& response) {
    must(response_.is_null() || response.at("id") == response_.at("id"), "one id");
    response_ = response;
    const std::string status = response.at("status");
    is_terminal_ = status != "in_progress";
    must(!is_terminal_ || last_ == "response." + status, "the event is the status");
  }

  void add(const Json& data) {
    must(!open_, "one item at a time");
    must(data.at("output_index") == done_.size(), "output_index without gaps");
    item_ = data.at("item");
    must(ids_.insert(item_.at("id").get<std::string>()).second, "an item's id is its own");
    for (const char* empty : {"arguments", "input"}) {
      must(!item_.contains(empty) || item_.at(empty) == "", "an item begins empty");
    }
    open_ = true;
    deltas_.clear();
    annotations_ = 0;
  }

  void take_part(const Json& data) {
    must(open_ && data.at("output_index") == done_.size(), "an event of the open item");
    if (last_ == "response.output_item.done") return finish(data.at("item"));
    must(data.at("item_id") == item_.at("id"), "the open item's id");
    for (const char* index : {"content_index", "summary_index"}) {
      must(!data.contains(index) || data.at(index) == 0, "one part an item");
    }
    if (data.contains("annotation_index")) {
      must(data.at("annotation_index") == annotations_++, "annotations without gaps");
    }
    if (data.contains("delta")) {
      must(data.at("delta") != "", "a delta says something");
      deltas_ += data.at("delta").get<std::string>();
    }
    for (const char* whole : {"text", "refusal", "arguments", "input"}) {
      if (last_.ends_with(".done") && data.contains(whole)) {
        must(data.at(whole) == deltas_, "what is done is what came");
      }
    }
  }

  void finish(const Json& item) {
    must(item.at("id") == item_.at("id") && item.at("type") == item_.at("type"),
         "the item that was added");
    if (item.at("type") == "function_call") {
      must(item.at("arguments") == deltas_, "a call's arguments are its deltas");
      has_broken_call_ |= !Json::accept(item.at("arguments").get<std::string>());
    }
    done_.push_back(item);
    open_ = false;
  }

  std::string_view stream_;
  std::string last_, before_last_;
  Json response_, item_;
  std::vector<Json> done_;
  std::set<std::string> ids_;
  std::string deltas_;
  int64_t next_number_ = 0;
  int64_t annotations_ = 0;
  bool open_ = false;
  bool is_terminal_ = false;
  bool has_broken_call_ = false;
};

void check(std::string_view request, std::string_view upstream) {
  const std::vector<Pieces> cuts = both_cuts(upstream);
  const Run stream = run(request, AnswerForm::stream, cuts.front());
  const Run whole = run(request, AnswerForm::whole, cuts.front());
  expect(stream.complete == whole.complete, "complete in both forms", stream.out);
  expect(run(request, AnswerForm::stream, cuts.back()).out == stream.out,
         "the same wherever it is cut", stream.out);
  if (!whole.complete) expect(whole.out.empty(), "no object of an incomplete answer", whole.out);
  if (stream.out.empty()) return expect(!stream.complete, "a complete answer says something");
  const StrictReader reader(stream.out);
  reader.must_have_ended(stream.complete);
  if (!whole.complete) return;
  const Json object = Json::parse(whole.out, nullptr, false);
  expect(object == reader.response(), "the stream's object is the whole one", whole.out);
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proxx::fuzz;
  Choices choices(data, size);
  const std::string_view request = kRequests[choices.below(std::size(kRequests))];
  Choices story = choices;
  check(request, choices.rest());
  Told told;
  check(request, Storyteller(story).tell(told));
  return 0;
}
