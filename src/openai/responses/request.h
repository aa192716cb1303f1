#pragma once
#include <memory>
#include <string_view>

#include "base/result.h"
#include "json/reader.h"
#include "openai/converted_request.h"
#include "openai/protocol.h"
#include "openai/request_options.h"
#include "openai/responses/answer/answer_options.h"

namespace proxx::openai::responses {

/// POST /v1/responses.
extern const Protocol kProtocol;

/// A converted Responses request, still without make_output, and how its answer must look.
struct ConvertedResponsesRequest : ConvertedRequest {
  std::shared_ptr<const AnswerOptions> answer;
};

/// Converts a request, an object, to an Anthropic Messages request (docs/mapping-responses.md 4.0
/// to 4.5), see Protocol::convert.
Result<ConvertedResponsesRequest> convert_request(json::Reader request,
                                                  const RequestOptions& options);
/// The same for its text. Errors: also no JSON, or no object.
Result<ConvertedResponsesRequest> convert_request(std::string_view text,
                                                  const RequestOptions& options);

/// How the answer must look, read from the request alone.
Result<AnswerOptions> answer_options_of(json::Reader request);

}  // namespace proxx::openai::responses
