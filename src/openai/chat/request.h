#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "openai/chat/answer_options.h"
#include "openai/converted_request.h"
#include "openai/protocol.h"
#include "openai/request_options.h"

namespace proxx {

/// A converted chat request, and how its answer must look.
struct ConvertedChatRequest : ConvertedRequest {
  AnswerOptions answer;  ///< what make_output works with
};

/// Converts an OpenAI chat-completions request to an Anthropic Messages request
/// (docs/mapping-chat.md 6.1 to 6.6), see Protocol::convert. Errors: also no JSON, or no object.
Result<ConvertedChatRequest> convert_request(std::string_view openai_json,
                                             const RequestOptions& options);

/// How the answer must look (legacy functions, custom tools, include_usage), read from the OpenAI
/// request alone.
Result<AnswerOptions> answer_options_of(std::string_view openai_json);

namespace openai::chat {

/// POST /v1/chat/completions.
extern const Protocol kProtocol;

}  // namespace openai::chat
}  // namespace proxx
