#include "openai/responses/own_tools.h"

#include <utility>

#include "json/writer.h"
#include "openai/members.h"
#include "openai/tools.h"

namespace proxx::openai::responses {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;
using policy::NoticeLog;

struct Row {
  std::string_view type;
  std::string_view name;
  CallKind kind;
  std::string_view description;
  std::string_view schema;  ///< "" where the tool has its own
};
constexpr std::string_view kSearch = "web_search";
constexpr Row kRows[] = {
    {"shell", "shell", CallKind::shell,
     "Runs shell commands, one after the other, and returns the output and the exit code of each.",
     R"({"type":"object","properties":{"commands":{"type":"array","items":{"type":"string"},)"
     R"("description":"The commands to run."},"timeout_ms":{"type":"integer","description":)"
     R"("How long each may take, in milliseconds."},"max_output_length":{"type":"integer",)"
     R"("description":"How many characters of output to return."}},"required":["commands"],)"
     R"("additionalProperties":false})"},
    {"local_shell", "local_shell", CallKind::local_shell,
     "Runs one command on the user's machine and returns its output.",
     R"({"type":"object","properties":{"command":{"type":"array","items":{"type":"string"},)"
     R"("description":"The program and its arguments."},"working_directory":{"type":"string"},)"
     R"("timeout_ms":{"type":"integer","description":"How long it may take, in milliseconds."},)"
     R"("env":{"type":"object","additionalProperties":{"type":"string"},"description":)"
     R"("Environment variables to set."},"user":{"type":"string","description":)"
     R"("The user to run it as."}},"required":["command"],"additionalProperties":false})"},
    {"apply_patch", "apply_patch", CallKind::apply_patch,
     "Creates, changes or deletes one file. The diff is in the V4A form. To create a file, give "
     "each "
     "line of it behind a plus sign. To change a file, give one or more sections. A section begins "
     "with a line `@@`, which may be followed by the line of the class or function that the change "
     "is in. Then come the lines around the change, each behind a space, the lines to remove, each "
     "behind a minus sign, and the lines to put there, each behind a plus sign. Give about three "
     "lines before and after a change, as they stand in the file; there are no line numbers.",
     R"({"type":"object","properties":{"operation":{"type":"object","properties":{"type":)"
     R"({"type":"string","enum":["create_file","update_file","delete_file"]},"path":)"
     R"({"type":"string"},"diff":{"type":"string","description":)"
     R"("The diff in the V4A form; not for delete_file."}},"required":["type","path"],)"
     R"("additionalProperties":false}},"required":["operation"],"additionalProperties":false})"},
    {"tool_search", "tool_search", CallKind::tool_search, "", ""},
    {"web_search", kSearch, CallKind::function, "", ""},
    {"web_search_2025_08_26", kSearch, CallKind::function, "", ""},
    {"web_search_preview", kSearch, CallKind::function, "", ""},
    {"web_search_preview_2025_03_11", kSearch, CallKind::function, "", ""},
};

const Row* row_of(Reader type) {
  for (const Row& row : kRows) {
    if (type.equals(row.type)) return &row;
  }
  return nullptr;
}

Status write_location(Reader location, json::Writer& w, NoticeLog& notices) {
  PROXX_TRY(location.expect(Type::object));
  static constexpr std::string_view kNames[] = {"type", "city", "region", "country", "timezone"};
  const auto [type, city, region, country, timezone] = read_members(location, kNames, notices);
  return write_place({city, region, country, timezone}, w);
}

Status write_domains(Reader filters, json::Writer& w, NoticeLog& notices) {
  PROXX_TRY(filters.expect(Type::object));
  static constexpr std::string_view kNames[] = {"allowed_domains", "blocked_domains"};
  const auto domains = read_members(filters, kNames, notices);
  for (size_t i = 0; i < domains.size(); ++i) {
    if (!domains[i]) continue;
    PROXX_TRY(domains[i].expect(Type::array));
    for (const Reader domain : domains[i].elements()) PROXX_TRY(domain.expect(Type::string));
    if (domains[i].at(0)) w.text_key(kNames[i]).raw(domains[i].raw());
  }
  return {};
}

Result<InputBlock> write_web_search(Reader tool, Reader max_calls, NoticeLog& notices) {
  static constexpr std::string_view kNames[] = {"type", "filters", "user_location",
                                                "search_context_size", "external_web_access"};
  const auto [type, filters, location, size, external] = read_members(tool, kNames, notices);
  InputBlock block;
  block.kind = InputBlock::Kind::typed_tool;
  json::Writer w(block.json);
  w.begin_object().key("type").string("web_search_20250305").key("name").string(kSearch);
  if (filters) PROXX_TRY(write_domains(filters, w, notices));
  if (location) PROXX_TRY(write_location(location, w, notices));
  if (size) {
    PROXX_TRY(size.expect(Type::string));
    notices.drop(size, "the server tool has no such setting");
  }
  if (max_calls) {
    w.key("max_uses").raw(max_calls.raw());
    notices.adjust(max_calls, "bounds web searches only");
  }
  return block;
}

Result<OwnTool::Sent> write_tool_search(Reader tool, NoticeLog& notices) {
  static constexpr std::string_view kNames[] = {"type", "execution", "description", "parameters"};
  const auto [type, execution, description, parameters] = read_members(tool, kNames, notices);
  OwnTool::Sent sent;
  sent.block.kind = InputBlock::Kind::tool;
  json::Writer w(sent.block.json);
  w.begin_object().key("name").string("tool_search");
  if (description) {
    PROXX_TRY(description.expect(Type::string));
    w.key("description").raw(description.raw());
  }
  if (parameters) {
    sent.parameters = parameters;
  } else {
    w.key("input_schema").raw(R"({"type":"object","properties":{}})");
  }
  return sent;
}

}  // namespace

