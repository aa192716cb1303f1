#include "policy/apply.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/text.h"
#include "policy/caching.h"
#include "unit/policy/support.h"

// A table for each topic: model and wish, what is sent, what is said. No API's syntax is needed.

namespace proxx::policy {
namespace {

using anthropic::InputBlock;
using anthropic::MessagesRequest;
using anthropic::text_block;
using anthropic::ToolChoice;
using anthropic::Turn;

/// A value of Anthropic's own, or a JSON Schema.
json::Reader json_of(const std::string& text) {
  static std::map<std::string, json::Document> documents;
  const auto [document, is_new] = documents.try_emplace(text);
  if (is_new) REQUIRE(document->second.parse(text));
  return document->second.root();
}

struct Asked {
  Wishes wishes;
  MessagesRequest request;
};

struct Outcome {
  std::string sent;  ///< the settings after max_tokens, or the error as `PATH: MESSAGE (CODE)`
  std::string said;
  MessagesRequest request;
};

void add_tool(MessagesRequest& request, const char* name) {
  InputBlock tool;
  tool.kind = InputBlock::Kind::tool;
  tool.json = "{\"name\":\"" + std::string(name) + '"';
  request.tools.push_back(tool);
}

Outcome outcome(const char* model_id, void (*ask)(Asked&)) {
  Asked asked;
  asked.wishes.api_version = "2023-06-01";
  asked.wishes.conversation = "items";
  asked.request.turns.push_back({Turn::Role::user, {text_block(json::Raw("Hi"))}});
  ask(asked);
  NoticeLog log;
  const Status status = apply(test::model(model_id), asked.wishes, asked.request, log);
  Outcome out;
  if (!status) {
    out.sent =
        status.error().param + ": " + status.error().message + " (" + status.error().code + ')';
    return out;
  }
  const std::string body = anthropic::write_body(asked.request);
  const std::string settings = test::part(body, "\"max_tokens\":", "\"messages\":");
  out.sent = settings.substr(settings.find(',') + 1);
  if (!out.sent.empty()) out.sent.pop_back();
  out.said = test::said(std::move(log));
  out.request = std::move(asked.request);
  return out;
}

struct Row {
  const char* model;
  void (*ask)(Asked&);
  const char* sent;
  const char* said;
};

template <size_t N>
void check(const Row (&rows)[N]) {
  for (size_t i = 0; i < N; ++i) {
    CAPTURE(i);
    CAPTURE(rows[i].model);
    const Outcome out = outcome(rows[i].model, rows[i].ask);
    CHECK(out.sent == rows[i].sent);
    CHECK(out.said == rows[i].said);
  }
}

template <Level level>
void think(Asked& a) {
  a.wishes.max_tokens = {20000, "max"};
  a.wishes.thinking.level = {level, "level"};
}

template <int64_t budget>
void think_for(Asked& a) {
  a.wishes.max_tokens = {20000, "max"};
  a.wishes.thinking.budget = {budget, "budget"};
}

template <ToolChoice::Type type>
void choose(Asked& a) {
  add_tool(a.request, "f");
  a.wishes.tool_choice.choice.type = type;
  a.wishes.tool_choice.choice.name = "f";
  a.wishes.tool_choice.place = "choice";
}

constexpr const char* kTool = R"("tools":[{"name":"f"}])";

}  // namespace

TEST_CASE("policy: nothing wished, nothing sent") {
  for (const char* id : {"claude-opus-5-5", "claude-sonnet-4-6", "claude-haiku-4-5"}) {
    const Outcome out = outcome(id, [](Asked&) {});
    CHECK(out.sent.empty());
    CHECK(out.said.empty());
  }
}

TEST_CASE("policy: levels of thinking") {
  static constexpr Row kRows[] = {
      {"claude-opus-5-5", think<Level::none>, R"("output_config":{"effort":"low"})",
       "adjusted level: the model always thinks; sent effort low"},
      {"claude-sonnet-5-5", think<Level::none>, R"("thinking":{"type":"between_tools"})", ""},
      {"claude-haiku-5-5", think<Level::none>, R"("thinking":{"type":"disabled"})", ""},
      {"claude-opus-5-5", think<Level::low>,
       R"("thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"low"})",
       ""},
      {"claude-opus-4-8", think<Level::minimal>, R"("output_config":{"effort":"low"})", ""},
      {"claude-sonnet-4-6", think<Level::xhigh>,
       R"("thinking":{"type":"adaptive"},"output_config":{"effort":"high"})",
       "adjusted level: the model has no such effort; sent high"},
      {"claude-opus-4-5", think<Level::medium>,
       R"("thinking":{"type":"enabled","budget_tokens":8192},"output_config":{"effort":"medium"})",
       ""},
      {"claude-haiku-4-5", think<Level::low>,
       R"("thinking":{"type":"enabled","budget_tokens":2048})", ""},
      {"claude-haiku-4-5", think<Level::minimal>, "", ""},
      {"claude-haiku-4-5",
       [](Asked& a) {
         a.wishes.max_tokens = {2000, "max"};
         a.wishes.thinking.level = {Level::high, "level"};
       },
       "", "dropped level: no thinking: no room for 1024 tokens of it and of the answer"},
      {"claude-haiku-4-5",
       [](Asked& a) {
         think<Level::low>(a);
         choose<ToolChoice::Type::any>(a);
       },
       R"("tool_choice":{"type":"any"},"tools":[{"name":"f"}])",
       "dropped level: no thinking: tool_choice forces a call"},
  };
  check(kRows);
}

