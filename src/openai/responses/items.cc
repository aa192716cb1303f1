#include "openai/responses/items.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

#include "openai/members.h"

// Which item is what, and which call has an output (docs/mapping-responses.md 4.0, 4.2, 4.9).

namespace proxx::openai::responses {
namespace {

using json::Reader;
using json::Type;

struct TypeRow {
  std::string_view type;
  ItemKind kind;
};
constexpr TypeRow kTypes[] = {
    {"message", ItemKind::message},
    {"reasoning", ItemKind::reasoning},
    {"function_call", ItemKind::function_call},
    {"function_call_output", ItemKind::function_output},
    {"custom_tool_call", ItemKind::custom_call},
    {"custom_tool_call_output", ItemKind::custom_output},
    {"shell_call", ItemKind::shell_call},
    {"shell_call_output", ItemKind::shell_output},
    {"local_shell_call", ItemKind::local_shell_call},
    {"local_shell_call_output", ItemKind::local_shell_output},
    {"apply_patch_call", ItemKind::patch_call},
    {"apply_patch_call_output", ItemKind::patch_output},
    {"tool_search_call", ItemKind::search_call},
    {"tool_search_output", ItemKind::search_output},
    {"additional_tools", ItemKind::additional_tools},
    {"configuration_update", ItemKind::configuration_update},
    {"web_search_call", ItemKind::web_search_call},
    {"file_search_call", ItemKind::hosted},
    {"code_interpreter_call", ItemKind::hosted},
    {"image_generation_call", ItemKind::hosted},
    {"computer_call", ItemKind::hosted},
    {"computer_call_output", ItemKind::hosted},
    {"mcp_list_tools", ItemKind::hosted},
    {"mcp_call", ItemKind::hosted},
    {"mcp_approval_request", ItemKind::hosted},
    {"mcp_approval_response", ItemKind::hosted},
    {"program", ItemKind::hosted},
    {"program_output", ItemKind::hosted},
};

/// An id alone, with no type or a null one, is a reference too.
bool is_reference(Reader item) {
  if (!item.is_object()) return false;
  if (const Reader type = item.optional("type")) return type.equals("item_reference");
  return item.optional("id") && item.size() <= 2 && !item.optional("role");
}

/// Of an item without `type`: its role makes it a message.
Result<ItemKind> kind_without_type(Reader item) {
  if (item.optional("role")) return ItemKind::message;
  return missing(item, "type");
}

Result<ItemKind> kind_of(Reader item) {
  PROXX_TRY(item.expect(Type::object));
  const Reader type = item.optional("type");
  if (!type) return kind_without_type(item);
  PROXX_TRY(type.expect(Type::string));
  for (const TypeRow& row : kTypes) {
    if (type.equals(row.type)) return row.kind;
  }
  if (type.equals("compaction") || type.equals("compaction_trigger")) {
    return err(item, "made by another server; start from the messages", "invalid_value");
  }
  return err(type, "unknown type of item", "invalid_value");
}

/// A search for tools is the client's if it says so, or if it names its call.
bool is_run_by_client(Reader search) {
  const Reader execution = search.optional("execution");
  return execution ? execution.equals("client") : bool(search.optional("call_id"));
}

Status read_call_id(Item& item) {
  const bool by_own_id = item.kind == ItemKind::local_shell_output;
  Reader id = item.value.optional("call_id");
  if (!id && by_own_id) id = item.value.optional("id");
  if (!id) {
    const bool is_search =
        item.kind == ItemKind::search_call || item.kind == ItemKind::search_output;
    if (is_search) return {};
    if (item.kind != ItemKind::function_output) {
      return missing(item.value, by_own_id ? "id" : "call_id");
    }
    item.kind = ItemKind::loose_output;
    return {};
  }
  PROXX_ASSIGN(item.call_id, id.string());
  return {};
}

/// Outputs of local shell calls may name the call's item instead of the call.
void name_calls(std::vector<Item>& items) {
  std::map<std::string, std::string> call_ids;
  for (Item& item : items) {
    if (item.kind == ItemKind::local_shell_call) {
      const Reader id = item.value.optional("id");
      if (id.is_string()) call_ids.insert_or_assign(id.string_or(""), item.call_id);
    } else if (item.kind == ItemKind::local_shell_output) {
      const auto call = call_ids.find(item.call_id);
      if (call != call_ids.end()) item.call_id = call->second;
    }
  }
}

std::string shown(std::string_view id) {
  constexpr size_t kMaxShown = 80;
  return '\'' + std::string(id.substr(0, kMaxShown)) + '\'';
}

}  // namespace

Result<std::vector<Item>> list_items(Reader before, Reader input, const Resolve& resolve) {
  std::vector<Item> items;
  const auto add = [&](Reader value, int32_t index) -> Status {
    if (is_reference(value)) {
      PROXX_ASSIGN(value, resolve(value, static_cast<size_t>(index)));
    }
    Item item{value, index, items.size(), ItemKind::message, {}};
    PROXX_ASSIGN(item.kind, kind_of(value));
    const bool is_search =
        item.kind == ItemKind::search_call || item.kind == ItemKind::search_output;
    if (is_search && !is_run_by_client(value)) item.kind = ItemKind::hosted;
    if (is_call(item.kind) || is_output(item.kind)) PROXX_TRY(read_call_id(item));
    items.push_back(std::move(item));
    return {};
  };
  for (const Reader value : before.elements()) PROXX_TRY(add(value, kBeforeInput));
  if (input.is_string()) items.push_back({input, 0, items.size(), ItemKind::text, {}});
  int32_t index = 0;
  for (const Reader value : input.elements()) PROXX_TRY(add(value, index++));
  name_calls(items);
  return items;
}

Status settle_calls(std::vector<Item>& items, policy::NoticeLog& notices) {
  std::map<std::string_view, size_t> last_outputs;
  for (const Item& item : items) {
    if (is_output(item.kind)) last_outputs.insert_or_assign(item.call_id, item.position);
  }
  const auto is_answered = [&](const Item& call) {
    const auto output = last_outputs.find(call.call_id);
    return output != last_outputs.end() && output->second > call.position;
  };
  std::vector<Item> kept;
  kept.reserve(items.size());
  for (const Item& item : items) {
    if (!is_call(item.kind) || is_answered(item)) {
      kept.push_back(item);
    } else if (item.value.optional("status").equals("incomplete")) {
      notices.drop(item.value, "the call was cut off and has no output");
    } else {
      return err(item.value, "no tool output found for the call " + shown(item.call_id),
                 "invalid_value");
    }
  }
  items = std::move(kept);
  return {};
}

}  // namespace proxx::openai::responses
