#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "mock/api_error.h"
#include "mock/rules/model_rules.h"
#include "mock/rules/rules.h"

// The tools that rules are written with. Only the mock's sources include this.

namespace proxx::mock {

using Json = nlohmann::ordered_json;
/// Nothing, or why a request is refused.
using Verdict = std::optional<ApiError>;

/// A value of the request and its path as upstream spells it: `messages.1.content.0`.
struct Place {
  const Json* value;  ///< never null; lives as long as the request
  std::string path;   ///< "" is the body

  [[nodiscard]] std::optional<Place> find(std::string_view name) const;
  [[nodiscard]] Place item(size_t index) const;
  /// The same value, its path followed by a word: upstream names the kind of a block or tool so.
  [[nodiscard]] Place tagged(std::string_view tag) const;
  /// A string member, "" if there is none.
  [[nodiscard]] std::string_view text(std::string_view name) const;
  [[nodiscard]] bool is_true(std::string_view name) const;
  [[nodiscard]] ApiError refuse(std::string_view what) const;
};

/// What a rule may look at besides its own value.
struct Context {
  Place body;
  const ModelRules* model = nullptr;
  bool version_2026 = false;
  std::set<std::string, std::less<>> betas;
  Endpoint endpoint = Endpoint::messages;

  /// True if a beta whose name begins with `prefix` was asked for.
  [[nodiscard]] bool has_beta(std::string_view prefix) const;
  /// `thinking.type`, or "" if it is absent.
  [[nodiscard]] std::string_view thinking_type() const;
  [[nodiscard]] bool thinks() const;
};

enum class Kind : uint8_t { any, string, integer, number, boolean, object, array };
enum class Need : uint8_t { required, optional, nullable };
using Check = Verdict (*)(const Context&, const Place&);

/// A member of an object: its type, whether it must be there, and what else is asked of it.
struct FieldRule {
  std::string_view name;
  Kind kind = Kind::any;
  Need need = Need::optional;
  Check check = nullptr;
  std::string_view beta = {};  ///< without a beta of this prefix the field is an extra input
};

/// Holds an object to a table: extra members, missing ones and wrong types are refused.
[[nodiscard]] Verdict check_fields(const Context& context, const Place& place,
                                   std::span<const FieldRule> rules);
[[nodiscard]] Verdict check_kind(const Place& place, Kind kind);
/// The value must be one of `words` (separated by blanks).
[[nodiscard]] Verdict check_one_of(const Place& place, std::string_view words);
/// `[A-Za-z0-9_-]{1,max}`
[[nodiscard]] bool is_identifier(std::string_view text, size_t max);
[[nodiscard]] bool is_blank(std::string_view text);
/// A thinking block, redacted or not.
[[nodiscard]] bool is_thinking(const Place& block);

// Rules that tables of several files refer to.
[[nodiscard]] Verdict check_cache_control(const Context& context, const Place& place);
[[nodiscard]] Verdict check_schema(const Place& place);

// The parts of check_request, each in a file of its own, in the order they are asked in.
[[nodiscard]] Verdict check_body_fields(const Context& context);
[[nodiscard]] Verdict check_sampling(const Context& context);
[[nodiscard]] Verdict check_thinking(const Context& context);
[[nodiscard]] Verdict check_output_config(const Context& context);
[[nodiscard]] Verdict check_tools(const Context& context);
[[nodiscard]] Verdict check_schema_limits(const Context& context);
[[nodiscard]] Verdict check_tool_choice(const Context& context);
[[nodiscard]] Verdict check_system(const Context& context, const Place& place);
[[nodiscard]] Verdict check_message_content(const Context& context, const Place& message);
[[nodiscard]] Verdict check_conversation(const Context& context);
[[nodiscard]] Verdict check_tool_pairing(const Context& context);
[[nodiscard]] Verdict check_thinking_replay(const Context& context);
[[nodiscard]] Verdict check_documents(const Context& context);
[[nodiscard]] Verdict check_cache_breakpoints(const Context& context);

}  // namespace proxx::mock
