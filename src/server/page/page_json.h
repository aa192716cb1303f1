#pragma once
#include <string>
#include <string_view>

#include "anthropic/models.h"
#include "base/result.h"
#include "openai/converted_request.h"
#include "server/page/page_log.h"

// The page's data as JSON. Words that look like keys are redacted in all text.

namespace proxx::server {

/// One request as a row: no headers, notices by number, `cost` in dollars where a price is known.
[[nodiscard]] std::string page_row(const PageRow& row, const ModelTable& models);
/// One request, whole: with notices, headers and bodies, as far as they are kept.
[[nodiscard]] std::string page_details(const PageLog::Kept& kept, const ModelTable& models);
/// `{"recording","open_streams","totals","minutes"}`
[[nodiscard]] std::string page_state(const PageLog& log, const ModelTable& models,
                                     int64_t open_streams);
/// The state with `version`, `models`, which have their prices, and `requests`, oldest first.
[[nodiscard]] std::string page_snapshot(const PageLog& log, const ModelTable& models,
                                        int64_t open_streams);
/// `{"model","stream","body","notices"}` or `{"error":{"message","param"}}`.
[[nodiscard]] std::string page_conversion(const Result<ConvertedRequest>& converted);

}  // namespace proxx::server
