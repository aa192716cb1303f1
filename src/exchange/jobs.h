#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "answer/converter.h"
#include "base/result.h"
#include "openai/protocol.h"
#include "upstream/provider.h"

// Conversions as jobs: each owns its data, so that it can run beside the loop (JobThread).

namespace proxx {

/// An input longer than this is converted beside the loop. Conversion takes 1 to 20 ns a byte, so
/// the loop is never held for more than some 5 ms; the detour takes 0.05 ms.
inline constexpr size_t kLoopBytes = size_t{256} << 10;

/// What a client is told of an exception.
[[nodiscard]] Error internal_error();

/// A client's request to one for the upstream.
struct RequestJob {
  std::string body;                    ///< the client's
  const Protocol* protocol = nullptr;  ///< null: the body tells
  bool counts_tokens = false;          ///< for count_tokens instead of an answer
  RequestOptions options;
  std::shared_ptr<const ModelTable> models;  ///< keeps options.models; may be null
  Result<ConvertedRequest> result;

  void run() noexcept;
};

/// A call to the request that goes out (Provider::prepare).
struct PrepareJob {
  const Provider* provider = nullptr;
  std::shared_ptr<const void> keeps;  ///< what the provider belongs to
  ProviderCall call;
  Result<UpstreamRequest> result;

  void run() noexcept;
};

/// A piece of an answer, or a whole JSON message.
struct AnswerJob {
  AnswerConverter converter;
  bool is_message = false;
  std::string bytes;
  std::string output;
  Status status;

  void run() noexcept;
};

}  // namespace proxx
