#include "openai/tools.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "json/string.h"
#include "json/writer.h"
#include "openai/members.h"
#include "openai/responses/own_tools.h"
#include "openai/responses/request_reader.h"

// tools, additional_tools and the tools that a search found (docs/mapping-responses.md 1.4, 4.4).

namespace proxx::openai::responses {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;
using namespace json::literals;

/// Each child of a namespace has its name in its own: a long one would make a large request of a
/// small one.
constexpr size_t kMaxSpaceName = 256;

/// A namespace that tools are in.
struct Space {
  std::string name;
  Reader description;  ///< absent once a tool has it
};

/// A tool on its way upstream: outside of namespaces, or a namespace's child.
struct Found {
  Reader tool;
  Reader type;
  std::shared_ptr<Space> space;  ///< null for none
  std::string path;
};

/// OpenAI's own tools, which have no counterpart.
bool is_hosted(Reader type) {
  static constexpr std::string_view kHosted[] = {
      "file_search", "code_interpreter",     "image_generation",         "mcp",
      "computer",    "computer_use_preview", "programmatic_tool_calling"};
  return std::any_of(std::begin(kHosted), std::end(kHosted),
                     [&](std::string_view name) { return type.equals(name); });
}

/// Anthropic dates its tools as `web_search_20250305`.
bool is_typed_by_anthropic(Reader tool, Reader type) {
  const bool may_be_plain = type.is_null() || type.equals("custom");
  if (may_be_plain && tool.optional("input_schema")) return true;
  if (type.equals("mcp_toolset")) return true;
  const std::string name = type.string_or("");
  constexpr size_t kDate = 9;  // with its underscore
  return name.size() > kDate && name[name.size() - kDate] == '_' &&
         std::all_of(name.end() - (kDate - 1), name.end(),
                     [](char x) { return x >= '0' && x <= '9'; });
}

/// The members by which two tools of one name are the same.
std::map<std::string, std::string_view> meaning_of(Reader tool) {
  static constexpr std::string_view kIgnored[] = {"defer_loading", "output_schema",
                                                  "allowed_callers", "async"};
  std::map<std::string, std::string_view> out;
  for (const json::Member& member : tool.members()) {
    std::string key = member.key();
    const bool counts =
        !member.value.is_null() &&
        std::find(std::begin(kIgnored), std::end(kIgnored), key) == std::end(kIgnored);
    if (counts) out.insert_or_assign(std::move(key), member.value.raw());
  }
  return out;
}

class ToolsReader {
 public:
  explicit ToolsReader(Reading& r) : r_(r), notices_(r.draft.notices) {}

  /// `path` is the list's.
  Status find(Reader list, const std::string& path) {
    PROXX_TRY(list.expect(Type::array));
    size_t index = 0;
    for (const Reader tool : list.elements()) {
      PROXX_TRY(find_tool(tool, element_path(path, index++)));
    }
    return {};
  }

  Status write() {
    for (const Found& found : plain_) PROXX_TRY(claim_name(found));
    for (const Found& found : found_) {
      notices_.about(policy::Topic::tools, r_.draft.request.tools.size());
      const size_t before = r_.draft.request.tools.size();
      PROXX_TRY(add(found));
      if (r_.draft.request.tools.size() > before) r_.tools.paths.push_back(found.path);
    }
    return {};
  }

 private:
  Status find_tool(Reader tool, std::string path) {
    PROXX_TRY(tool.expect(Type::object));
    const Reader type = tool.optional("type");
    if (type) PROXX_TRY(type.expect(Type::string));
    if (!type && !tool.optional("input_schema")) return missing(tool, "type");
    if (type && type.equals("namespace")) return find_children(tool, path);
    return keep({tool, type, nullptr, std::move(path)});
  }

