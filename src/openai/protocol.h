#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/reader.h"
#include "json/text.h"
#include "openai/converted_request.h"
#include "openai/request_options.h"

namespace proxx {

/// How a client's request is parsed. Programs cut text in the middle of an emoji, and the half
/// stays in the history: it becomes U+FFFD, which note_repairs() tells of.
inline constexpr json::ParseOptions kRequestJson{.replace_lone_surrogates = true};

/// What an answer depends on besides its request.
struct AnswerSettings {
  ReasoningFields reasoning_fields;  ///< a request can hide reasoning, not choose its fields
  bool echo_model = false;
  std::optional<bool> include_usage;  ///< overrides the request's, where the API has it
};

/// One of the APIs that clients speak. Each is a constant of its folder; exchange/protocols.h lists
/// them all.
struct Protocol {
  std::string_view name;          ///< as --api and metrics have it
  std::string_view path;          ///< of its endpoint
  std::string_view request_noun;  ///< `a chat-completions request`

  /// Converts a request, which is an object. The same history always gives the same bytes, and a
  /// longer one an extension of them. Errors: `invalid_request` with the path of the field at fault
  /// as param.
  Result<ConvertedRequest> (*convert)(json::Reader request, const RequestOptions& options);

  /// How the answer to `request`, an object or absent, looks: for an answer that is converted apart
  /// from its request.
  Result<MakeOutput> (*answer_to)(json::Reader request, const AnswerSettings& settings);

  /// The event of a stream that failed before it began.
  std::string (*error_event)(const Error& error);
};

}  // namespace proxx
