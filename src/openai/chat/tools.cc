#include "openai/tools.h"

#include "openai/chat/request_reader.h"
#include "openai/members.h"

// tools, functions, web_search_options as chat completions has them
// (docs/mapping-chat.md 6.1, 6.5).

namespace proxx::openai::chat {
namespace {

using json::Reader;
using json::Type;

Status read_function(Reader tool, ToolReader& tools, policy::NoticeLog& notices) {
  static constexpr std::string_view kTool[] = {"type", "function", "cache_control"};
  const auto [type, function, outer_cache_control] = read_members(tool, kTool, notices);
  if (!function) return missing(tool, "function");
  PROXX_TRY(function.expect(Type::object));
  static constexpr std::string_view kFunction[] = {"name", "description", "parameters", "strict",
                                                   "cache_control"};
  const auto [name, description, parameters, strict, inner_cache_control] =
      read_members(function, kFunction, notices);
  return tools.add_function(function, {name, description, parameters, strict},
                            outer_cache_control ? outer_cache_control : inner_cache_control);
}

Status read_custom(Reader tool, ToolReader& tools, policy::NoticeLog& notices) {
  static constexpr std::string_view kTool[] = {"type", "custom", "cache_control"};
  const auto [type, custom, cache_control] = read_members(tool, kTool, notices);
  if (!custom) return missing(tool, "custom");
  PROXX_TRY(custom.expect(Type::object));
  static constexpr std::string_view kCustom[] = {"name", "description", "format"};
  const auto [name, description, format] = read_members(custom, kCustom, notices);
  return tools.add_custom(custom, {name, description, format}, cache_control);
}

Status read_tool(Reader tool, ToolReader& tools, policy::NoticeLog& notices) {
  tools.begin_tool();
  PROXX_TRY(tool.expect(Type::object));
  const Reader type = tool.optional("type");
  const bool has_own_schema = bool(tool.optional("input_schema"));
  if (!type) return has_own_schema ? tools.add_native(tool) : missing(tool, "type");
  PROXX_TRY(type.expect(Type::string));
  if (type.equals("function")) return read_function(tool, tools, notices);
  if (type.equals("custom") && has_own_schema) return tools.add_native(tool);
  if (type.equals("custom")) return read_custom(tool, tools, notices);
  return tools.add_typed(tool);
}

Status read_legacy_function(Reader function, ToolReader& tools, policy::NoticeLog& notices) {
  tools.begin_tool();
  PROXX_TRY(function.expect(Type::object));
  static constexpr std::string_view kNames[] = {"name", "description", "parameters"};
  const auto [name, description, parameters] = read_members(function, kNames, notices);
  return tools.add_function(function, {name, description, parameters, Reader()}, Reader());
}

}  // namespace

Status read_tools(Reading& r) {
  ToolReader tools(r.draft);
  policy::NoticeLog& notices = r.draft.notices;
  if (const Reader list = r.in["tools"]) {
    PROXX_TRY(list.expect(Type::array));
    for (const Reader tool : list.elements()) PROXX_TRY(read_tool(tool, tools, notices));
  }
  if (const Reader functions = r.in["functions"]) {
    if (!r.draft.request.tools.empty()) {
      return err(functions, "send tools or functions, not both", "invalid_value");
    }
    PROXX_TRY(functions.expect(Type::array));
    for (const Reader function : functions.elements()) {
      PROXX_TRY(read_legacy_function(function, tools, notices));
    }
  }
  if (const Reader options = r.in["web_search_options"]) {
    PROXX_TRY(tools.add_web_search(options, r.options.web_search));
  }
  r.tool_names = tools.take_names();
  read_answer_shape(r.in, r.answer);
  return {};
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

}  // namespace proxx::openai::chat
