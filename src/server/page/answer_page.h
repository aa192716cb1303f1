#pragma once
#include "http/server.h"
#include "openai/request_options.h"
#include "server/page/page_routes.h"
#include "server/reply.h"

namespace proxx::server {

/// Answers a path of the page's at once; PageRoute::events is EventsSession's. Who may ask has been
/// checked. A conversion is done on the loop, so a request over kLoopBytes is refused.
void answer_page(PageRoute route, const http::Request& request, Shared& shared,
                 const RequestOptions& conversion, Reply& reply);

}  // namespace proxx::server
