#include "openai/tools.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "json/writer.h"
#include "openai/members.h"

namespace proxx::openai {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;
using policy::NoticeLog;

Status write_location(Reader location, json::Writer& w, NoticeLog& notices) {
  PROXX_TRY(location.expect(Type::object));
  static constexpr std::string_view kOuter[] = {"type", "approximate"};
  const auto [type, approximate] = read_members(location, kOuter, notices);
  if (!approximate) return missing(location, "approximate");
  PROXX_TRY(approximate.expect(Type::object));
  static constexpr std::string_view kPlace[] = {"city", "region", "country", "timezone"};
  const auto [city, region, country, timezone] = read_members(approximate, kPlace, notices);
  return write_place({city, region, country, timezone}, w);
}

}  // namespace

Status write_place(const PlaceFields& place, json::Writer& w) {
  w.key("user_location").begin_object().key("type").string("approximate");
  for (const auto& [name, field] : {std::pair<json::Key, Reader>("city", place.city),
                                    {"region", place.region},
                                    {"country", place.country},
                                    {"timezone", place.timezone}}) {
    if (!field) continue;
    PROXX_TRY(field.expect(Type::string));
    w.key(name).raw(field.raw());
  }
  w.end_object();
  return {};
}

Status check_tool_name(Reader name) {
  PROXX_TRY(name.expect(Type::string));
  constexpr size_t kMaxName = 128;  // docs/protocol.md 1.6
  std::string decoded;
  const std::string_view text = name.text(decoded);
  const bool legal =
      !text.empty() && text.size() <= kMaxName && std::all_of(text.begin(), text.end(), [](char x) {
        return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9') ||
               x == '_' || x == '-';
      });
  if (legal) return {};
  return err(name, "a tool's name is 1 to 128 of the characters A-Z a-z 0-9 _ -", "invalid_value");
}

Result<std::string> describe_custom_tool(const CustomToolFields& fields, NoticeLog& notices) {
  const Reader format = fields.format;
  std::string out;
  if (fields.description) {
    PROXX_ASSIGN(out, fields.description.string());
  }
  if (!format) return out;
  PROXX_TRY(format.expect(Type::object));
  const Reader type = format.optional("type");
  if (!type) return missing(format, "type");
  PROXX_TRY(type.expect(Type::string));
  if (type.equals("text")) return out;
  if (!type.equals("grammar")) return err(type, "must be text or grammar", "invalid_value");
  // The SDK's types nest them; both forms have been seen on the wire.
  const Reader nested = format.optional("grammar");
  const Reader grammar = nested ? nested : format;
  PROXX_TRY(grammar.expect(Type::object));
  const Reader syntax = grammar.optional("syntax");
  const Reader definition = grammar.optional("definition");
  if (!syntax) return missing(grammar, "syntax");
  if (!definition) return missing(grammar, "definition");
  PROXX_ASSIGN(const std::string syntax_name, syntax.string());
  PROXX_ASSIGN(const std::string text, definition.string());
  notices.adjust(format, "the grammar is described to the model, not enforced");
  if (!out.empty()) out += "\n\n";
  return out + "The input must match this " + syntax_name + " grammar:\n" + text;
}

void ToolReader::begin_tool() {
  draft_.notices.about(policy::Topic::tools, draft_.request.tools.size());
}

Status ToolReader::add_name(Reader holder, Reader name) {
  if (!name) return missing(holder, "name");
  PROXX_TRY(check_tool_name(name));
  if (!names_.insert(name.string_or("")).second) {
    return err(name, "two tools of this name", "invalid_value");
  }
  return {};
}

Status ToolReader::add_function(Reader holder, const FunctionFields& fields, Reader cache_control) {
  PROXX_TRY(add_name(holder, fields.name));
  if (fields.description) PROXX_TRY(fields.description.expect(Type::string));
  bool strict = false;
  if (fields.strict) {
    PROXX_ASSIGN(strict, fields.strict.boolean());
  }
  InputBlock tool;
  tool.kind = InputBlock::Kind::tool;
  json::Writer w(tool.json);
  w.begin_object().key("name").raw(fields.name.raw());
  if (fields.description) w.key("description").raw(fields.description.raw());
  PROXX_TRY(anthropic::set_cache_control(tool, cache_control));
  draft_.wishes.functions.push_back(
      {draft_.request.tools.size(), fields.parameters, strict ? fields.strict : Reader()});
  draft_.request.tools.push_back(std::move(tool));
  return {};
}

Status ToolReader::add_custom(Reader holder, const CustomToolFields& fields, Reader cache_control) {
  PROXX_TRY(add_name(holder, fields.name));
  PROXX_ASSIGN(const std::string description, describe_custom_tool(fields, draft_.notices));
  InputBlock tool;
  tool.kind = InputBlock::Kind::tool;
  json::Writer w(tool.json);
  w.begin_object().key("name").raw(fields.name.raw());
  if (!description.empty()) w.key("description").string(description);
  w.key("input_schema").raw(kCustomToolSchema);
  PROXX_TRY(anthropic::set_cache_control(tool, cache_control));
  draft_.request.tools.push_back(std::move(tool));
  return {};
}

Status ToolReader::add_typed(Reader tool) {
  if (const Reader name = tool.optional("name")) PROXX_TRY(add_name(tool, name));
  auto& tools = draft_.request.tools;
  tools.push_back(anthropic::verbatim_block(InputBlock::Kind::typed_tool, tool));
  return anthropic::set_cache_control(tools.back(), tool.optional("cache_control"));
}

Status ToolReader::add_native(Reader tool) {
  PROXX_TRY(add_name(tool, tool.optional("name")));
  PROXX_TRY(tool.get("input_schema").expect(Type::object));
  auto& tools = draft_.request.tools;
  tools.push_back(anthropic::verbatim_block(InputBlock::Kind::tool, tool));
  return anthropic::set_cache_control(tools.back(), tool.optional("cache_control"));
}

Status ToolReader::add_web_search(Reader options, bool enabled) {
  begin_tool();
  NoticeLog& notices = draft_.notices;
  PROXX_TRY(options.expect(Type::object));
  static constexpr std::string_view kNames[] = {"search_context_size", "user_location"};
  const auto [size, location] = read_members(options, kNames, notices);
  if (size) PROXX_TRY(size.expect(Type::string));
  InputBlock tool;
  tool.kind = InputBlock::Kind::typed_tool;
  json::Writer w(tool.json);
  w.begin_object().key("type").string("web_search_20250305").key("name").string("web_search");
  if (location) PROXX_TRY(write_location(location, w, notices));
  if (!enabled) {
    notices.drop(options, "web search is not enabled (convert.web_search)");
  } else if (!names_.insert("web_search").second) {
    notices.drop(options, "a tool has the name web_search already");
  } else {
    if (size) notices.drop(size, "the server tool has no such setting");
    draft_.request.tools.push_back(std::move(tool));
  }
  return {};
}

}  // namespace proxx::openai