TEST_CASE("policy: budgets of thinking") {
  static constexpr Row kRows[] = {
      {"claude-haiku-4-5", think_for<3000>, R"("thinking":{"type":"enabled","budget_tokens":3000})",
       ""},
      {"claude-haiku-4-5", think_for<30000>,
       R"("thinking":{"type":"enabled","budget_tokens":18976})",
       "adjusted budget: cut to leave 1024 tokens of max_tokens for the answer"},
      {"claude-opus-5-5", think_for<5120>,
       R"("thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"low"})",
       "adjusted budget: the model takes no thinking budget; sent effort low"},
      {"claude-opus-5-5", think_for<5121>,
       R"("thinking":{"type":"adaptive","display":"summarized"},)"
       R"("output_config":{"effort":"medium"})",
       "adjusted budget: the model takes no thinking budget; sent effort medium"},
      {"claude-opus-5-5", think_for<50000>,
       R"("thinking":{"type":"adaptive","display":"summarized"},)"
       R"("output_config":{"effort":"xhigh"})",
       "adjusted budget: the model takes no thinking budget; sent effort xhigh"},
      {"claude-haiku-4-5",
       [](Asked& a) {
         a.wishes.max_tokens = {20000, "max"};
         a.wishes.thinking.enabled = "enabled";
       },
       R"("thinking":{"type":"enabled","budget_tokens":8192})", ""},
  };
  check(kRows);
}

TEST_CASE("policy: Anthropic's own thinking and effort win") {
  static constexpr Row kRows[] = {
      {"claude-opus-5-5",
       [](Asked& a) {
         think<Level::high>(a);
         a.wishes.thinking.own = json_of(R"({"type":"adaptive","display":"updates"})");
         a.request.output_config.verbatim = json_of(R"({"effort":"low"})");
       },
       R"("thinking":{"type":"adaptive","display":"updates"},"output_config":{"effort":"low"})",
       "dropped level: thinking and output_config.effort are sent"},
      {"claude-haiku-4-5",
       [](Asked& a) {
         think<Level::low>(a);
         a.request.output_config.verbatim = json_of(R"({"effort":"low"})");
       },
       R"("thinking":{"type":"enabled","budget_tokens":2048})",
       "dropped effort: the model has no effort setting"},
      {"claude-opus-4-6",
       [](Asked& a) { a.request.output_config.verbatim = json_of(R"({"effort":"xhigh"})"); },
       R"("output_config":{"effort":"high"})",
       "adjusted effort: the model has no such effort; sent high"},
      {"claude-opus-4-6",
       [](Asked& a) {
         think<Level::high>(a);
         a.request.output_config.verbatim = json_of(R"({"effort":"low"})");
       },
       R"("thinking":{"type":"adaptive"},"output_config":{"effort":"low"})",
       "dropped level: output_config.effort is sent"},
      {"claude-opus-4-8",
       [](Asked& a) {
         a.wishes.thinking.own = json_of(R"({"type":"enabled","budget_tokens":2000})");
       },
       R"("thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"low"})",
       "adjusted : the model takes no thinking budget; sent adaptive thinking with effort low"},
      {"claude-sonnet-5-5",
       [](Asked& a) {
         think<Level::xhigh>(a);
         a.wishes.thinking.own = json_of(R"({"type":"between_tools"})");
       },
       R"("thinking":{"type":"between_tools"},"output_config":{"effort":"high"})",
       "adjusted level: not taken without thinking; sent high"},
  };
  check(kRows);
  const Outcome updates = outcome("claude-opus-5-5", [](Asked& a) {
    a.wishes.thinking.own = json_of(R"({"type":"adaptive","display":"updates"})");
  });
  CHECK(updates.request.betas == std::vector<std::string>{"thinking-display-updates-2026-08-18"});
}

