#include <string>
#include <utility>

#include "anthropic/schema.h"
#include "json/text.h"
#include "json/unique.h"
#include "json/writer.h"
#include "policy/instruction.h"
#include "policy/steps.h"

// Schemas: the answer's format, tools' parameters, and which of them are enforced
// (wire.md 1.6, 1.9, 6.1, 6.6).

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
  /// "", or why the schema cannot be enforced.
  std::string enforce_format(json::Reader schema) {
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
    constexpr int kMaxStrictTools = 20;  // wire.md 1.6
    std::string reason;
    json::Document document;
    if (!step_.model.structured_outputs) {
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
  // Limits that all enforced schemas of a request share (wire.md 1.6).
  int strict_tools_ = 0;
  int optional_parameters_ = 0;
  int union_parameters_ = 0;
  schema::FlattenAllowance flatten_;
};

}  // namespace

Status apply_schemas(const Step& step) {
  Schemas schemas(step);
  if (step.wishes.format) PROXX_TRY(schemas.set_format(*step.wishes.format));
  for (const FunctionWish& wish : step.wishes.functions) PROXX_TRY(schemas.finish_tool(wish));
  return {};
}

}  // namespace proxx::policy
