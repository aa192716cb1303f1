#include "json/writer.h"
#include "openai/responses/request_reader.h"

// The members of the response object that repeat the request (docs/mapping-responses.md 4.6).

namespace proxx::openai::responses {
namespace {

using json::Reader;

std::string_view raw_or(Reader field, std::string_view otherwise) {
  return field.is_null() ? otherwise : field.raw();
}

void write_text(Reader text, json::Writer& w) {
  w.begin_object().key("format").raw(raw_or(text.get("format"), R"({"type":"text"})"));
  if (const Reader verbosity = text.optional("verbosity")) {
    w.key("verbosity").raw(verbosity.raw());
  }
  w.end_object();
}

void write_reasoning(Reader reasoning, json::Writer& w) {
  const Reader summary = reasoning.optional("summary");
  w.begin_object().key("effort").raw(raw_or(reasoning.get("effort"), "null"));
  w.key("summary").raw(raw_or(summary ? summary : reasoning.optional("generate_summary"), "null"));
  w.end_object();
}

/// The tools as they came, but for the credentials of an MCP server: they would stand in every
/// log and recording of the answer.
void write_tools(Reader tools, json::Writer& w) {
  bool has_mcp = false;
  for (const Reader tool : tools.elements()) has_mcp = has_mcp || tool.get("type").equals("mcp");
  if (!has_mcp) {
    w.raw(raw_or(tools, "[]"));
    return;
  }
  w.begin_array();
  for (const Reader tool : tools.elements()) {
    if (!tool.get("type").equals("mcp")) {
      w.raw(tool.raw());
      continue;
    }
    w.begin_object();
    for (const json::Member& member : tool.members()) {
      const std::string key = member.key();
      if (key != "authorization" && key != "headers") {
        w.raw_key(member.raw_key).raw(member.value.raw());
      }
    }
    w.end_object();
  }
  w.end_array();
}

}  // namespace

std::string echo_of(const Fields& in) {
  std::string object;
  json::Writer w(object);
  w.begin_object();
  const auto repeat = [&](std::string_view name, std::string_view otherwise = "null") {
    w.text_key(name).raw(raw_or(in[name], otherwise));
  };
  repeat("instructions");
  repeat("max_output_tokens");
  repeat("max_tool_calls");
  repeat("metadata", "{}");
  repeat("parallel_tool_calls", "true");
  repeat("previous_response_id");
  repeat("prompt_cache_key");
  write_reasoning(in["reasoning"], w.key("reasoning"));
  repeat("safety_identifier");
  repeat("temperature");
  write_text(in["text"], w.key("text"));
  repeat("tool_choice", R"("auto")");
  write_tools(in["tools"], w.key("tools"));
  repeat("top_p");
  repeat("user");
  w.end_object();
  return object.substr(1, object.size() - 2);
}

}  // namespace proxx::openai::responses
