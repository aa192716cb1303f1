#pragma once
#include <string>

#include "anthropic/input_block.h"
#include "base/result.h"
#include "json/reader.h"
#include "openai/responses/tool_names.h"
#include "policy/notice_log.h"

namespace proxx::openai::responses {

/// Tools that OpenAI's API has built in and that go upstream under a name of their own: shell,
/// local_shell, apply_patch, tool_search and web_search (docs/mapping-responses.md 4.4, 4.7). A
/// tool is known by its `type`.
struct OwnTool {
  /// The tool's name upstream; "" for any other tool.
  [[nodiscard]] static std::string name_of(json::Reader type);
  /// The form of its calls; function for web_search, which the upstream runs itself.
  [[nodiscard]] static CallKind kind_of(json::Reader type);
  /// Why the tool cannot be sent; "" if it can.
  [[nodiscard]] static std::string why_not(json::Reader type, json::Reader tool,
                                           bool web_search_enabled);

  struct Sent {
    anthropic::InputBlock block;
    json::Reader parameters;  ///< of a tool whose schema is the client's; absent for others
  };
  /// `max_calls`: max_tool_calls, or absent.
  static Result<Sent> write(json::Reader type, json::Reader tool, json::Reader max_calls,
                            policy::NoticeLog& notices);
};

}  // namespace proxx::openai::responses
