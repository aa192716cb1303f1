#include "openai/chat/tools.h"

#include <algorithm>

#include "anthropic/schema.h"
#include "openai/chat/content.h"

// tools, functions, web_search_options (wire.md 6.1, 6.5, 6.6).

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;

// wire.md 1.6: what all strict schemas of a request may hold together.
constexpr int kMaxStrictTools = 20;

constexpr const char* kUnited =
    "anyOf, oneOf and allOf at the top are refused upstream; sent as one object";
constexpr const char* kUnitedUntold =
    "anyOf, oneOf and allOf at the top are refused upstream; sent as one object, and too large to "
    "be told of in its description";

/// name, description, input_schema and strict of a tool, however the client spelled it.
struct Function {
  Reader name;
  Reader description;
  Reader parameters;
  Reader strict;
};

Status add_name(Conversion& c, Reader object, Reader name) {
  if (!name) return missing(object, "name");
  PROXX_TRY(check_tool_name(name));
  if (!c.tool_names.insert(name.string_or("")).second) {
    return refuse(name, "two tools of this name", "invalid_value");
  }
  return {};
}

/// The sanitised schema if strict can be honoured; "" if not, with a notice.
std::string strict_schema(Conversion& c, Reader strict, const std::string& input_schema) {
  std::string reason;
  json::Document document;
  if (!c.model.structured_outputs) {
    reason = "the model has no structured outputs";
  } else if (c.strict_tools == kMaxStrictTools) {
    reason = "the upstream takes 20 strict tools at most";
  } else if (!document.parse(input_schema)) {
    reason = "the schema cannot be read";
  } else if (document.root().get("$ref")) {
    reason = "the schema is a reference, beside which nothing can say that it is an object";
  } else if (auto sanitised = schema::sanitise(document.root()); !sanitised) {
    reason = sanitised.error().message;
  } else if (!schema::fits(c.optional_parameters, c.union_parameters, *sanitised)) {
    reason = "the strict schemas together are too complex for the upstream";
  } else {
    ++c.strict_tools;
    c.optional_parameters += sanitised->optional_parameters;
    c.union_parameters += sanitised->union_parameters;
    return std::move(sanitised->json);
  }
  c.notices.drop(strict, std::move(reason));
  return {};
}

Status add_function(Conversion& c, const Function& function, Reader cache_control) {
  if (function.description) PROXX_TRY(function.description.expect(Type::string));
  bool strict = false;
  if (function.strict) {
    PROXX_ASSIGN(strict, function.strict.boolean());
  }
  PROXX_ASSIGN(schema::InputSchema input,
               schema::input_schema(function.parameters, c.flatten_allowance));
  if (input.change != schema::InputSchema::Change::none) {
    const bool untold = input.change == schema::InputSchema::Change::united_untold;
    c.notices.adjust(function.parameters, untold ? kUnitedUntold : kUnited);
  }
  std::string sanitised = strict ? strict_schema(c, function.strict, input.json) : std::string();

  Block tool;
  tool.kind = Block::Kind::tool;
  json::Writer w(tool.json);
  w.begin_object().key("name").raw(function.name.raw());
  if (function.description) w.key("description").raw(function.description.raw());
  w.key("input_schema").raw(sanitised.empty() ? input.json : sanitised);
  if (!sanitised.empty()) w.key("strict").boolean(true);
  PROXX_TRY(set_cache_control(tool, cache_control));
  c.tools.push_back(std::move(tool));
  return {};
}

Status add_function_tool(Conversion& c, Reader tool) {
  static constexpr std::string_view kTool[] = {"type", "function", "cache_control"};
  const auto [type, function, cache_control] = read_members(tool, kTool, c.notices);
  if (!function) return missing(tool, "function");
  PROXX_TRY(function.expect(Type::object));
  static constexpr std::string_view kFunction[] = {"name", "description", "parameters", "strict",
                                                   "cache_control"};
  const auto [name, description, parameters, strict, inner_cache_control] =
      read_members(function, kFunction, c.notices);
  PROXX_TRY(add_name(c, function, name));
  return add_function(c, {name, description, parameters, strict},
                      cache_control ? cache_control : inner_cache_control);
}

/// The description of a custom tool, with its grammar: all that the model gets to know of it.
Result<std::string> custom_description(Conversion& c, Reader description, Reader format) {
  std::string out;
  if (description) {
    PROXX_ASSIGN(out, description.string());
  }
  if (!format) return out;
  PROXX_TRY(format.expect(Type::object));
  const Reader type = format.optional("type");
  if (!type) return missing(format, "type");
  PROXX_TRY(type.expect(Type::string));
  if (type.equals("text")) return out;
  if (!type.equals("grammar")) return refuse(type, "must be text or grammar", "invalid_value");
  // The SDK's types nest them; the wire has been seen with both.
  const Reader grammar = format.optional("grammar") ? format.optional("grammar") : format;
  PROXX_TRY(grammar.expect(Type::object));
  const Reader syntax = grammar.optional("syntax");
  const Reader definition = grammar.optional("definition");
  if (!syntax) return missing(grammar, "syntax");
  if (!definition) return missing(grammar, "definition");
  PROXX_ASSIGN(const std::string syntax_name, syntax.string());
  PROXX_ASSIGN(const std::string text, definition.string());
  c.notices.adjust(format, "the grammar is described to the model, not enforced");
  if (!out.empty()) out += "\n\n";
  return out + "The input must match this " + syntax_name + " grammar:\n" + text;
}

