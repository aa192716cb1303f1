#include "policy/conversation.h"

#include <doctest/doctest.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "unit/policy/support.h"

namespace proxx::policy {
namespace {

using anthropic::InputBlock;
using anthropic::text_block;
using Role = Conversation::Role;

/// A conversation from texts, in no API's syntax.
class Talk {
 public:
  explicit Talk(const std::string& model,
                Conversation::History history = Conversation::History::whole)
      : model_(test::model(model)), conversation_(model_, history, request_, notices_) {}

  void system(std::string_view text) {
    begin(Role::system);
    conversation_.add_system(blocks_of(text));
  }
  void user(std::string_view text) {
    begin(Role::user);
    conversation_.add_user(blocks_of(text));
  }
  void assistant(std::string_view text, ThinkingHistory thinking = {}) {
    begin(Role::assistant);
    conversation_.add_assistant(blocks_of(text), std::move(thinking));
  }
  void call(std::string_view id) {
    begin(Role::assistant);
    auto upstream_id = conversation_.open_call("call", id, id);
    if (!upstream_id) return note(Status(tl::unexpected<Error>(upstream_id.error())));
    InputBlock block;
    block.kind = InputBlock::Kind::tool_use;
    block.json = "{\"type\":\"tool_use\",\"id\":\"" + std::string(*upstream_id) + '"';
    conversation_.add_assistant({block}, {});
  }
  void result(std::string_view id) {
    begin(Role::result);
    auto upstream_id = conversation_.answer_call(id);
    if (!upstream_id) return note(Status(tl::unexpected<Error>(upstream_id.error())));
    InputBlock block;
    block.kind = InputBlock::Kind::tool_result;
    block.json = "{\"type\":\"tool_result\",\"tool_use_id\":\"" + std::string(*upstream_id) + '"';
    conversation_.add_result(block);
  }

  /// `system | role: texts | ...`, or the first error as `PATH: MESSAGE`.
  std::string finished() {
    note(conversation_.finish("items"));
    if (!error_.empty()) return error_;
    std::string out;
    for (const InputBlock& block : request_.system) out += "system prompt: " + shown(block) + " | ";
    for (const anthropic::Turn& turn : request_.turns) {
      out += turn.role == anthropic::Turn::Role::user        ? "user:"
             : turn.role == anthropic::Turn::Role::assistant ? "assistant:"
                                                             : "system:";
      for (const InputBlock& block : turn.blocks) out += ' ' + shown(block);
      out += " | ";
    }
    return out.substr(0, out.size() - 3);
  }
  std::string said() { return test::said(notices_); }

 private:
  static std::vector<InputBlock> blocks_of(std::string_view text) {
    if (text.empty()) return {};
    return {text_block(text)};
  }
  static std::string shown(const InputBlock& block) {
    switch (block.kind) {
      case InputBlock::Kind::thinking:
        return "(thinking)";
      case InputBlock::Kind::tool_use:
        return "(call " + test::part(block.json, "\"id\":\"", "\"") + ')';
      case InputBlock::Kind::tool_result:
        return "(result " + test::part(block.json, "_id\":\"", "\"") + ')';
      default:
        return std::string(anthropic::text_of(block));
    }
  }
  void begin(Role role) {
    const std::string item = "items[" + std::to_string(items_++) + ']';
    const std::string& kept = paths_.emplace_back(item);
    note(conversation_.begin(role, std::string_view(kept),
                             std::string_view(paths_.emplace_back(item + ".who"))));
  }
  void note(const Status& status) {
    if (!status && error_.empty()) error_ = status.error().param + ": " + status.error().message;
  }

