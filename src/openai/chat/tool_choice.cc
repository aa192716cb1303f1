#include <set>
#include <string>
#include <string_view>

#include "openai/chat/request_reader.h"
#include "openai/members.h"

// tool_choice, function_call, parallel_tool_calls (docs/protocol.md 1.7; docs/mapping-chat.md 6.1).

namespace proxx::openai::chat {
namespace {

using anthropic::ToolChoice;
using json::Reader;
using json::Type;

class ToolChoiceReader {
 public:
  /// `field`: the name of the field that is read.
  ToolChoiceReader(const char* field, const std::set<std::string, std::less<>>& tool_names,
                   policy::ToolChoiceWish& wish)
      : field_(field), tool_names_(tool_names), wish_(wish), choice_(wish.choice) {}

  Status read_tool_choice(Reader value) {
    if (value.is_string()) return set_word(value);
    PROXX_TRY(expect_object(value));
    const Reader type = value.optional("type");
    if (!type) return missing(value, "type");
    PROXX_TRY(type.expect(Type::string));
    if (type.equals("function")) return set_named(value, "function");
    if (type.equals("custom")) return set_named(value, "custom");
    if (type.equals("allowed_tools")) return set_allowed(value);
    return set_native(value, type);
  }

  Status read_function_call(Reader value) {
    if (value.is_string()) return set_word(value);
    PROXX_TRY(expect_object(value));
    return set_tool(value);
  }

 private:
  static Status expect_object(Reader value) {
    if (value.is_object()) return {};
    return err(value, "expected a string or an object", "invalid_type");
  }

  Status set_word(Reader word) {
    struct Row {
      std::string_view word;
      ToolChoice::Type type;
    };
    static constexpr Row kWords[] = {
        {"auto", ToolChoice::Type::automatic},
        {"none", ToolChoice::Type::none},
        {"required", ToolChoice::Type::any},
        {"any", ToolChoice::Type::any},  // Anthropic's own word
    };
    for (const Row& row : kWords) {
      if (!word.equals(row.word)) continue;
      choice_.type = row.type;
      return {};
    }
    return err(word, "must be none, auto, required or an object", "invalid_value");
  }

  /// The member `name` of `holder`, which has to be the name of a tool.
  [[nodiscard]] Result<std::string> tool_name(Reader holder) const {
    const Reader name = holder.optional("name");
    if (!name) return missing(holder, "name");
    PROXX_ASSIGN(std::string text, name.string());
    if (tool_names_.count(text) > 0) return text;
    return err(field_, "no tool has the name that it asks for", "invalid_value");
  }

  Status set_tool(Reader holder) {
    PROXX_ASSIGN(choice_.name, tool_name(holder));
    choice_.type = ToolChoice::Type::tool;
    return {};
  }

  Status set_named(Reader value, std::string_view kind) {
    const Reader named = value.optional(kind);
    if (!named) return missing(value, kind);
    PROXX_TRY(named.expect(Type::object));
    return set_tool(named);
  }

  Status set_allowed(Reader value) {
    const Reader allowed = value.optional("allowed_tools");
    if (!allowed) return missing(value, "allowed_tools");
    PROXX_TRY(allowed.expect(Type::object));
    const Reader mode = allowed.optional("mode");
    if (!mode) return missing(allowed, "mode");
    PROXX_TRY(mode.expect(Type::string));
    const bool required = mode.equals("required");
    if (!required && !mode.equals("auto")) {
      return err(mode, "must be auto or required", "invalid_value");
    }
    choice_.type = required ? ToolChoice::Type::any : ToolChoice::Type::automatic;
    const Reader list = allowed.optional("tools");
    if (!list) return missing(allowed, "tools");
    return set_allowed_names(list);
  }

  Status set_allowed_names(Reader list) {
    PROXX_TRY(list.expect(Type::array));
    std::set<std::string> names;
    for (const Reader tool : list.elements()) {
      PROXX_TRY(tool.expect(Type::object));
      PROXX_ASSIGN(std::string name, allowed_name(tool));
      if (names.insert(name).second) wish_.allowed.push_back(std::move(name));
    }
    if (names.empty()) return err(list, "must name at least one tool", "invalid_value");
    if (names.size() == tool_names_.size()) wish_.allowed.clear();
    return {};
  }

  [[nodiscard]] Result<std::string> allowed_name(Reader tool) const {
    for (const std::string_view kind : {"function", "custom"}) {
      const Reader holder = tool.optional(kind);
      if (!holder) continue;
      PROXX_TRY(holder.expect(Type::object));
      return tool_name(holder);
    }
    return tool_name(tool);
  }

  /// Anthropic's own form: {type: auto | any | tool | none, name?, disable_parallel_tool_use?}.
  Status set_native(Reader value, Reader type) {
    PROXX_TRY(type.equals("tool") ? set_tool(value) : set_word(type));
    if (const Reader disable = value.optional("disable_parallel_tool_use")) {
      PROXX_ASSIGN(choice_.disable_parallel_tool_use, disable.boolean());
    }
    return {};
  }

  const char* field_;
  const std::set<std::string, std::less<>>& tool_names_;
  policy::ToolChoiceWish& wish_;
  ToolChoice& choice_;
};

/// A choice that is legal without tools, since it asks for none; also what is no choice at all.
bool needs_no_tools(Reader choice) {
  if (!choice.is_string() && !choice.is_object()) return true;
  return choice.equals("none") || choice.equals("auto") || choice.get("type").equals("none") ||
         choice.get("type").equals("auto");
}

}  // namespace

Status read_tool_choice(Reading& r) {
  policy::ToolChoiceWish& wish = r.draft.wishes.tool_choice;
  policy::NoticeLog& notices = r.draft.notices;
  notices.about(policy::Topic::tool_choice);
  const Reader tool_choice = r.in["tool_choice"];
  const Reader function_call = r.in["function_call"];
  const Reader choice = tool_choice ? tool_choice : function_call;
  if (tool_choice && function_call) notices.drop(function_call, "tool_choice is sent");
  if (choice) {
    if (r.draft.request.tools.empty() && !needs_no_tools(choice)) {
      return err(choice, "there are no tools to choose from", "invalid_value");
    }
    wish.place = choice;
    ToolChoiceReader reader(tool_choice ? "tool_choice" : "function_call", r.tool_names, wish);
    PROXX_TRY(tool_choice ? reader.read_tool_choice(choice) : reader.read_function_call(choice));
  }
  bool parallel = true;
  if (const Reader field = r.in["parallel_tool_calls"]) {
    PROXX_ASSIGN(parallel, field.boolean());
  }
  // function_call has room for one call.
  if (!parallel || r.answer.legacy_function_call) wish.choice.disable_parallel_tool_use = true;
  return {};
}

}  // namespace proxx::openai::chat
