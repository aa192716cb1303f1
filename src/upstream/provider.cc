#include "upstream/provider.h"

#include <algorithm>
#include <iterator>

#include "base/ascii.h"

namespace proxx {

Refusal Provider::judge(const UpstreamHead& head, std::string_view body) const {
  constexpr int kUnauthorized = 401;
  constexpr int kForbidden = 403;
  if (head.status == kUnauthorized) return Refusal::credential;
  if (head.status != kForbidden) return Refusal::none;
  std::string text = lower(body);
  text += lower(find_header(head.headers, "x-amzn-errortype").value_or(""));
  constexpr std::string_view kWords[] = {"token included in the request is expired",
                                         "expiredtoken",
                                         "token has expired",
                                         "token is expired",
                                         "unauthenticated",
                                         "credentials have expired"};
  const bool expired =
      std::any_of(std::begin(kWords), std::end(kWords),
                  [&](std::string_view word) { return text.find(word) != std::string::npos; });
  return expired ? Refusal::credential : Refusal::none;
}

}  // namespace proxx
