#pragma once
#include <string_view>

#include "base/result.h"

namespace proxx::cli {

/// Refuses what is plainly no single request, with the command that it is for: words, many
/// requests, a line of a batch file. Errors: `invalid_request`. All else is left to the conversion.
Status check_request_form(std::string_view text);

}  // namespace proxx::cli
