#include <set>
#include <string>
#include <utility>

#include "openai/members.h"
#include "openai/responses/own_tools.h"
#include "openai/responses/request_reader.h"

// tool_choice and parallel_tool_calls (docs/mapping-responses.md 1.4, 4.4).

namespace proxx::openai::responses {
namespace {

using anthropic::ToolChoice;
using json::Reader;
using json::Type;

class ChoiceReader {
 public:
  ChoiceReader(const ToolTable& tools, policy::NoticeLog& notices, policy::ToolChoiceWish& wish)
      : tools_(tools), notices_(notices), wish_(wish), choice_(wish.choice) {}

  Status read(Reader value) {
    if (value.is_string()) return set_word(value);
    if (!value.is_object()) return err(value, "expected a string or an object", "invalid_type");
    const Reader type = value.optional("type");
    if (!type) return missing(value, "type");
    PROXX_TRY(type.expect(Type::string));
    if (type.equals("allowed_tools")) return set_allowed(value);
    if (is_word(type)) return set_native(value, type);
    PROXX_ASSIGN(choice_.name, tool_name(value));
    choice_.type = ToolChoice::Type::tool;
    if (tools_.has(choice_.name)) return {};
    return err("tool_choice", "no tool that is sent has the name that it asks for",
               "invalid_value");
  }

 private:
  static bool is_word(Reader word) {
    return word.equals("auto") || word.equals("none") || word.equals("any") ||
           word.equals("required");
  }

  Status set_word(Reader word) {
    if (!is_word(word)) {
      return err(word, "must be none, auto, required or an object", "invalid_value");
    }
    choice_.type = word.equals("auto")   ? ToolChoice::Type::automatic
                   : word.equals("none") ? ToolChoice::Type::none
                                         : ToolChoice::Type::any;
    return {};
  }

  /// Anthropic's own form: {type: auto | any | none, disable_parallel_tool_use?}.
  Status set_native(Reader value, Reader type) {
    PROXX_TRY(set_word(type));
    if (const Reader disable = value.optional("disable_parallel_tool_use")) {
      PROXX_ASSIGN(choice_.disable_parallel_tool_use, disable.boolean());
    }
    return {};
  }

  /// The name upstream of the tool that `holder` describes, sent or not.
  [[nodiscard]] Result<std::string> tool_name(Reader holder) const {
    const Reader type = holder.optional("type");
    if (!type) return missing(holder, "type");
    PROXX_TRY(type.expect(Type::string));
    if (std::string own = OwnTool::name_of(type); !own.empty()) return own;
    const Reader name = holder.optional("name");
    const bool has_name =
        type.equals("function") || type.equals("custom") || type.equals("tool");  // Anthropic's
    if (!has_name) return type.string_or("");
    if (!name) return missing(holder, "name");
    PROXX_TRY(name.expect(Type::string));
    std::string space;
    if (const Reader field = holder.optional("namespace")) {
      PROXX_ASSIGN(space, field.string());
    }
    return tools_.upstream_name(space, name.string_or(""));
  }

  Status set_allowed(Reader value) {
    const Reader mode = value.optional("mode");
    if (!mode) return missing(value, "mode");
    PROXX_TRY(mode.expect(Type::string));
    const bool required = mode.equals("required");
    if (!required && !mode.equals("auto")) {
      return err(mode, "must be auto or required", "invalid_value");
    }
    choice_.type = required ? ToolChoice::Type::any : ToolChoice::Type::automatic;
    const Reader list = value.optional("tools");
    if (!list) return missing(value, "tools");
    PROXX_TRY(list.expect(Type::array));
    std::set<std::string> names;
    for (const Reader tool : list.elements()) {
      PROXX_TRY(tool.expect(Type::object));
      PROXX_ASSIGN(std::string name, tool_name(tool));
      if (!tools_.has(name)) {
        notices_.drop(tool, "no tool that is sent has this name");
      } else if (names.insert(name).second) {
        wish_.allowed.push_back(std::move(name));
      }
    }
    if (names.empty()) return err("tool_choice", "allows no tool that is sent", "invalid_value");
    if (names.size() == tools_.size()) wish_.allowed.clear();
    return {};
  }

  const ToolTable& tools_;
  policy::NoticeLog& notices_;
  policy::ToolChoiceWish& wish_;
  ToolChoice& choice_;
};

/// A choice that is legal without tools, since it asks for none; also what is no choice at all.
bool asks_for_none(Reader choice) {
  if (!choice.is_string() && !choice.is_object()) return true;
  const Reader word = choice.is_string() ? choice : choice.get("type");
  return word.equals("none") || word.equals("auto");
}

}  // namespace

Status read_tool_choice(Reading& r) {
  policy::ToolChoiceWish& wish = r.draft.wishes.tool_choice;
  r.draft.notices.about(policy::Topic::tool_choice);
  if (const Reader choice = r.in["tool_choice"]) {
    if (r.draft.request.tools.empty() && !asks_for_none(choice)) {
      return err(choice, "there are no tools to choose from", "invalid_value");
    }
    wish.place = choice;
    PROXX_TRY(ChoiceReader(r.tools, r.draft.notices, wish).read(choice));
  }
  if (const Reader field = r.in["parallel_tool_calls"]) {
    PROXX_ASSIGN(const bool parallel, field.boolean());
    if (!parallel) wish.choice.disable_parallel_tool_use = true;
  }
  return {};
}

}  // namespace proxx::openai::responses
