#pragma once
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/reader.h"
#include "json/writer.h"
#include "openai/draft.h"

// The tools of a request (docs/mapping-chat.md 6.1, 6.5, 6.6). OpenAI's APIs hold the same members
// at different places, so the readers of the APIs find them and give them here.

namespace proxx::openai {

/// Errors: not a string, or outside `^[A-Za-z0-9_-]{1,128}$`, which the upstream refuses.
Status check_tool_name(json::Reader name);

/// The members of a function; each may be absent.
struct FunctionFields {
  json::Reader name;
  json::Reader description;
  json::Reader parameters;
  json::Reader strict;
};

/// The members of a custom tool: one whose input is a text. Each may be absent.
struct CustomToolFields {
  json::Reader name;
  json::Reader description;
  json::Reader format;
};

/// All that the model is told of a custom tool: its description, with its grammar.
Result<std::string> describe_custom_tool(const CustomToolFields& fields,
                                         policy::NoticeLog& notices);
/// The input_schema of a custom tool.
inline constexpr std::string_view kCustomToolSchema =
    R"({"type":"object","properties":{"input":{"type":"string"}},)"
    R"("required":["input"],"additionalProperties":false})";

/// Where the user of a web search is. Each may be absent.
struct PlaceFields {
  json::Reader city;
  json::Reader region;
  json::Reader country;
  json::Reader timezone;
};
/// Writes the search tool's `user_location`. Errors: a field that is no string.
Status write_place(const PlaceFields& place, json::Writer& w);

/// Adds tools to the draft's request, in order, and their wishes. Errors: a missing or illegal
/// name, two tools of one name, values of a wrong type.
class ToolReader {
 public:
  /// `draft` must outlive this.
  explicit ToolReader(Draft& draft) : draft_(draft) {}

  /// To be called before any member of the next tool is read: its notices come together.
  void begin_tool();
  /// `holder` is the object that has the fields.
  Status add_function(json::Reader holder, const FunctionFields& fields,
                      json::Reader cache_control);
  Status add_custom(json::Reader holder, const CustomToolFields& fields,
                    json::Reader cache_control);
  /// A tool of Anthropic's own kinds, known by its `type`: for the upstream to judge.
  Status add_typed(json::Reader tool);
  /// A tool of the client's in Anthropic's own form, which has an `input_schema`.
  Status add_native(json::Reader tool);
  /// `options`: web_search_options. `enabled`: the server tool may be used (convert.web_search).
  Status add_web_search(json::Reader options, bool enabled);

  /// Of all tools that have one.
  [[nodiscard]] std::set<std::string, std::less<>> take_names() { return std::move(names_); }

 private:
  Status add_name(json::Reader holder, json::Reader name);

  Draft& draft_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace proxx::openai
