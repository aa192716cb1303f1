#pragma once
#include "anthropic/models.h"
#include "base/result.h"
#include "openai/converted_request.h"
#include "openai/draft.h"
#include "openai/request_options.h"

namespace proxx::openai {

/// The common end of every API's conversion: adds the options to the draft's wishes,
/// puts them into its request (policy::apply), writes the body and merges the notices. The caller
/// adds make_output and client_path. Errors: those of policy::apply(); with OnLossy::error the
/// first loss.
Result<ConvertedRequest> finish_request(const Model& model, const RequestOptions& options,
                                        Draft& draft);

}  // namespace proxx::openai
