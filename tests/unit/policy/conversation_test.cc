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
    return {text_block(json::Raw(text))};
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
        return std::string(anthropic::text_of(block).bytes());
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
  out.pieces.push_back({anthropic::thinking_block(json::Raw("t"), json::Raw("s")), std::nullopt});
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
      {"result first", [](Talk& t) { t.result("x"); },
       "items[0].who: the conversation must begin with a user message"},
      {"nothing at all",
       [](Talk& t) {
         t.system("");
         t.user("");
         t.assistant("");
       },
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
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    Talk talk("claude-opus-5-5");
    row.talk(talk);
    CHECK(talk.finished() == row.error);
  }
}

TEST_CASE("conversation: what OpenAI accepts without a user's turn gets a fixed one") {
  constexpr const char* kOld = "claude-sonnet-4-6";     // neither prefill nor system inside
  constexpr const char* kNew = "claude-opus-5-5";       // no prefill
  constexpr const char* kPrefill = "claude-haiku-4-5";  // no system inside
  const std::string inside =
      ": the model has no system messages inside a conversation; sent as tagged text of the user "
      "turn";
  const std::string alone = ": no user message; sent as the user's";
  const std::string begins =
      ": a conversation begins with the user; sent behind (conversation begins)";
  const std::string follows =
      ": no user message follows the assistant's; sent as tagged text of a user turn";
  const std::string continues =
      "adjusted items: the model does not continue an assistant message; sent Continue. after it";
  struct Row {
    const char* model;
    void (*talk)(Talk&);
    std::string turns;
    std::string said;
  };
  const Row rows[] = {
      {kNew, [](Talk& t) { t.system("a"); }, "user: a", "adjusted items[0]" + alone},
      {kOld,
       [](Talk& t) {
         t.system("a");
         t.system("b");
         t.system("");
       },
       "system prompt: a | user: b", "adjusted items[1]" + alone},
      {kNew,
       [](Talk& t) {
         t.system("a");
         t.user("");
         t.system("b");
       },
       "system prompt: a | user: b", "dropped items[1]: empty\nadjusted items[2]" + alone},
      {kPrefill,
       [](Talk& t) {
         t.system("a");
         t.assistant("");
       },
       "user: a", "dropped items[1]: empty\nadjusted items[0]" + alone},
      {kNew,
       [](Talk& t) {
         t.system("S");
         t.assistant("a");
         t.user("b");
       },
       "system prompt: S | user: (conversation begins) | assistant: a | user: b",
       "adjusted items[1]" + begins},
      {kNew,
       [](Talk& t) {
         t.user("");
         t.system("S");
         t.assistant("a");
         t.user("b");
       },
       "user: (conversation begins) | system: S | assistant: a | user: b",
       "dropped items[0]: empty\nadjusted items[2]" + begins},
      {kNew, [](Talk& t) { t.assistant("a"); },
       "user: (conversation begins) | assistant: a | user: Continue.",
       "adjusted items[0]" + begins + '\n' + continues},
      {kPrefill, [](Talk& t) { t.assistant("a"); }, "user: (conversation begins) | assistant: a",
       "adjusted items[0]" + begins},
      {kNew,
       [](Talk& t) {
         t.user("a");
         t.assistant("b ");
       },
       "user: a | assistant: b  | user: Continue.", continues},
      {kPrefill,
       [](Talk& t) {
         t.user("a");
         t.assistant("b");
       },
       "user: a | assistant: b", ""},
      {kNew,
       [](Talk& t) {
         t.user("a");
         t.assistant("b");
         t.user("");
         t.assistant("c");
         t.user("d");
       },
       "user: a | assistant: b | user: Continue. | assistant: c | user: d",
       "dropped items[2]: empty\nadjusted items[2]: the model does not continue an assistant "
       "message; sent Continue. after it"},
      {kNew,
       [](Talk& t) {
         t.user("a");
         t.assistant("b");
         t.user("");
         t.user("c");
         t.assistant("d");
         t.assistant("e");
         t.user("f");
       },
       "user: a | assistant: b | user: c | assistant: d e | user: f", "dropped items[2]: empty"},
      {kNew,
       [](Talk& t) {
         t.user("a");
         t.assistant("b");
         t.system("S");
         t.system("T");
       },
       R"(user: a | assistant: b | user: <system>\nS\n</system> <system>\nT\n</system>)",
       "adjusted items[2]" + follows},
      {kOld,
       [](Talk& t) {
         t.user("a");
         t.assistant("b");
         t.system("S");
       },
       R"(user: a | assistant: b | user: <system>\nS\n</system>)", "adjusted items[2]" + inside},
      {kPrefill,
       [](Talk& t) {
         t.assistant("a");
         t.system("S");
         t.assistant("b");
       },
       R"(user: (conversation begins) | assistant: a | user: <system>\nS\n</system> | assistant: b)",
       "adjusted items[0]" + begins + "\nadjusted items[1]" + inside},
      {kNew,
       [](Talk& t) {
         t.user("a");
         t.assistant("b");
         t.system("S");
         t.assistant("");
         t.user("c");
       },
       R"(user: a | assistant: b | user: <system>\nS\n</system> c)",
       "dropped items[3]: empty\nadjusted items[2]" + follows},
  };
  for (const Row& row : rows) {
    CAPTURE(row.turns);
    Talk talk(row.model);
    row.talk(talk);
    CHECK(talk.finished() == row.turns);
    CHECK(talk.said() == row.said);
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
