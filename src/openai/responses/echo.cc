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

}  // namespace

std::string echo_of(const Fields& in) {
  std::string object;
  json::Writer w(object);
  w.begin_object();
  const auto repeat = [&](std::string_view name, std::string_view otherwise = "null") {
    w.key(name).raw(raw_or(in[name], otherwise));
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
  w.key("store").boolean(false);
  repeat("temperature");
  write_text(in["text"], w.key("text"));
  repeat("tool_choice", R"("auto")");
  repeat("tools", "[]");
  repeat("top_p");
  repeat("user");
  w.end_object();
  return object.substr(1, object.size() - 2);
}

}  // namespace proxx::openai::responses
