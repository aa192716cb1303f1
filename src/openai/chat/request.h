#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/converter.h"
#include "anthropic/models.h"
#include "base/notices.h"
#include "base/result.h"
#include "openai/chat/origins.h"

namespace proxx {

/// What conversion of a request depends on besides the request. Plain values, shared by all
/// requests of a process; `models` must outlive every conversion.
struct RequestOptions {
  const ModelTable* models = nullptr;
  std::string default_model;   ///< for a request without `model`; "" makes `model` required
  std::string model_override;  ///< -m: wins over the request's
  std::optional<bool> stream_override;
  std::string anthropic_version = "2023-06-01";
  OnLossy on_lossy = OnLossy::warn;
  std::optional<int64_t> default_max_tokens;  ///< convert.max_tokens; nothing: the model's limit
  bool prompt_cache = false;  ///< an automatic cache_control when the client set none
  bool web_search = false;    ///< web_search_options become the server tool
  bool echo_model = false;
  ReasoningFields reasoning_fields;
  int continue_paused = 5;
  /// Leave all thinking out of the history: the one repetition of wire.md 6.4.
  bool drop_thinking = false;
  /// The request is for an item of a Message Batch: its answer is never a stream, its price has no
  /// service tier or fast mode, and a cache breakpoint of prompt_cache lasts an hour.
  bool batch_item = false;
};

/// An Anthropic Messages request, and how its answer has to look.
struct ConvertedRequest {
  std::string body;                ///< JSON for POST /v1/messages
  std::string model;               ///< as sent upstream
  bool stream = false;             ///< the client wants chunks
  bool upstream_stream = false;    ///< body holds "stream":true (wire.md 6.0, rule 2)
  std::vector<std::string> betas;  ///< values the body needs in `anthropic-beta`
  bool has_thinking_history = false;
  AnswerOptions answer;
  Notices notices;
  RequestOrigins origins;
};

/// OpenAI chat-completions request to Anthropic Messages request (wire.md 6.1 to 6.6). The same
/// history always gives the same bytes, a longer one an extension. Errors: `invalid_request` with
/// the path of the field at fault as param.
Result<ConvertedRequest> convert_request(std::string_view openai_json,
                                         const RequestOptions& options);

/// The request that continues a paused turn: `body` (as made by convert_request) with an assistant
/// message of `content_json` (a JSON array of Anthropic blocks) put behind its last message.
std::string continue_request(std::string_view body, std::string_view content_json);

/// The OpenAI field that a path in an error of the upstream's stands for: `messages.3.content.0`
/// may be `messages[5].tool_calls[1]`, `max_tokens` be `max_completion_tokens`. A path that comes
/// from no single field of the request stays as it is.
[[nodiscard]] std::string openai_param(const ConvertedRequest& converted,
                                       std::string_view anthropic_path);

/// What only the answer's look depends on (legacy functions, custom tools, include_usage), read
/// from the OpenAI request alone: for `proxx convert response --request FILE`.
Result<AnswerOptions> answer_options_of(std::string_view openai_json);

}  // namespace proxx