template <int64_t budget, int64_t max_tokens>
void think_by_own_budget(Asked& a) {
  static const std::string json =
      R"({"budget_tokens":)" + std::to_string(budget) + R"(,"type":"enabled","x":1.0})";
  a.wishes.max_tokens = {max_tokens, "max"};
  a.wishes.thinking.own = json_of(json.c_str());
}

TEST_CASE("policy: a budget of the client's own is one of the model's settings, or is adapted") {
  static constexpr const char* kAdaptive =
      R"("thinking":{"type":"adaptive","display":"summarized","x":1.0})";
  static const std::string adapted =
      "adjusted : the model takes no thinking budget; sent adaptive thinking";
  struct Nearest {
    void (*ask)(Asked&);
    const char* effort;
  };
  // The levels that reasoning.max_tokens of the same size gets.
  for (const auto& [ask, effort] : {Nearest{think_by_own_budget<1, 20000>, "low"},
                                    Nearest{think_by_own_budget<8192, 20000>, "medium"},
                                    Nearest{think_by_own_budget<16384, 20000>, "high"},
                                    Nearest{think_by_own_budget<60000, 20000>, "xhigh"}}) {
    const Outcome out = outcome("claude-opus-4-8", ask);
    CHECK(out.sent == kAdaptive + std::string(R"(,"output_config":{"effort":")") + effort + "\"}");
    CHECK(out.said == adapted + " with effort " + effort);
  }
  static constexpr Row kRows[] = {
      {"claude-opus-4-8",
       [](Asked& a) {
         think_by_own_budget<2000, 20000>(a);
         a.request.output_config.verbatim = json_of(R"({"effort":"max"})");
       },
       R"("thinking":{"type":"adaptive","display":"summarized","x":1.0},"output_config":{"effort":"max"})",
       "adjusted : the model takes no thinking budget; sent adaptive thinking"},
      {"claude-opus-4-8",
       [](Asked& a) {
         think_by_own_budget<2000, 20000>(a);
         a.wishes.thinking.level = {Level::high, "level"};
       },
       R"("thinking":{"type":"adaptive","display":"summarized","x":1.0},"output_config":{"effort":"high"})",
       "adjusted : the model takes no thinking budget; sent adaptive thinking"},
      {"claude-haiku-4-5", think_by_own_budget<4096, 5000>,
       R"("thinking":{"budget_tokens":4096,"type":"enabled","x":1.0})", ""},
      {"claude-haiku-4-5", think_by_own_budget<5000, 5000>,
       R"("thinking":{"type":"enabled","budget_tokens":3976,"x":1.0})",
       "adjusted : cut to leave 1024 tokens of max_tokens for the answer"},
      {"claude-haiku-4-5", think_by_own_budget<2048, 2047>, "",
       "dropped : no thinking: no room for 1024 tokens of it and of the answer"},
      {"claude-haiku-4-5",
       [](Asked& a) {
         think_by_own_budget<5000, 5000>(a);
         a.request.betas = {"interleaved-thinking-2025-05-14"};
       },
       R"("thinking":{"budget_tokens":5000,"type":"enabled","x":1.0})", ""},
  };
  check(kRows);
}

