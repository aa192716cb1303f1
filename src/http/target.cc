#include "http/target.h"

#include <algorithm>
#include <string_view>

#include "base/ascii.h"

namespace proxx::http {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool begins_with_word(std::string_view text, std::string_view word) {
  return same_word(text.substr(0, word.size()), word);
}

void set_host(Request& head, std::string_view authority) {
  for (auto& [name, value] : head.headers) {
    if (same_word(name, "host")) {
      value = authority;
      return;
    }
  }
  head.headers.emplace_back("host", authority);
}

}  // namespace

std::optional<Refusal> resolve_target(Request& head) {
  const Refusal malformed{400, "a malformed request target"};
  const std::string_view target = head.target;
  if (!std::all_of(target.begin(), target.end(),
                   [](char c) { return c > 0x20 && c < 0x7f && c != '#'; }))
    return malformed;
  if (target.starts_with("/")) return std::nullopt;
  if (target == "*") return head.method == "OPTIONS" ? std::nullopt : std::optional(malformed);
  // RFC 9110 7.4: an https resource must not be served over a connection that is not secured.
  if (begins_with_word(target, kHttps))
    return Refusal{421, "an https target over a connection without TLS"};
  if (!begins_with_word(target, kHttp)) return malformed;
  const std::string_view rest = target.substr(kHttp.size());
  const std::string authority(rest.substr(0, rest.find_first_of("/?")));
  if (!is_host(authority)) return Refusal{400, "a malformed host in the request target"};
  std::string path(rest.substr(authority.size()));
  if (path.empty() && head.method == "OPTIONS") {
    path = "*";  // RFC 9112 3.2.4
  } else if (!path.starts_with("/")) {
    path.insert(0, "/");
  }
  head.target = std::move(path);
  set_host(head, authority);
  return std::nullopt;
}

}  // namespace proxx::http
