#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/server.h"
#include "server/guards.h"

// The paths of the page and who may ask for them. To metrics they are `other`.

namespace proxx::server {

enum class PageRoute {
  none,       ///< no path of the page's
  document,   ///< GET `/`, `/index.html`
  requests,   ///< GET `/proxx/requests`: everything that is kept, in short
  request,    ///< GET `/proxx/requests/ID`: one, whole
  events,     ///< GET `/proxx/events`: the same as server-sent events, as it comes
  recording,  ///< POST `/proxx/recording`: `{"on":true}`
  convert,    ///< POST `/proxx/convert`: a client's request, converted and not sent
};

[[nodiscard]] PageRoute page_route_of(std::string_view path);

/// The Allow header of a path of the page's.
[[nodiscard]] std::string page_methods(PageRoute route);

/// The ID of a PageRoute::request; 0, which is none's, if it is no number.
[[nodiscard]] uint64_t page_request_id(std::string_view path);
/// True if the Origin is this server itself, by the name in the Host header, which check_host()
/// has let pass.
[[nodiscard]] bool is_own_origin(const http::Request& request);

/// 405 for another method; 403 for a foreign Host or Origin, --cors or not, and for data that
/// another site's page asks for without an Origin (`Sec-Fetch-Site`). The key is not looked at.
[[nodiscard]] Status check_page(const http::Request& request, PageRoute route,
                                const HostPolicy& hosts);

}  // namespace proxx::server