TEST_CASE("policy: manual thinking gives way to a tool loop that began without it") {
  const auto ask = [](Asked& a) {
    think<Level::low>(a);
    InputBlock call;
    call.kind = InputBlock::Kind::tool_use;
    call.json = "{\"type\":\"tool_use\"";
    InputBlock result;
    result.kind = InputBlock::Kind::tool_result;
    result.json = "{\"type\":\"tool_result\"";
    a.request.turns.push_back({Turn::Role::assistant, {call}});
    a.request.turns.push_back({Turn::Role::user, {result}});
    add_tool(a.request, "f");
  };
  CHECK(outcome("claude-haiku-4-5", ask).said ==
        "dropped level: no thinking: the last assistant turn's tool calls come without their "
        "thinking");
  CHECK(outcome("claude-opus-5-5", ask).said.empty());
}

TEST_CASE("policy: max_tokens and stream") {
  const Outcome clamped = outcome("claude-haiku-4-5", [](Asked& a) {
    a.wishes.max_tokens = {1'000'000, "max"};
  });
  CHECK(clamped.request.max_tokens == 64000);
  CHECK(clamped.said == "adjusted max: the model's limit is sent: 64000");
  CHECK(clamped.request.stream);
  const Outcome unsaid = outcome("claude-haiku-4-5", [](Asked&) {});
  CHECK(unsaid.request.max_tokens == 64000);
  CHECK_FALSE(unsaid.request.stream);
  const Outcome configured =
      outcome("claude-haiku-4-5", [](Asked& a) { a.wishes.default_max_tokens = 21'334; });
  CHECK(configured.request.max_tokens == 21'334);
  CHECK(configured.request.stream);
}

template <Tier tier>
void take(Asked& a) {
  a.wishes.max_tokens = {9, "max"};
  a.wishes.tier = TierWish{tier, "tier"};
}

template <Tier tier>
void take_in_batch(Asked& a) {
  take<tier>(a);
  a.wishes.batch_item = true;
}

TEST_CASE("policy: tiers of capacity") {
  static constexpr Row kRows[] = {
      {"claude-haiku-4-5", take<Tier::automatic>, "", ""},
      {"claude-haiku-4-5", take<Tier::standard>, R"("service_tier":"standard_only")", ""},
      {"claude-haiku-4-5", take<Tier::priority>, R"("service_tier":"auto")",
       "adjusted tier: priority capacity is used where the account has it; sent auto"},
      {"claude-haiku-4-5", take<Tier::other>, "", "dropped tier: no such tier upstream"},
  };
  check(kRows);
}

TEST_CASE("policy: half price: what an item of a batch does without") {
  constexpr const char* kOwnTier = "dropped tier: a batch has a tier of its own";
  static constexpr Row kRows[] = {
      {"claude-haiku-4-5", take_in_batch<Tier::automatic>, "", ""},
      {"claude-haiku-4-5", take_in_batch<Tier::standard>, "", kOwnTier},
      {"claude-haiku-4-5", take_in_batch<Tier::priority>, "", kOwnTier},
      {"claude-haiku-4-5", take_in_batch<Tier::other>, "", kOwnTier},
      {"claude-haiku-4-5",
       [](Asked& a) {
         a.wishes.batch_item = true;
         a.request.verbatim.emplace_back("speed", json_of(R"({"speed":"fast"})").get("speed"));
         a.request.verbatim.emplace_back("inference_geo", json_of(R"("us")"));
       },
       R"("inference_geo":"us")", "dropped speed: there is no fast lane at half price"},
      {"claude-haiku-4-5",
       [](Asked& a) {
         a.wishes.batch_item = true;
         a.request.verbatim.emplace_back("speed", json_of(R"("standard")"));
       },
       "", ""},
      {"claude-haiku-4-5",
       [](Asked& a) {
         a.wishes.batch_item = true;
         a.wishes.stream = true;
         a.wishes.max_tokens = {60'000, "max"};
       },
       "", ""},
      {"claude-haiku-4-5",
       [](Asked& a) {
         a.wishes.batch_item = true;
         a.wishes.cache.by_default = true;
       },
       R"("cache_control":{"type":"ephemeral","ttl":"1h"})", ""},
      {"claude-haiku-4-5",
       [](Asked& a) {
         a.wishes.batch_item = true;
         a.wishes.cache.implicit = true;
       },
       R"("cache_control":{"type":"ephemeral"})", ""},
  };
  check(kRows);
}

TEST_CASE("policy: sampling") {
  static constexpr Row kRows[] = {
      {"claude-haiku-4-5",
       [](Asked& a) {
         a.wishes.temperature = {{0.5, "0.50"}, "t"};
         a.wishes.top_p = {{0.9, "0.9"}, "p"};
         a.wishes.top_k = {{40, "40"}, "k"};
       },
       R"("temperature":0.50,"top_k":40)", "dropped p: not taken together with temperature"},
      {"claude-haiku-4-5",
       [](Asked& a) {
         a.wishes.temperature = {{1.5, "1.5"}, "t"};
       },
       R"("temperature":1)", "adjusted t: at most 1 upstream; sent 1"},
      {"claude-opus-5-5",
       [](Asked& a) {
         a.wishes.temperature = {{1, "1"}, "t"};
         a.wishes.top_p = {{0.9, "0.9"}, "p"};
       },
       "", "dropped p: the model takes no sampling fields"},
      {"claude-haiku-4-5",
       [](Asked& a) {
         a.wishes.api_version = "2026-10-21";
         a.wishes.top_k = {{40, "40"}, "k"};
       },
       "", "dropped k: this version of the API takes no sampling fields"},
      {"claude-sonnet-4-6",
       [](Asked& a) {
         think<Level::low>(a);
         a.wishes.temperature = {{0.5, "0.5"}, "t"};
         a.wishes.top_p = {{0.9, "0.9"}, "p"};
       },
       R"("thinking":{"type":"adaptive"},"output_config":{"effort":"low"})",
       "dropped t: not taken together with thinking\ndropped p: at least 0.95 while thinking"},
  };
  check(kRows);
}

TEST_CASE("policy: tool choice") {
  static constexpr Row kRows[] = {
      {"claude-haiku-4-5", choose<ToolChoice::Type::tool>,
       R"("tool_choice":{"type":"tool","name":"f"},"tools":[{"name":"f"}])", ""},
      {"claude-opus-5-5", choose<ToolChoice::Type::tool>,
       R"("tool_choice":{"type":"auto"},"tools":[{"name":"f"}])",
       "adjusted choice: the model cannot be forced to call a tool; it is told to"},
      {"claude-haiku-4-5",
       [](Asked& a) {
         choose<ToolChoice::Type::absent>(a);
         a.wishes.tool_choice.choice.disable_parallel_tool_use = true;
       },
       R"("tool_choice":{"type":"auto","disable_parallel_tool_use":true},"tools":[{"name":"f"}])",
       ""},
      {"claude-haiku-4-5",
       [](Asked& a) { a.wishes.tool_choice.choice.disable_parallel_tool_use = true; }, "", ""},
      {"claude-haiku-4-5", choose<ToolChoice::Type::absent>, kTool, ""},
      {"claude-haiku-4-5",
       [](Asked& a) {
         choose<ToolChoice::Type::any>(a);
         a.wishes.thinking.own = json_of(R"({"type":"enabled","budget_tokens":2000})");
       },
       "choice: a tool cannot be forced while thinking.type is enabled (unsupported_value)", ""},
  };
  check(kRows);
}

TEST_CASE("policy: an instruction is the last thing that the model reads") {
  const auto ask = [](Asked& a) {
    choose<ToolChoice::Type::any>(a);
    add_tool(a.request, "g");
    a.wishes.tool_choice.allowed = {"f"};
  };
  const Outcome system = outcome("claude-opus-5-5", ask);
  REQUIRE(system.request.turns.size() == 2);
  CHECK(system.request.turns[1].role == Turn::Role::system);
  CHECK(anthropic::text_of(system.request.turns[1].blocks[0]).bytes() ==
        "Of the tools, you may call only these now: f. You must call at least one of the tools "
        "now; do not answer with text alone.");
  const Outcome tagged = outcome("claude-haiku-4-5", ask);
  REQUIRE(tagged.request.turns.size() == 1);
  CHECK(anthropic::text_of(tagged.request.turns[0].blocks[1]).bytes() ==
        R"(<system>\nOf the tools, you may call only these now: f.\n</system>)");
}

TEST_CASE("policy: formats and strict tools share their limits, the format first") {
  constexpr const char* kSchema =
      R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})";
  static constexpr auto ask_format = [](Asked& a) {
    a.wishes.format = FormatWish{json_of(kSchema), false, false, "format"};
  };
  CHECK(outcome("claude-opus-5-5", ask_format).sent ==
        R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object",)"
        R"("properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}}})");

  static constexpr auto ask_open = [](Asked& a) {
    a.wishes.format = FormatWish{json_of(R"({"type":"object","additionalProperties":true})"), false,
                                 false, "format"};
  };
  const Outcome told = outcome("claude-opus-5-5", ask_open);
  CHECK(told.said ==
        "adjusted format: asked for in the system prompt, not enforced: an object with keys of "
        "any name (additionalProperties)");
  REQUIRE(told.request.system.size() == 1);
  const Outcome refused = outcome("claude-opus-5-5", [](Asked& a) {
    ask_open(a);
    a.wishes.format->strict = true;
  });
  CHECK(refused.sent.substr(0, 42) == "format: the schema cannot be enforced: an ");

  // 13 unions in the format and 4 in a tool are one more than all may have.
  const Outcome shared = outcome("claude-opus-5-5", [](Asked& a) {
    const auto unions = [](int count) {
      std::string out = R"({"type":"object","properties":{)";
      std::string required;
      for (int i = 0; i < count; ++i) {
        const std::string key = "\"k" + std::to_string(i) + '"';
        out += (i > 0 ? "," : "") + key + R"(:{"type":["string","null"]})";
        required += (i > 0 ? "," : "") + key;
      }
      return out + R"(},"required":[)" + required + "]}";
    };
    a.wishes.format = FormatWish{json_of(unions(13)), false, false, "format"};
    add_tool(a.request, "f");
    a.wishes.functions.push_back({0, json_of(unions(4)), "strict"});
    add_tool(a.request, "g");
    a.wishes.functions.push_back({1, json_of(unions(3)), "strict"});
  });
  CHECK(shared.said ==
        "dropped strict: the strict schemas together are too complex for the upstream");
  CHECK(shared.request.tools[0].json.find("\"strict\":true") == std::string::npos);
  CHECK(shared.request.tools[1].json.find("\"strict\":true") != std::string::npos);
}

