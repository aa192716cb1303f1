#pragma once
#include "anthropic/models.h"
#include "anthropic/request.h"
#include "base/result.h"
#include "policy/notice_log.h"
#include "policy/wishes.h"

namespace proxx::policy {

/// Puts what the client wishes into `request`, as far as `model` takes it; what is done instead is
/// said in `notices`. The request holds its tools and a whole conversation (conversation.h)
/// already. Errors: `invalid_request` for what can neither be sent nor replaced, at the wish's
/// place.
Status apply(const Model& model, const Wishes& wishes, anthropic::MessagesRequest& request,
             NoticeLog& notices);

}  // namespace proxx::policy
