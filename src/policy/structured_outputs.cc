#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "anthropic/schema.h"
#include "json/text.h"
#include "json/unique.h"
#include "json/writer.h"
#include "policy/instruction.h"
#include "policy/steps.h"

// Schemas: the answer's format, tools' parameters, and which of them are enforced
// (docs/protocol.md 1.6, 1.9; docs/mapping-chat.md 6.1, 6.6).

namespace proxx::policy {
namespace {

constexpr const char* kJsonOnly = "Answer with one JSON object and nothing else.";
constexpr const char* kJsonOfSchema =
    "Answer with one JSON object that satisfies this JSON Schema, and nothing else:\n";

constexpr const char* kUnited =
    "anyOf, oneOf and allOf at the top are refused upstream; sent as one object";
constexpr const char* kUnitedUntold =
    "anyOf, oneOf and allOf at the top are refused upstream; sent as one object, and too large to "
    "be told of in its description";

constexpr const char* kCitesBesideFormat =
    "the upstream enforces no format beside cited documents; turn their `citations` off, or leave "
    "the format out";

/// A block as JSON, parsed. False for one that cannot be read.
bool parse_block(const anthropic::InputBlock& block, json::Document& document) {
  std::string json;
  block.append_to(json);
  return static_cast<bool>(document.parse(json.append("}")));
}

bool has_citations(json::Reader block) {
  const auto enabled = block.optional("citations").optional("enabled").boolean();
  return enabled && *enabled;
}

/// Documents of which the answer cites. The upstream takes no format beside them.
bool cites(const anthropic::InputBlock& block) {
  using Kind = anthropic::InputBlock::Kind;
  if (block.kind != Kind::document && block.kind != Kind::tool_result) return false;
  constexpr std::string_view kWord = R"("citations")";
  if (block.json.find(kWord) == std::string::npos &&
      block.source.find(kWord) == std::string_view::npos) {
    return false;
  }
  json::Document document;
  if (!parse_block(block, document)) return false;
  if (has_citations(document.root())) return true;
  const json::Reader content = document.root().get("content");
  if (!content.is_array()) return false;
  for (const json::Reader part : content.elements()) {
    if (has_citations(part)) return true;
  }
  return false;
}

bool cites(const anthropic::MessagesRequest& request) {
  return std::any_of(request.turns.begin(), request.turns.end(), [](const anthropic::Turn& turn) {
    return std::any_of(turn.blocks.begin(), turn.blocks.end(),
                       [](const anthropic::InputBlock& block) { return cites(block); });
  });
}

class Schemas {
 public:
  explicit Schemas(const Step& step) : step_(step) {}

  Status set_format(const FormatWish& wish) {
    step_.notices.about(Topic::format);
    if (wish.any_object) {
      step_.notices.adjust(wish.place, "asked for in the system prompt, not enforced");
      add_system_text(kJsonOnly, step_.request);
      return {};
    }
    if (cites(step_.request)) return err(wish.place, kCitesBesideFormat);
    const std::string problem = wish.schema ? enforce_format(wish.schema) : "there is no schema";
    if (problem.empty()) return {};
    if (wish.strict) return err(wish.place, "the schema cannot be enforced: " + problem);
    step_.notices.adjust(wish.place, "asked for in the system prompt, not enforced: " + problem);
    add_system_text(wish.schema
                        ? kJsonOfSchema + std::string(json::Unique(wish.schema).reader().raw())
                        : kJsonOnly,
                    step_.request);
    return {};
  }

  /// A call that the model cannot be forced to make becomes its answer's format
  /// (docs/mapping-chat.md 6.1). Does nothing where that cannot be: apply_tool_choice() then tells
  /// the model of its duty.
  void force_call(const ToolChoiceWish& wish) {
    if (!wish.choice.forced() || step_.model.forced_tool_choice || step_.wishes.format ||
        step_.request.output_config.verbatim.optional("format") || cites(step_.request)) {
      return;
    }
    json::Document tool;
    const std::optional<size_t> index = find_only_tool(wish, tool);
    if (!index || !enforce_input(*index, tool.root())) return;
    step_.request.output_config.format_of_tool = tool.root().get("name").string_or("");
    drop_stop_sequences();
  }

  Status finish_tool(const FunctionWish& wish) {
    step_.notices.about(Topic::tools, wish.tool);
    PROXX_ASSIGN(schema::InputSchema input, schema::input_schema(wish.parameters, flatten_));
    if (input.change != schema::InputSchema::Change::none) {
      const bool untold = input.change == schema::InputSchema::Change::united_untold;
      step_.notices.adjust(wish.parameters, untold ? kUnitedUntold : kUnited);
    }
    const std::string strict = wish.strict ? strict_schema(wish.strict, input.json) : "";
    std::string& json = step_.request.tools[wish.tool].json;
    json.append(R"(,"input_schema":)").append(strict.empty() ? input.json : strict);
    if (!strict.empty()) json.append(R"(,"strict":true)");
    return {};
  }

