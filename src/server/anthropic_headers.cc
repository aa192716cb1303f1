#include "server/anthropic_headers.h"

#include <algorithm>
#include <string>

#include "anthropic/beta_allowance.h"
#include "base/ascii.h"

namespace proxx::server {
namespace {

constexpr size_t kMaxHeaderWordBytes = 256;

}  // namespace

Result<RequestHeaders> anthropic_headers(const http::Request& request) {
  RequestHeaders out;
  BetaAllowance betas;
  for (const auto& [name, value] : request.headers) {
    const bool version = same_word(name, "anthropic-version");
    if (!version && !same_word(name, "anthropic-beta")) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const size_t comma = std::min(rest.find(','), rest.size());
      std::string_view word = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
      while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
      if (word.empty()) continue;
      if (!is_token(word) || word.size() > kMaxHeaderWordBytes) {
        return err(
            ErrorKind::invalid_request,
            "malformed header " + std::string(version ? "anthropic-version" : "anthropic-beta"));
      }
      if (version && !out.anthropic_version.empty() && out.anthropic_version != word) {
        return err(ErrorKind::invalid_request, "more than one anthropic-version was sent");
      }
      if (version) {
        out.anthropic_version = std::string(word);
      } else if (betas.take(word)) {
        out.betas.emplace_back(word);
      } else {
        return err(ErrorKind::invalid_request, BetaAllowance::kExceeded, "anthropic-beta",
                   "invalid_value");
      }
    }
  }
  return out;
}

}  // namespace proxx::server
