#include "openai/responses/answer/calls.h"

#include <initializer_list>

#include "json/reader.h"
#include "json/string.h"
#include "json/writer.h"
#include "openai/words.h"

namespace proxx::openai::responses {
namespace {

using json::Reader;
using namespace json::literals;

bool is_integer_or_null(Reader value) {
  return value.is_null() || value.integer_or_none().has_value();
}

bool is_string_array(Reader value) {
  if (!value.is_array()) return false;
  for (const Reader element : value.elements()) {
    if (!element.is_string()) return false;
  }
  return true;
}

bool is_shell(Reader arguments) {
  return is_string_array(arguments.get("commands")) &&
         is_integer_or_null(arguments.get("timeout_ms")) &&
         is_integer_or_null(arguments.get("max_output_length"));
}

bool is_local_shell(Reader arguments) {
  const Reader env = arguments.get("env");
  return is_string_array(arguments.get("command")) &&
         is_integer_or_null(arguments.get("timeout_ms")) && (env.is_null() || env.is_object());
}

bool is_apply_patch(Reader arguments) {
  const Reader operation = arguments.get("operation");
  const Reader type = operation.get("type");
  const bool writes = type.equals("create_file") || type.equals("update_file");
  return (writes || type.equals("delete_file")) && operation.get("path").is_string() &&
         (!writes || operation.get("diff").is_string());
}

bool fits(CallKind kind, Reader arguments) {
  switch (kind) {
    case CallKind::function:
    case CallKind::custom:
      return true;
    case CallKind::shell:
      return is_shell(arguments);
    case CallKind::local_shell:
      return is_local_shell(arguments);
    case CallKind::apply_patch:
      return is_apply_patch(arguments);
    case CallKind::tool_search:
      return arguments.is_object();
  }
  return false;
}

std::string_view type_of(CallKind kind) {
  switch (kind) {
    case CallKind::function:
      return "function_call";
    case CallKind::custom:
      return "custom_tool_call";
    case CallKind::shell:
      return "shell_call";
    case CallKind::local_shell:
      return "local_shell_call";
    case CallKind::apply_patch:
      return "apply_patch_call";
    case CallKind::tool_search:
      return "tool_search_call";
  }
  return "function_call";
}

/// The members of `object` named, null where they are absent and `otherwise` is not "".
void copy_members(Reader object, std::initializer_list<std::string_view> names, json::Writer& w,
                  std::string_view otherwise = {}) {
  for (const std::string_view name : names) {
    const Reader member = object.get(name);
    if (member) {
      w.text_key(name).raw(member.raw());
    } else if (!otherwise.empty()) {
      w.text_key(name).raw(otherwise);
    }
  }
}

void write_form(CallKind form, const ToolName& tool, const ModelCall& call, bool in_progress,
                json::Writer& w) {
  const auto write_name = [&] {
    w.key("name");
    if (tool.name.empty()) {
      w.raw_string(call.name);
    } else {
      w.string(tool.name);
    }
    if (!tool.space.empty()) w.key("namespace").string(tool.space);
  };
  if (form == CallKind::function) {
    w.key("arguments").raw_string(in_progress ? json::Raw() : json::Raw(call.arguments));
    write_name();
    return;
  }
  if (form == CallKind::custom) {
    write_name();
    w.key("input").raw_string(in_progress ? json::RawString() : input_of(call));
    return;
  }
  json::Document document;
  if (!document.parse(json::unescape(call.arguments))) return;  // form_of() has parsed it
  const Reader arguments = document.root();
  switch (form) {
    case CallKind::function:
    case CallKind::custom:
      break;
    case CallKind::shell:
      w.key("action").begin_object();
      copy_members(arguments, {"commands"}, w);
      copy_members(arguments, {"timeout_ms", "max_output_length"}, w, "null");
      w.end_object().key("environment").null();
      break;
    case CallKind::local_shell:
      w.key("action").begin_object().key("type").string("exec");
      copy_members(arguments, {"command"}, w);
      w.key("env").raw(arguments.get("env").is_object() ? arguments.get("env").raw() : "{}");
      copy_members(arguments, {"timeout_ms", "user", "working_directory"}, w);
      w.end_object();
      break;
    case CallKind::apply_patch:
      w.key("operation").begin_object();
      copy_members(arguments.get("operation"), {"type", "path", "diff"}, w);
      w.end_object();
      break;
    case CallKind::tool_search:
      w.key("execution").string("client").key("arguments").raw(arguments.raw());
      break;
  }
}

}  // namespace

json::Raw id_prefix(CallKind kind) {
  switch (kind) {
    case CallKind::function:
      return "fc_"_raw;
    case CallKind::custom:
      return "ctc_"_raw;
    case CallKind::shell:
      return "sh_"_raw;
    case CallKind::local_shell:
      return "lsh_"_raw;
    case CallKind::apply_patch:
      return "apc_"_raw;
    case CallKind::tool_search:
      return "tsc_"_raw;
  }
  return "fc_"_raw;
}

CallKind form_of(const ToolName& tool, const ModelCall& call) {
  if (tool.kind == CallKind::function || tool.kind == CallKind::custom) return tool.kind;
  json::Document document;
  const bool is_json = bool(document.parse(json::unescape(call.arguments)));
  return is_json && fits(tool.kind, document.root()) ? tool.kind : CallKind::function;
}

std::string call_item(CallKind form, const ToolName& tool, const ModelCall& call, json::Raw item_id,
                      std::string_view status) {
  std::string item;
  json::Writer w(item);
  w.begin_object();
  if (!item_id.empty()) w.key("id").raw_string(item_id);
  w.key("type").string(type_of(form));
  w.key("status").string(status).key("call_id").raw_string(call.id);
  write_form(form, tool, call, status == "in_progress", w);
  w.end_object();
  return item;
}

json::RawString input_of(const ModelCall& call) {
  return custom_input(json::unescape(call.arguments));
}

}  // namespace proxx::openai::responses