std::string OwnTool::name_of(Reader type) {
  const Row* const row = row_of(type);
  return std::string(row == nullptr ? std::string_view() : row->name);
}

CallKind OwnTool::kind_of(Reader type) {
  const Row* const row = row_of(type);
  return row == nullptr ? CallKind::function : row->kind;
}

std::string OwnTool::why_not(Reader type, Reader tool, bool web_search_enabled) {
  const Row* const row = row_of(type);
  if (row == nullptr) return "no such tool upstream";
  if (row->name == kSearch) {
    const Reader external = tool.optional("external_web_access");
    if (external.is_boolean() && !external.boolean_or(true)) {
      return "the upstream searches the live web only";
    }
    return web_search_enabled ? "" : "web search is not enabled (convert.web_search)";
  }
  if (row->kind == CallKind::tool_search) {
    const bool by_client = tool.optional("execution").equals("client");
    return by_client ? "" : "all tools are sent, so none need be searched for";
  }
  if (row->kind == CallKind::shell) {
    const Reader environment = tool.optional("environment");
    const bool is_local = !environment || environment.get("type").equals("local");
    return is_local ? "" : "only OpenAI's servers have such containers";
  }
  return {};
}

Result<OwnTool::Sent> OwnTool::write(Reader type, Reader tool, Reader max_calls,
                                     NoticeLog& notices) {
  const Row& row = *row_of(type);
  if (row.kind == CallKind::tool_search) return write_tool_search(tool, notices);
  Sent sent;
  if (row.name == kSearch) {
    PROXX_ASSIGN(sent.block, write_web_search(tool, max_calls, notices));
    return sent;
  }
  static constexpr std::string_view kNames[] = {"type", "environment", "allowed_callers"};
  (void)read_members(tool, kNames, notices);
  notices.adjust(tool, "sent as a tool of the client's with arguments of this form");
  sent.block.kind = InputBlock::Kind::tool;
  json::Writer w(sent.block.json);
  w.begin_object().key("name").string(row.name).key("description").string(row.description);
  w.key("input_schema").raw(row.schema);
  return sent;
}

}  // namespace proxx::openai::responses