 private:
  /// A call is not text, so none ends it; in the text that stands for it one would cut it.
  void drop_stop_sequences() {
    if (step_.request.stop_sequences.empty()) return;
    step_.notices.about(Topic::format);
    step_.notices.drop(step_.wishes.stop, "one could cut the forced call, which comes as text");
    step_.request.stop_sequences.clear();
  }

  [[nodiscard]] const Host& host() const { return *step_.wishes.host; }
  [[nodiscard]] std::string lacks(const char* what) const {
    return std::string(host().title) + " has no " + what;
  }

  /// The index of the tool that a forced choice leaves as the only one, and its JSON in `tool`;
  /// nothing if there are several.
  [[nodiscard]] std::optional<size_t> find_only_tool(const ToolChoiceWish& wish,
                                                     json::Document& tool) const {
    const std::vector<anthropic::InputBlock>& tools = step_.request.tools;
    const bool is_named = wish.choice.type == anthropic::ToolChoice::Type::tool;
    if (!is_named && tools.size() != 1) return std::nullopt;
    for (size_t i = 0; i < tools.size(); ++i) {
      if (!parse_block(tools[i], tool)) continue;
      if (!is_named || tool.root().get("name").equals(wish.choice.name)) return i;
    }
    return std::nullopt;
  }

  /// Makes the schema of a tool's input the answer's format. False if that cannot be.
  bool enforce_input(size_t index, json::Reader tool) {
    json::Document input;
    const json::Reader type = tool.optional("type");
    json::Reader schema =
        !type || type.equals("custom") ? tool.get("input_schema") : json::Reader();
    for (const FunctionWish& wish : step_.wishes.functions) {
      if (wish.tool != index) continue;
      schema::FlattenAllowance allowance;  // of its own: finish_tool() makes it once more
      const auto made = schema::input_schema(wish.parameters, allowance);
      if (!made || !input.parse(made->json)) return false;
      schema = input.root();
    }
    // Nothing can say beside a $ref that the arguments are an object.
    return schema.is_object() && !schema.get("$ref") && enforce_format(schema).empty();
  }

  /// "", or why the schema cannot be enforced.
  std::string enforce_format(json::Reader schema) {
    if (!host().features.structured_outputs) return lacks("structured outputs");
    if (!step_.model.structured_outputs) return "the model has no structured outputs";
    const auto sanitised = schema::sanitise(schema);
    if (!sanitised) {
      const Error& error = sanitised.error();
      return error.message + (error.param.empty() ? "" : " (" + error.param + ')');
    }
    if (!count(*sanitised)) return "the schema is too complex for the upstream";
    step_.request.output_config.format =
        R"({"type":"json_schema","schema":)" + sanitised->json + '}';
    return {};
  }

  /// The sanitised schema; "" if the upstream would not enforce it, with a notice.
  std::string strict_schema(const Place& strict, const std::string& input_schema) {
    constexpr int kMaxStrictTools = 20;  // docs/protocol.md 1.6
    std::string reason;
    json::Document document;
    if (!host().features.strict_tools) {
      reason = lacks("strict tools");
    } else if (!step_.model.structured_outputs) {
      reason = "the model has no structured outputs";
    } else if (strict_tools_ == kMaxStrictTools) {
      reason = "the upstream takes 20 strict tools at most";
    } else if (!document.parse(input_schema)) {
      reason = "the schema cannot be read";
    } else if (document.root().get("$ref")) {
      reason = "the schema is a reference, beside which nothing can say that it is an object";
    } else if (auto sanitised = schema::sanitise(document.root()); !sanitised) {
      reason = sanitised.error().message;
    } else if (!count(*sanitised)) {
      reason = "the strict schemas together are too complex for the upstream";
    } else {
      ++strict_tools_;
      return std::move(sanitised->json);
    }
    step_.notices.drop(strict, std::move(reason));
    return {};
  }

  /// False if the schema does not fit beside those before it; then it is not counted.
  bool count(const schema::Sanitised& schema) {
    if (!schema::fits(optional_parameters_, union_parameters_, schema)) return false;
    optional_parameters_ += schema.optional_parameters;
    union_parameters_ += schema.union_parameters;
    return true;
  }

  const Step& step_;
  // Limits that all enforced schemas of a request share (docs/protocol.md 1.6).
  int strict_tools_ = 0;
  int optional_parameters_ = 0;
  int union_parameters_ = 0;
  schema::FlattenAllowance flatten_;
};

}  // namespace

Status apply_schemas(const Step& step) {
  Schemas schemas(step);
  if (step.wishes.format) PROXX_TRY(schemas.set_format(*step.wishes.format));
  schemas.force_call(step.wishes.tool_choice);
  for (const FunctionWish& wish : step.wishes.functions) PROXX_TRY(schemas.finish_tool(wish));
  return {};
}

}  // namespace proxx::policy