  Status find_children(Reader space, const std::string& path) {
    static constexpr std::string_view kNames[] = {"type", "name", "description", "tools"};
    const auto [type, name, description, tools] = read_members(space, kNames, notices_);
    if (!name) return missing(space, "name");
    const auto parent = std::make_shared<Space>();
    PROXX_ASSIGN(parent->name, name.string());
    if (parent->name.empty() || parent->name.size() > kMaxSpaceName) {
      return err(name, "must be 1 to 256 bytes long", "invalid_value");
    }
    if (description) PROXX_TRY(description.expect(Type::string));
    parent->description = description;
    if (!tools) return missing(space, "tools");
    PROXX_TRY(tools.expect(Type::array));
    const std::string list = path + ".tools";
    size_t index = 0;
    for (const Reader tool : tools.elements()) {
      PROXX_TRY(tool.expect(Type::object));
      const Reader kind = tool.optional("type");
      if (!kind) return missing(tool, "type");
      PROXX_TRY(kind.expect(Type::string));
      if (!kind.equals("function") && !kind.equals("custom")) {
        return err(kind, "a namespace holds function and custom tools", "invalid_value");
      }
      PROXX_TRY(keep({tool, kind, parent, element_path(list, index++)}));
    }
    return {};
  }

  /// A tool that was described before in the same way is the same tool.
  Status keep(Found found) {
    if (const auto key = name_of(found); !key.second.empty()) {
      const auto [first, is_new] = first_of_name_.emplace(key, found.tool);
      if (!is_new) {
        if (meaning_of(first->second) == meaning_of(found.tool)) return {};
        return err(place_of_name(found), "two tools of this name", "invalid_value");
      }
    }
    if (!found.space) plain_.push_back(found);
    found_.push_back(std::move(found));
    return {};
  }

  /// The namespace and the name that no other tool may have; "" for a tool without, or not sent.
  [[nodiscard]] std::pair<std::string, std::string> name_of(const Found& found) const {
    if (const std::string own = OwnTool::name_of(found.type); !own.empty()) {
      return {"", sends(found) ? own : ""};
    }
    const bool has_name =
        is_function_or_custom(found) || is_typed_by_anthropic(found.tool, found.type);
    return {found.space ? found.space->name : "",
            has_name ? found.tool.get("name").string_or("") : ""};
  }
  [[nodiscard]] static Reader place_of_name(const Found& found) {
    const Reader name = found.tool.optional("name");
    return name ? name : found.tool;
  }

  /// The names outside of namespaces: they cannot change, wherever they stand.
  Status claim_name(const Found& found) {
    CallKind kind = OwnTool::kind_of(found.type);
    if (OwnTool::name_of(found.type).empty()) {
      const Reader name = found.tool.optional("name");
      if (is_function_or_custom(found)) {
        if (!name) return missing(found.tool, "name");
        if (found.type.equals("custom")) kind = CallKind::custom;
      } else if (!name || !is_typed_by_anthropic(found.tool, found.type)) {
        return {};
      }
      PROXX_TRY(check_tool_name(name));
    }
    const std::string name = name_of(found).second;
    if (name.empty()) {
      r_.tools.reserve(OwnTool::name_of(found.type));
      return {};
    }
    if (r_.tools.add(name, kind)) return {};
    return err(place_of_name(found), "two tools of this name", "invalid_value");
  }

  [[nodiscard]] static bool is_function_or_custom(const Found& found) {
    if (found.type.is_null()) return false;
    if (found.type.equals("function")) return true;
    return found.type.equals("custom") && !found.tool.optional("input_schema");
  }

  [[nodiscard]] bool sends(const Found& found) const {
    return OwnTool::why_not(found.type, found.tool, r_.options.web_search).empty();
  }

  Status add(const Found& found) {
    if (is_function_or_custom(found)) {
      return found.type.equals("function") ? add_function(found) : add_custom(found);
    }
    if (is_typed_by_anthropic(found.tool, found.type)) return add_typed(found.tool);
    if (!OwnTool::name_of(found.type).empty()) return add_own(found);
    notices_.drop(found.tool, is_hosted(found.type) ? "a tool that only OpenAI's servers can run"
                                                    : "no such tool upstream");
    return {};
  }

  Status add_function(const Found& found) {
    static constexpr std::string_view kNames[] = {
        "name", "description",   "parameters",    "strict",          "cache_control",
        "type", "defer_loading", "output_schema", "allowed_callers", "async"};
    const auto members = read_members(found.tool, kNames, notices_);
    const auto& [name, description, parameters, strict, cache_control] =
        std::tie(members[0], members[1], members[2], members[3], members[4]);
    if (description) PROXX_TRY(description.expect(Type::string));
    bool is_strict = false;
    if (strict) {
      PROXX_ASSIGN(is_strict, strict.boolean());
    }
    InputBlock tool;
    json::Writer w(tool.json);
    const json::Raw own = description ? description.raw_string() : json::Raw();
    PROXX_TRY(begin_tool(found, name, CallKind::function, own, w));
    r_.draft.wishes.functions.push_back(
        {r_.draft.request.tools.size(), parameters, is_strict ? strict : Reader()});
    return send(std::move(tool), cache_control);
  }

