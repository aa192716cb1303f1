#pragma once
#include <string>
#include <string_view>

#include "json/raw.h"
#include "openai/responses/tool_names.h"

// The items that a client's calls become (docs/mapping-responses.md 4.4, 4.6).

namespace proxx::openai::responses {

/// A call of the model's, as far as it came.
struct ModelCall {
  json::RawString id;
  json::RawString name;       ///< as upstream
  json::RawString arguments;  ///< JSON text, escaped once more
};

/// Of an item's id: `fc_`, `ctc_`, ...
[[nodiscard]] json::Raw id_prefix(CallKind kind);

/// The form in which the finished call can go back: that of its tool, or a function's where the
/// arguments do not fit it. A function and a custom tool take any arguments.
[[nodiscard]] CallKind form_of(const ToolName& tool, const ModelCall& call);

/// The item in `form`; without an id if `item_id` is "". `status` is in_progress, completed or
/// incomplete. Of a function or custom call in progress the arguments are left empty.
[[nodiscard]] std::string call_item(CallKind form, const ToolName& tool, const ModelCall& call,
                                    json::Raw item_id, std::string_view status);

/// What a custom tool's call has as its input.
[[nodiscard]] json::RawString input_of(const ModelCall& call);

}  // namespace proxx::openai::responses