TEST_CASE("policy: prefill") {
  static constexpr auto end_with_assistant = [](Asked& a) {
    a.request.turns.push_back({Turn::Role::assistant, {text_block(json::Raw(R"(so \n )"))}});
  };
  const Outcome trimmed = outcome("claude-haiku-4-5", end_with_assistant);
  CHECK(anthropic::text_of(trimmed.request.turns[1].blocks[0]).bytes() == "so");
  static constexpr Row kRows[] = {
      {"claude-haiku-4-5",
       [](Asked& a) {
         think<Level::low>(a);
         end_with_assistant(a);
       },
       R"("thinking":{"type":"enabled","budget_tokens":2048})",
       "adjusted items: an assistant message is not continued while thinking; sent Continue. after "
       "it"},
      {"claude-haiku-4-5",
       [](Asked& a) {
         a.wishes.format =
             FormatWish{json_of(R"({"type":"object","properties":{}})"), false, false, "format"};
         end_with_assistant(a);
       },
       R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{},)"
       R"("additionalProperties":false}}})",
       "adjusted items: an assistant message is not continued in a format; sent Continue. after "
       "it"},
  };
  check(kRows);
  for (const Row& row : kRows) {
    const Outcome out = outcome(row.model, row.ask);
    REQUIRE(out.request.turns.size() == 3);
    CHECK(anthropic::text_of(out.request.turns[1].blocks[0]).bytes() == R"(so \n )");
    CHECK(out.request.turns[2].role == Turn::Role::user);
    CHECK(anthropic::text_of(out.request.turns[2].blocks[0]).bytes() == "Continue.");
  }
}