  Status add_custom(const Found& found) {
    static constexpr std::string_view kNames[] = {"name",           "description", "format",
                                                  "cache_control",  "type",        "defer_loading",
                                                  "allowed_callers"};
    const auto members = read_members(found.tool, kNames, notices_);
    PROXX_ASSIGN(const std::string description,
                 describe_custom_tool({members[0], members[1], members[2]}, notices_));
    InputBlock tool;
    json::Writer w(tool.json);
    PROXX_TRY(begin_tool(found, members[0], CallKind::custom, json::escaped(description), w));
    w.key("input_schema").raw(kCustomToolSchema);
    return send(std::move(tool), members[3]);
  }

  /// Writes the name and the description.
  Status begin_tool(const Found& found, Reader name, CallKind kind, json::Raw description,
                    json::Writer& w) {
    w.begin_object().key("name");
    if (!found.space) {
      w.raw(name.raw());
      if (!description.empty()) w.key("description").raw_string(description);
      return {};
    }
    if (!name) return missing(found.tool, "name");
    PROXX_ASSIGN(const std::string own, name.string());
    if (own.empty()) return err(name, "must not be empty", "invalid_value");
    const std::string& upstream = r_.tools.add_child(found.space->name, own, kind);
    if (upstream.empty()) return err(name, "two tools of this name", "invalid_value");
    w.string(upstream);
    // The first child of a namespace that goes upstream tells what the namespace is for.
    json::RawString both;
    if (const Reader of_space = std::exchange(found.space->description, Reader())) {
      both.append(of_space.raw_string());
      if (!both.empty() && !description.empty()) both.append(R"(\n\n)"_raw);
    }
    both.append(description);
    if (!both.empty()) w.key("description").raw_string(both);
    return {};
  }

  Status add_typed(Reader tool) {
    InputBlock block = anthropic::verbatim_block(InputBlock::Kind::typed_tool, tool);
    if (tool.optional("input_schema")) block.kind = InputBlock::Kind::tool;
    PROXX_TRY(anthropic::set_cache_control(block, tool.optional("cache_control")));
    r_.draft.request.tools.push_back(std::move(block));
    return {};
  }

  Status add_own(const Found& found) {
    const std::string reason = OwnTool::why_not(found.type, found.tool, r_.options.web_search);
    if (!reason.empty()) {
      notices_.drop(found.tool, reason);
      return {};
    }
    PROXX_ASSIGN(OwnTool::Sent sent,
                 OwnTool::write(found.type, found.tool, r_.in["max_tool_calls"], notices_));
    if (sent.parameters) {
      r_.draft.wishes.functions.push_back(
          {r_.draft.request.tools.size(), sent.parameters, Reader()});
    }
    r_.draft.request.tools.push_back(std::move(sent.block));
    return {};
  }

  Status send(InputBlock tool, Reader cache_control) {
    tool.kind = InputBlock::Kind::tool;
    PROXX_TRY(anthropic::set_cache_control(tool, cache_control));
    r_.draft.request.tools.push_back(std::move(tool));
    return {};
  }

  Reading& r_;
  policy::NoticeLog& notices_;
  std::vector<Found> found_;
  std::vector<Found> plain_;
  std::map<std::pair<std::string, std::string>, Reader> first_of_name_;
};

}  // namespace

Status read_tools(Reading& r) {
  r.draft.notices.about(policy::Topic::tools);
  ToolsReader tools(r);
  if (const Reader list = r.in["tools"]) PROXX_TRY(tools.find(list, "tools"));
  for (const Item& item : r.items) {
    const bool has_tools =
        item.kind == ItemKind::additional_tools || item.kind == ItemKind::search_output;
    if (!has_tools) continue;
    const Reader list = item.value.optional("tools");
    if (!list) return missing(item.value, "tools");
    const std::string place = item.index == kBeforeInput
                                  ? item.value.path()
                                  : element_path("input", static_cast<size_t>(item.index));
    PROXX_TRY(tools.find(list, place + ".tools"));
  }
  PROXX_TRY(tools.write());
  r.answer.tools = r.tools.renamed();
  return {};
}

}  // namespace proxx::openai::responses