  Model model_;
  anthropic::MessagesRequest request_;
  NoticeLog notices_;
  Conversation conversation_;
  int items_ = 0;
  std::deque<std::string> paths_;
  std::string error_;
};

ThinkingHistory whole() {
  ThinkingHistory out;
  out.pieces.push_back({anthropic::thinking_block("t", "s"), std::nullopt});
  out.at = "thinking";
  return out;
}

ThinkingHistory lost(bool quiet = false) {
  ThinkingHistory out;
  out.broken = true;
  out.quiet = quiet;
  out.at = "thinking";
  return out;
}

}  // namespace

TEST_CASE("conversation: leading system items are the prompt, adjacent roles one turn") {
  Talk talk("claude-opus-5-5");
  talk.system("S1");
  talk.system("S2");
  talk.user("a");
  talk.user("b");
  talk.assistant("c");
  talk.user("d");
  CHECK(talk.finished() ==
        "system prompt: S1 | system prompt: S2 | user: a b | assistant: c | user: d");
  CHECK(talk.said().empty());
}

TEST_CASE("conversation: a later system item follows the user turn it came before or within") {
  Talk talk("claude-opus-5-5");
  talk.user("a");
  talk.system("S");
  talk.user("b");
  talk.assistant("c");
  talk.system("T");
  talk.user("d");
  CHECK(talk.finished() == "user: a b | system: S | assistant: c | user: d | system: T");
}

TEST_CASE("conversation: where the model takes no system message it is tagged text") {
  Talk talk("claude-sonnet-4-6");
  talk.user("a");
  talk.system("S");
  talk.assistant("c");
  talk.system("T");
  talk.user("d");
  CHECK(talk.finished() ==
        R"(user: a <system>\nS\n</system> | assistant: c | user: <system>\nT\n</system> d)");
  const std::string why =
      ": the model has no system messages inside a conversation; sent as tagged text of the user "
      "turn";
  CHECK(talk.said() == "adjusted items[1]" + why + "\nadjusted items[3]" + why);
}

TEST_CASE("conversation: results come first in the turn that answers the calls") {
  Talk talk("claude-sonnet-4-6");
  talk.user("a");
  talk.call("x");
  talk.system("S");
  talk.result("x");
  talk.user("b");
  CHECK(talk.finished() ==
        R"(user: a | assistant: (call x) | user: (result x) <system>\nS\n</system> b)");
}

TEST_CASE("conversation: ids that the upstream refuses are replaced, in call and result alike") {
  Talk talk("claude-sonnet-4-6");
  talk.user("a");
  talk.call("x y");
  talk.result("x y");
  const std::string turns = talk.finished();
  const std::string id = test::part(turns, "(call ", ")");
  CHECK(id.substr(0, 5) == "call_");
  CHECK(turns == "user: a | assistant: (call " + id + ") | user: (result " + id + ")");
}

TEST_CASE("conversation: what no request can be made of is an error at its item") {
  struct Row {
    const char* name;
    void (*talk)(Talk&);
    const char* error;
  };
  static constexpr Row kRows[] = {
      {"assistant first", [](Talk& t) { t.assistant("a"); },
       "items[0].who: the conversation must begin with a user message"},
      {"no user", [](Talk& t) { t.system("a"); },
       "items: no user message with content to begin with"},
      {"call without result",
       [](Talk& t) {
         t.user("a");
         t.call("x");
         t.user("b");
       },
       "items[1]: its tool call 'x' has no result; a tool message for each call must follow "
       "directly"},
      {"result without call",
       [](Talk& t) {
         t.user("a");
         t.result("x");
       },
       "items[1]: no call of the assistant message before it has the id 'x'"},
      {"answered twice",
       [](Talk& t) {
         t.user("a");
         t.call("x");
         t.result("x");
         t.result("x");
       },
       "items[3]: the call 'x' is answered twice"},
      {"prefill",
       [](Talk& t) {
         t.user("a");
         t.assistant("b");
       },
       "items: the model does not continue an assistant message; end with a user message"},
      {"system at the end",
       [](Talk& t) {
         t.user("a");
         t.assistant("b");
         t.system("S");
       },
       "items[2]: a system message after the last assistant message has no user turn to stand "
       "with; put it before a user message"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    Talk talk("claude-opus-5-5");
    row.talk(talk);
    CHECK(talk.finished() == row.error);
  }
}

TEST_CASE(
    "conversation: an empty item is left out; one that a system message needs is stood in for") {
  Talk talk("claude-opus-5-5");
  talk.user("a");
  talk.system("S");
  talk.assistant("");
  talk.user("b");
  CHECK(talk.finished() == "user: a | system: S | assistant: (no answer) | user: b");
  CHECK(talk.said() ==
        "dropped items[2]: empty\nadjusted items[2]: an answer has to follow the system message "
        "before it; sent as (no answer)");
}

TEST_CASE("conversation: thinking before a hole is left out") {
  Talk talk("claude-opus-5-5");
  talk.user("a");
  talk.assistant("b", whole());
  talk.user("c");
  talk.assistant("d", lost(true));
  talk.user("e");
  talk.assistant("f", whole());
  talk.user("g");
  CHECK(talk.finished() ==
        "user: a | assistant: b | user: c | assistant: d | user: e | assistant: (thinking) f | "
        "user: g");
  CHECK(talk.said() ==
        "dropped thinking: cannot be sent back; the thinking of earlier turns is left out too");
}

TEST_CASE("conversation: a quiet hole alone is not told, a loud one is") {
  for (const bool quiet : {true, false}) {
    Talk talk("claude-opus-5-5");
    talk.user("a");
    talk.assistant("b", lost(quiet));
    talk.user("c");
    CHECK(talk.finished() == "user: a | assistant: b | user: c");
    CHECK(talk.said() == (quiet ? "" : "dropped thinking: cannot be sent back as it is"));
  }
}

TEST_CASE("conversation: a history without thinking says so once") {
  Talk talk("claude-opus-5-5", Conversation::History::without_thinking);
  talk.user("a");
  talk.assistant("b", whole());
  talk.user("c");
  talk.assistant("d", whole());
  talk.user("e");
  CHECK(talk.finished() == "user: a | assistant: b | user: c | assistant: d | user: e");
  CHECK(talk.said() == "dropped thinking: thinking left out of the history");
}

}  // namespace proxx::policy
