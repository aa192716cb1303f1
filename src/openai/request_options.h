#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "anthropic/host.h"
#include "anthropic/models.h"
#include "base/notices.h"
#include "openai/names.h"
#include "openai/past_responses.h"
#include "openai/reasoning_fields.h"

namespace proxx {

/// What the conversion of a request depends on besides the request. Plain values, shared by all
/// requests of a process; `models` must outlive every conversion.
struct RequestOptions {
  const ModelTable* models = nullptr;
  /// Where the request goes; null: to Anthropic's own API. Shared, as the options are copied for
  /// each request and its strings never change.
  std::shared_ptr<const HostTarget> host;
  std::string default_model;   ///< for a request without `model`; "" makes `model` required
  std::string model_override;  ///< -m: wins over the request's
  std::optional<bool> stream_override;
  std::string anthropic_version = "2023-06-01";
  OnLossy on_lossy = OnLossy::warn;
  std::optional<int64_t> default_max_tokens;  ///< convert.max_tokens; nothing: the model's limit
  bool prompt_cache = false;  ///< an automatic cache_control when the client set none
  bool cache_by_key = true;   ///< the same for a prompt_cache_key, where the API caches by itself
  bool web_search = false;    ///< web_search_options become the server tool
  Names names = Names::drop;
  bool echo_model = false;
  ReasoningFields reasoning_fields;
  int continue_paused = 5;
  /// Leave all thinking out of the history: for the second try of docs/mapping-chat.md 6.4.
  bool drop_thinking = false;
  /// The request is for an item of a Message Batch: its answer is never a stream, its price has no
  /// service tier or fast mode, and a cache breakpoint of prompt_cache lasts an hour.
  bool batch_item = false;
  /// The responses that the request can refer to, and where its own is kept; null: there are none,
  /// and nothing is kept.
  std::shared_ptr<PastResponses> past;
};

}  // namespace proxx