TEST_CASE("policy: caching keeps four breakpoints, one of them automatic, the longer ones first") {
  const Outcome out = outcome("claude-haiku-4-5", [](Asked& a) {
    for (const std::string_view control : {kCacheHour, kCacheHour, kCacheFiveMinutes, kCacheHour}) {
      InputBlock block = text_block(json::Raw("S"));
      block.cache_control = control;
      a.request.system.push_back(block);
    }
    a.wishes.cache.implicit = true;
    a.wishes.cache.for_an_hour = true;
  });
  const auto& system = out.request.system;
  CHECK(system[0].cache_control.empty());
  CHECK(system[1].cache_control == kCacheHour);
  CHECK(system[2].cache_control == kCacheFiveMinutes);
  CHECK(system[3].cache_control == kCacheFiveMinutes);
  CHECK(out.request.cache_control == kCacheFiveMinutes);
  CHECK(out.said ==
        "dropped prompt_cache_breakpoint: the upstream takes 4 cache breakpoints; the last are "
        "sent");

  static constexpr Row kRows[] = {
      {"claude-haiku-4-5", [](Asked& a) { a.wishes.cache.by_default = true; },
       R"("cache_control":{"type":"ephemeral"})", ""},
      {"claude-haiku-4-5",
       [](Asked& a) { a.wishes.cache.automatic = json_of(R"({"type":"ephemeral","ttl":"1h"})"); },
       R"("cache_control":{"type":"ephemeral","ttl":"1h"})", ""},
  };
  check(kRows);
}

