#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "base/result.h"
#include "json/reader.h"
#include "policy/notice_log.h"

namespace proxx::openai::responses {

/// What an item of `input` is (docs/mapping-responses.md 1.3).
enum class ItemKind : uint8_t {
  text,  ///< `input` is a string: what the user says
  message,
  reasoning,
  function_call,
  custom_call,
  shell_call,
  local_shell_call,
  patch_call,
  search_call,  ///< tool_search_call that the client runs
  function_output,
  custom_output,
  shell_output,
  local_shell_output,
  patch_output,
  search_output,
  loose_output,  ///< function_call_output that names no call
  additional_tools,
  configuration_update,
  web_search_call,
  hosted  ///< calls of OpenAI's own tools and their outputs
};
[[nodiscard]] constexpr bool is_call(ItemKind kind) {
  return kind >= ItemKind::function_call && kind <= ItemKind::search_call;
}
[[nodiscard]] constexpr bool is_output(ItemKind kind) {
  return kind >= ItemKind::function_output && kind <= ItemKind::search_output;
}

/// The index of an item of the conversation before `input`.
inline constexpr int32_t kBeforeInput = std::numeric_limits<int32_t>::max();

struct Item {
  json::Reader value;
  int32_t index = 0;    ///< in the request's own `input`, or kBeforeInput
  size_t position = 0;  ///< among all of them
  ItemKind kind = ItemKind::message;
  std::string call_id;  ///< of a call or an output: what pairs them; "" for a search without one
};

/// The item that an item_reference means; `index` is its own in `input`.
using Resolve = std::function<Result<json::Reader>(json::Reader reference, size_t index)>;

/// The items of `before` and `input`, arrays or absent, each a known object; `input` may be a
/// string. `before` is the conversation that goes on. Errors: an unknown type; those of `resolve`.
Result<std::vector<Item>> list_items(json::Reader before, json::Reader input,
                                     const Resolve& resolve);

/// Removes the calls that were cut off and have no output. Errors: another call has no output
/// behind it.
Status settle_calls(std::vector<Item>& items, policy::NoticeLog& notices);

}  // namespace proxx::openai::responses