Status add_custom_tool(Conversion& c, Reader tool) {
  static constexpr std::string_view kTool[] = {"type", "custom", "cache_control"};
  const auto [type, custom, cache_control] = read_members(tool, kTool, c.notices);
  if (!custom) return missing(tool, "custom");
  PROXX_TRY(custom.expect(Type::object));
  static constexpr std::string_view kCustom[] = {"name", "description", "format"};
  const auto [name, description, format] = read_members(custom, kCustom, c.notices);
  PROXX_TRY(add_name(c, custom, name));
  PROXX_ASSIGN(const std::string text, custom_description(c, description, format));

  Block block;
  block.kind = Block::Kind::tool;
  json::Writer w(block.json);
  w.begin_object().key("name").raw(name.raw());
  if (!text.empty()) w.key("description").string(text);
  w.key("input_schema")
      .raw(R"({"type":"object","properties":{"input":{"type":"string"}},)"
           R"("required":["input"],"additionalProperties":false})");
  PROXX_TRY(set_cache_control(block, cache_control));
  c.tools.push_back(std::move(block));
  return {};
}

/// A tool of Anthropic's own kinds, known by its type: theirs to judge.
Status add_typed_tool(Conversion& c, Reader tool) {
  if (const Reader name = tool.optional("name")) PROXX_TRY(add_name(c, tool, name));
  c.runs_server_tools = true;
  c.tools.push_back(verbatim_block(Block::Kind::tool, tool));
  return set_cache_control(c.tools.back(), tool.optional("cache_control"));
}

Status add_tool(Conversion& c, Reader tool) {
  PROXX_TRY(tool.expect(Type::object));
  const Reader type = tool.optional("type");
  if (!type) return missing(tool, "type");
  PROXX_TRY(type.expect(Type::string));
  if (type.equals("function")) return add_function_tool(c, tool);
  if (type.equals("custom")) return add_custom_tool(c, tool);
  return add_typed_tool(c, tool);
}

Status add_legacy_functions(Conversion& c, Reader functions) {
  PROXX_TRY(functions.expect(Type::array));
  for (const Reader function : functions.elements()) {
    PROXX_TRY(function.expect(Type::object));
    static constexpr std::string_view kNames[] = {"name", "description", "parameters"};
    const auto [name, description, parameters] = read_members(function, kNames, c.notices);
    PROXX_TRY(add_name(c, function, name));
    PROXX_TRY(add_function(c, {name, description, parameters, Reader()}, Reader()));
  }
  return {};
}

Status write_location(Conversion& c, Reader location, json::Writer& w) {
  PROXX_TRY(location.expect(Type::object));
  static constexpr std::string_view kOuter[] = {"type", "approximate"};
  const auto [type, approximate] = read_members(location, kOuter, c.notices);
  if (!approximate) return missing(location, "approximate");
  PROXX_TRY(approximate.expect(Type::object));
  static constexpr std::string_view kPlace[] = {"city", "region", "country", "timezone"};
  const auto place = read_members(approximate, kPlace, c.notices);
  w.key("user_location").begin_object().key("type").string("approximate");
  for (size_t i = 0; i < place.size(); ++i) {
    if (!place[i]) continue;
    PROXX_TRY(place[i].expect(Type::string));
    w.key(kPlace[i]).raw(place[i].raw());
  }
  w.end_object();
  return {};
}

Status add_web_search(Conversion& c, Reader options) {
  PROXX_TRY(options.expect(Type::object));
  static constexpr std::string_view kNames[] = {"search_context_size", "user_location"};
  const auto [size, location] = read_members(options, kNames, c.notices);
  if (size) PROXX_TRY(size.expect(Type::string));
  Block tool;
  tool.kind = Block::Kind::tool;
  json::Writer w(tool.json);
  w.begin_object().key("type").string("web_search_20250305").key("name").string("web_search");
  if (location) PROXX_TRY(write_location(c, location, w));
  if (!c.options.web_search) {
    c.notices.drop(options, "web search is not enabled (convert.web_search)");
  } else if (!c.tool_names.insert("web_search").second) {
    c.notices.drop(options, "a tool has the name web_search already");
  } else {
    if (size) c.notices.drop(size, "the server tool has no such setting");
    c.tools.push_back(std::move(tool));
    c.runs_server_tools = true;
  }
  return {};
}

}  // namespace

Status check_tool_name(Reader name) {
  PROXX_TRY(name.expect(Type::string));
  constexpr size_t kMaxName = 128;  // wire.md 1.6
  const std::string text = name.string_or("");
  const bool legal =
      !text.empty() && text.size() <= kMaxName && std::all_of(text.begin(), text.end(), [](char x) {
        return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9') ||
               x == '_' || x == '-';
      });
  if (legal) return {};
  return refuse(name, "a tool's name is 1 to 128 of the characters A-Z a-z 0-9 _ -",
                "invalid_value");
}

void read_answer_shape(const Fields& in, AnswerOptions& answer) {
  answer.legacy_function_call = in["functions"].is_array();
  for (const Reader tool : in["tools"].elements()) {
    const Reader name = tool.get("custom").get("name");
    if (tool.get("type").equals("custom") && name.is_string()) {
      answer.custom_tools.push_back(name.string_or(""));
    }
  }
}

Status convert_tools(Conversion& c) {
  const Reader tools = c.in["tools"];
  const Reader functions = c.in["functions"];
  if (tools) {
    PROXX_TRY(tools.expect(Type::array));
    for (const Reader tool : tools.elements()) PROXX_TRY(add_tool(c, tool));
  }
  if (functions) {
    if (!c.tools.empty()) {
      return refuse(functions, "send tools or functions, not both", "invalid_value");
    }
    PROXX_TRY(add_legacy_functions(c, functions));
  }
  if (const Reader options = c.in["web_search_options"]) {
    PROXX_TRY(add_web_search(c, options));
  }
  read_answer_shape(c.in, c.out.answer);
  return {};
}

}  // namespace proxx::request
