#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mock/rules/check.h"

// What each host asks of a request's content, from its documentation and from reports
// (docs/hosts.md). It shares nothing with anthropic/host.h: a table that the converter reads too
// would prove nothing.

namespace proxx::mock {

struct HostRules {
  std::string_view as;        ///< of --as
  size_t max_body_bytes = 0;  ///< 0: Anthropic's own limit
  std::string_view betas =
      {};  ///< the ones that are taken, separated by blanks; "" is all that the API knows
  std::string_view betas_of_messages_only = {};  ///< of these the ones that no count takes
  bool structured_outputs = true;
  bool strict_tools = true;
  bool url_sources = true;
  bool server_tools = true;
  bool old_web_search_only = false;
  bool automatic_cache = true;
  bool fast = true;
  bool any_user_id = true;
  bool counts_tokens = true;
  bool has_batches = true;
  bool has_models = true;
};

/// The row of a word of --as; null for another word.
[[nodiscard]] const HostRules* find_host_rules(std::string_view as);

/// Nothing, or why the host refuses the message, whose model is in the body. `body` is an object.
[[nodiscard]] Verdict check_hosted(const HostRules& rules, const Json& body);
/// The value of an `anthropic-beta` header.
[[nodiscard]] Verdict check_hosted_betas(const HostRules& rules, std::string_view list,
                                         bool counts);
/// The model by the name that Anthropic has for it. A refusal of a name that is not in the host's
/// form; a deployment that only the host knows becomes a model that takes everything.
[[nodiscard]] Verdict take_hosted_name(const HostRules& rules, std::string& name);

}  // namespace proxx::mock
