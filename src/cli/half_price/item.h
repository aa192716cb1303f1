#pragma once
#include <string>
#include <string_view>

#include "answer/converter.h"
#include "anthropic/batch.h"
#include "base/result.h"
#include "cli/half_price/input.h"
#include "openai/converted_request.h"
#include "openai/request_options.h"

// Where a half-price run meets conversion: a line becomes an item, a result becomes an answer.

namespace proxx::cli {

/// The Messages request of a line. Errors: why the line cannot be sent.
[[nodiscard]] Result<ConvertedRequest> convert_item(const HalfInput::Line& line,
                                                    const RequestOptions& options);

/// The answer that a message becomes.
struct ItemAnswer {
  std::string body;  ///< the completion, without a newline
  AnswerFacts facts;
  std::string continues;  ///< a paused turn's next request; then there is no body yet
};

/// One line's answer, from one message or several: a turn that paused continues with another call.
class ItemConverter {
 public:
  explicit ItemConverter(const ConvertedRequest& converted, int64_t created_unix_s);

  /// Errors: `upstream_protocol` for a message that is none; code `paused` for a turn that paused
  /// and may not be continued (any more).
  [[nodiscard]] Result<ItemAnswer> take(std::string_view message);

 private:
  const ConvertedRequest& converted_;
  AnswerConverter converter_;
  std::string output_;
  int continues_left_;
};

/// An item's failure as the error of its line; `error` is `{"type","message"}`.
[[nodiscard]] Error item_error(std::string_view error, const ConvertedRequest* converted);

}  // namespace proxx::cli
