#include "mock/scenarios/messages.h"

#include <algorithm>
#include <array>

#include "mock/binding.h"
#include "mock/rules/stated.h"
#include "mock/sample/sample.h"
#include "mock/turn.h"

namespace proxx::mock {
namespace {

void text(const Asked& asked, Message& message) {
  if (asked.results.empty()) {
    add_text(message, "Hello from the mock upstream. You said: " + echo(asked));
    return;
  }
  std::string out = "The tools answered:";
  for (const std::string& result : asked.results) out += ' ' + result;
  add_text(message, out);
}

/// As the prompt spells it out, or a tool that is wanted with a sample of its input. A tool that
/// must be called is no other's call.
StatedCall next_call(const Asked& asked) {
  const Json tool = wanted_tool(asked);
  for (StatedCall& call : stated_calls(asked))
    if (asked.duty.tool_name.empty() || call.tool["name"] == tool["name"]) return std::move(call);
  return {tool, sample_input(tool)};
}

void server_tools(const Asked& asked, Message& message);

/// A forced call has no text before it, and where JSON is due, text would not be JSON.
void tools(const Asked& asked, Message& message) {
  const StatedCall call = next_call(asked);
  if (runs_upstream(call.tool)) return server_tools(asked, message);
  begin_calls(asked, message);
  if (!asked.duty.must_call && !asked.duty.json)
    add_text(message, "I will call " + call.tool["name"].get<std::string>() + ".");
  add_call(asked, message, call.tool, call.input);
}

void tool_no_args(const Asked& asked, Message& message) {
  begin_calls(asked, message);
  add_call(asked, message, wanted_tool(asked), Json::object());
}

void parallel_tools(const Asked& asked, Message& message) {
  begin_calls(asked, message);
  const std::vector<StatedCall> stated = stated_calls(asked);
  for (const StatedCall& call : stated) add_call(asked, message, call.tool, call.input);
  if (!stated.empty()) return;
  for (size_t i = 0; i < 2; ++i) {
    const Json tool = wanted_tool(asked, i);
    add_call(asked, message, tool, sample_input(tool));
  }
}

bool forbids_thinking(const Asked& asked) {
  return asked.body.value("thinking", Json::object()).value("type", "") == "disabled";
}

void thinking(const Asked& asked, Message& message) {
  if (!forbids_thinking(asked)) add_thinking(asked, message);
  text(asked, message);
}

void thinking_tools(const Asked& asked, Message& message) {
  if (!forbids_thinking(asked)) add_thinking(asked, message);
  tools(asked, message);
}

void redacted_thinking(const Asked& asked, Message& message) {
  const Signature signature{0, answer_prefix(asked.body)};
  message.content.push_back({{{"type", "redacted_thinking"}, {"data", signature.encode()}}, {}});
  message.usage.thinking_tokens = 30;
  text(asked, message);
}

Json web_citation() {
  return {{"type", "web_search_result_location"},
          {"url", "https://example.com/mock"},
          {"title", "A page about mocks"},
          {"cited_text", "A mock answers by script."},
          {"encrypted_index", "bW9jaw=="}};
}

void citations(const Asked&, Message& message) {
  add_text(message, "According to the sources, ");
  message.content.push_back({{{"type", "text"},
                              {"text", "a mock answers by script"},
                              {"citations", Json::array({web_citation()})}},
                             {}});
  add_text(message, " and ");
  message.content.push_back({{{"type", "text"},
                              {"text", "costs nothing"},
                              {"citations", Json::array({{{"type", "char_location"},
                                                          {"cited_text", "It costs nothing."},
                                                          {"document_index", 0},
                                                          {"document_title", "Manual"},
                                                          {"start_char_index", 0},
                                                          {"end_char_index", 17},
                                                          {"file_id", nullptr}}})}},
                             {}});
  add_text(message, ".");
}

std::string server_call_id(const Asked& asked) {
  return "srvtoolu_mock_" + std::to_string(asked.number);
}

void add_search(const Asked& asked, Message& message) {
  message.content.push_back({{{"type", "server_tool_use"},
                              {"id", server_call_id(asked)},
                              {"name", "web_search"},
                              {"input", {{"query", "what is a mock"}}},
                              {"caller", {{"type", "direct"}}}},
                             {}});
}

void server_tools(const Asked& asked, Message& message) {
  add_text(message, "Let me search.");
  add_search(asked, message);
  message.content.push_back({{{"type", "web_search_tool_result"},
                              {"tool_use_id", server_call_id(asked)},
                              {"content", Json::array({{{"type", "web_search_result"},
                                                        {"url", "https://example.com/mock"},
                                                        {"title", "A page about mocks"},
                                                        {"encrypted_content", "bW9jaw=="},
                                                        {"page_age", "2 days ago"}}})}},
                             {}});
  message.usage.web_search_requests = 1;
  citations(asked, message);
}

void pause_turn(const Asked& asked, Message& message) {
  if (asked.paused) {
    add_text(message, " And here is the rest. You said: " + echo(asked));
    return;
  }
  add_text(message, "This takes a while.");
  add_search(asked, message);
  message.stop_reason = "pause_turn";
}

void refusal_empty(const Asked&, Message& message) {
  message.stop_reason = "refusal";
  message.stop_details = {{"type", "refusal"},
                          {"category", "general_harms"},
                          {"explanation", "The mock was told to refuse."}};
}

void refusal(const Asked& asked, Message& message) {
  add_text(message, "I was about to");
  refusal_empty(asked, message);
}

void max_tokens(const Asked&, Message& message) {
  add_text(message, "This sentence is cut off because the");
  message.stop_reason = "max_tokens";
}

void max_tokens_tool(const Asked& asked, Message& message) {
  begin_calls(asked, message);
  const StatedCall call = next_call(asked);
  add_call(asked, message, call.tool, Json::object());
  std::string input = dump(call.input);
  size_t end = input.size() / 2;
  while (end > 0 && (static_cast<unsigned char>(input[end]) & 0xC0) == 0x80) --end;
  message.content.back().cut_input = input.substr(0, std::max<size_t>(end, 1));
  message.stop_reason = "max_tokens";
}

void stop_sequence(const Asked& asked, Message& message) {
  const Json wanted = asked.body.value("stop_sequences", Json::array());
  add_text(message, "One, two, ");
  message.stop_reason = "stop_sequence";
  message.stop_sequence = wanted.empty() ? Json("STOP") : wanted.front();
}

void context_window(const Asked&, Message& message) {
  add_text(message, "No room is left for the");
  message.stop_reason = "model_context_window_exceeded";
}

void structured(const Asked& asked, Message& message) {
  const auto& schema = asked.duty.schema;
  add_text(message, dump(schema ? sample_of(*schema) : Json{{"answer", echo(asked)}}));
  message.content.back().is_json = true;
}

void unknown_stop_reason(const Asked& asked, Message& message) {
  text(asked, message);
  message.stop_reason = "sunset";
}

void usage_cached(const Asked& asked, Message& message) {
  text(asked, message);
  message.usage.cache_creation_input_tokens = 100;
  message.usage.cache_read_input_tokens = 900;
}

void empty(const Asked&, Message&) {}

constexpr std::array kScenarios{
    MessageScenario{"text", "a sentence that repeats the prompt", text},
    MessageScenario{"tools", "text and one tool call", tools, true},
    MessageScenario{"tool-no-args", "a call whose input is {}", tool_no_args, true},
    MessageScenario{"parallel-tools", "two tool calls in one turn", parallel_tools, true},
    MessageScenario{"thinking", "a thinking block, then text", thinking},
    MessageScenario{"thinking-tools", "thinking, text and a tool call", thinking_tools, true},
    MessageScenario{"redacted-thinking", "a redacted_thinking block, then text", redacted_thinking},
    MessageScenario{"citations", "text with citations of a page and a document", citations},
    MessageScenario{"server-tools", "a web search by the upstream itself", server_tools},
    MessageScenario{"structured", "JSON that fits the schema asked for", structured},
    MessageScenario{"refusal", "a refusal after some text", refusal},
    MessageScenario{"refusal-empty", "a refusal without any content", refusal_empty},
    MessageScenario{"max-tokens", "text cut off by max_tokens", max_tokens},
    MessageScenario{"max-tokens-tool", "a call's input cut off by max_tokens", max_tokens_tool,
                    true},
    MessageScenario{"stop-sequence", "the end by a stop sequence", stop_sequence},
    MessageScenario{"pause-turn", "pause_turn; the end once the turn is sent back", pause_turn},
    MessageScenario{"context-window", "model_context_window_exceeded", context_window},
    MessageScenario{"unknown-stop-reason", "a stop_reason nobody knows yet", unknown_stop_reason},
    MessageScenario{"cached", "usage with tokens written to and read from the cache", usage_cached},
    MessageScenario{"empty", "a turn that ends without content", empty},
};

int64_t count_output_tokens(const Message& message) {
  int64_t out = message.usage.thinking_tokens;
  for (const Block& block : message.content)
    out += block.cut_input ? count_tokens(*block.cut_input) : count_tokens(dump(block.value));
  return std::max<int64_t>(out, 1);
}

}  // namespace

std::span<const MessageScenario> message_scenarios() {
  return kScenarios;
}

Message make_message(const MessageScenario& scenario, const Asked& asked) {
  Message out;
  out.id = "msg_mock_" + std::to_string(asked.number);
  const bool listed = find_model(asked.model->id) == asked.model;  // `mock-...` keeps its name
  out.model = listed ? std::string(asked.model->id) : asked.body.at("model").get<std::string>();
  out.usage.input_tokens = count_input_tokens(asked.body);
  if (asked.body.value("max_tokens", Json(1)) == 0) {
    out.stop_reason = "max_tokens";
    return out;
  }
  const bool answered = scenario.calls_tools && !asked.results.empty() && !asked.duty.must_call;
  (!answered ? scenario.fill : asked.duty.json ? structured : text)(asked, out);
  out.usage.output_tokens = count_output_tokens(out);
  return out;
}

Message make_text_message(const Asked& asked) {
  return make_message(kScenarios.front(), asked);
}

}  // namespace proxx::mock
