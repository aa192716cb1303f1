#include "openai/responses/call_items.h"

#include <initializer_list>
#include <string>
#include <utility>

#include "json/unique.h"
#include "json/writer.h"
#include "openai/members.h"

namespace proxx::openai::responses {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;

struct Wanted {
  std::string_view name;
  Type type;
  bool required = false;
};

/// The members of `object` as an object that goes on as text.
Status copy_members(Reader object, std::initializer_list<Wanted> wanted, json::Writer& w) {
  PROXX_TRY(object.expect(Type::object));
  w.begin_object();
  for (const Wanted& row : wanted) {
    const Reader member = object.optional(row.name);
    if (!member) {
      if (row.required) return missing(object, row.name);
      continue;
    }
    PROXX_TRY(member.expect(row.type));
    w.text_key(row.name).raw(json::Unique(member).reader().raw());
  }
  w.end_object();
  return {};
}

/// The member that every item of its kind has.
Result<Reader> required(Reader item, std::string_view name) {
  const Reader member = item.optional(name);
  if (!member) return missing(item, name);
  return member;
}

}  // namespace

Result<InputBlock> CallReader::read(const Item& item) {
  InputBlock block;
  block.kind = InputBlock::Kind::tool_use;
  block.head = R"({"type":"tool_use","id":")";
  switch (item.kind) {
    case ItemKind::function_call:
      PROXX_TRY(write_function(item.value, block));
      break;
    case ItemKind::custom_call:
      PROXX_TRY(write_custom(item.value, block));
      break;
    case ItemKind::shell_call:
      PROXX_TRY(write_shell(item.value, block));
      break;
    case ItemKind::local_shell_call:
      PROXX_TRY(write_local_shell(item.value, block));
      break;
    case ItemKind::patch_call:
      PROXX_TRY(write_patch(item.value, block));
      break;
    default:
      PROXX_TRY(write_search(item.value, block));
      break;
  }
  return block;
}

Status CallReader::write_name(Reader item, Reader name, Reader space, InputBlock& block) {
  if (!name) return missing(item, "name");
  PROXX_ASSIGN(const std::string own, name.string());
  if (own.empty()) return err(name, "must not be empty", "invalid_value");
  std::string its_space;
  if (space) {
    PROXX_ASSIGN(its_space, space.string());
  }
  block.json.append(R"(","name":")").append(tools_.upstream_name(its_space, own));
  block.json.append(R"(","input":)");
  return {};
}

Status CallReader::write_function(Reader item, InputBlock& block) {
  static constexpr std::string_view kNames[] = {"name",  "namespace",       "arguments", "type",
                                                "id",    "call_id",         "status",    "caller",
                                                "async", "parsed_arguments"};
  const auto members = read_members(item, kNames, notices_);
  PROXX_TRY(write_name(item, members[0], members[1], block));
  return arguments_.write(members[2], block);
}

Status CallReader::write_custom(Reader item, InputBlock& block) {
  static constexpr std::string_view kNames[] = {"name", "namespace", "input",  "type",
                                                "id",   "call_id",   "status", "caller"};
  const auto members = read_members(item, kNames, notices_);
  PROXX_TRY(write_name(item, members[0], members[1], block));
  if (!members[2]) return missing(item, "input");
  PROXX_TRY(members[2].expect(Type::string));
  write_input(block, "input", members[2]);
  return {};
}

Status CallReader::write_shell(Reader item, InputBlock& block) {
  PROXX_ASSIGN(const Reader action, required(item, "action"));
  block.json.append(R"(","name":"shell","input":)");
  json::Writer w(block.json);
  return copy_members(action,
                      {{"commands", Type::array, true},
                       {"timeout_ms", Type::number},
                       {"max_output_length", Type::number}},
                      w);
}

Status CallReader::write_local_shell(Reader item, InputBlock& block) {
  PROXX_ASSIGN(const Reader action, required(item, "action"));
  block.json.append(R"(","name":"local_shell","input":)");
  json::Writer w(block.json);
  return copy_members(action,
                      {{"command", Type::array, true},
                       {"working_directory", Type::string},
                       {"timeout_ms", Type::number},
                       {"env", Type::object},
                       {"user", Type::string}},
                      w);
}

Status CallReader::write_patch(Reader item, InputBlock& block) {
  PROXX_ASSIGN(const Reader operation, required(item, "operation"));
  block.json.append(R"(","name":"apply_patch","input":{"operation":)");
  json::Writer w(block.json);
  PROXX_TRY(copy_members(
      operation,
      {{"type", Type::string, true}, {"path", Type::string, true}, {"diff", Type::string}}, w));
  block.tail = "}";
  return {};
}

Status CallReader::write_search(Reader item, InputBlock& block) {
  block.json.append(R"(","name":"tool_search","input":)");
  const Reader arguments = item.optional("arguments");
  if (!arguments) {
    block.tail = "{}";
  } else if (arguments.is_string()) {
    return arguments_.write(arguments, block);
  } else if (arguments.is_object()) {
    block.json.append(json::Unique(arguments).reader().raw());
  } else {
    return err(arguments, "expected an object", "invalid_type");
  }
  return {};
}

}  // namespace proxx::openai::responses