TEST_CASE("policy: a host that lacks a server tool refuses it by its place; the others run it") {
  using enum HostKind;
  const struct {
    HostKind host;
    const char* type;
    const char* sent;  ///< "" for no refusal
  } rows[] = {
      {bedrock, "web_search_20250305",
       "tools[1]: tools[1]: Bedrock does not run web_search_20250305 (unsupported_value)"},
      {bedrock, "code_execution_20250825",
       "tools[1]: tools[1]: Bedrock does not run code_execution_20250825 (unsupported_value)"},
      {bedrock, "bash_20250124", ""},
      {vertex, "web_search_20250305", ""},
      {vertex, "web_search_20260209",
       "tools[1]: tools[1]: Vertex has web search as web_search_20250305 only "
       "(unsupported_value)"},
      {vertex, "web_fetch_20250910",
       "tools[1]: tools[1]: Vertex does not run web_fetch_20250910 (unsupported_value)"},
      {foundry, "web_fetch_20250910", ""},
      {anthropic, "web_search_20260209", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.type);
    static HostKind host;
    static std::string tool;
    host = row.host;
    tool = R"({"type":")" + std::string(row.type) + R"(","name":"t")";
    const Outcome out = outcome("claude-opus-4-8", [](Asked& a) {
      a.wishes.host = &host_of(host, BedrockEndpoint::runtime);
      add_tool(a.request, "f");
      InputBlock typed;
      typed.kind = InputBlock::Kind::typed_tool;
      typed.json = tool;
      a.request.tools.push_back(typed);
    });
    if (*row.sent == '\0') {
      CHECK(out.request.tools.size() == 2);
    } else {
      CHECK(out.sent == row.sent);
    }
  }
}

TEST_CASE("policy: where no breakpoint is automatic, it stands at the last block that takes one") {
  for (const bool hour : {false, true}) {
    static bool asks_hour;
    asks_hour = hour;
    const Outcome out = outcome("claude-haiku-4-5", [](Asked& a) {
      a.wishes.host = &host_of(HostKind::vertex, BedrockEndpoint::runtime);
      a.wishes.cache.implicit = true;
      a.wishes.cache.for_an_hour = asks_hour;
      InputBlock thinking = text_block(json::Raw("T"));
      thinking.kind = InputBlock::Kind::thinking;
      a.request.turns.push_back({Turn::Role::assistant, {text_block(json::Raw("A")), thinking}});
    });
    CHECK(out.request.cache_control.empty());
    REQUIRE(out.request.turns.size() == 2);
    CHECK(out.request.turns[0].blocks[0].cache_control.empty());
    CHECK(out.request.turns[1].blocks[0].cache_control == (hour ? kCacheHour : kCacheFiveMinutes));
    CHECK(out.request.turns[1].blocks[1].cache_control.empty());
  }
}

}  // namespace proxx::policy
