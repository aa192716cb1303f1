#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace proxx::openai::responses {

/// The forms in which a call can go back to the client (docs/mapping-responses.md 4.4).
enum class CallKind { function, custom, shell, local_shell, apply_patch, tool_search };

/// What the client called a tool that goes upstream under another name or in another form.
struct ToolName {
  CallKind kind = CallKind::function;
  std::string space;  ///< of a child of a namespace; "" for none
  std::string name;
};

/// By the name that goes upstream. A tool without an entry is a function of that very name.
using ToolNames = std::map<std::string, ToolName, std::less<>>;

}  // namespace proxx::openai::responses
