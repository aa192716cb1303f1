#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "openai/reasoning_fields.h"

namespace proxx {

/// How the answer to one chat request looks. convert_request() makes it.
struct AnswerOptions {
  bool include_usage = false;             ///< chunks only: a last chunk has `usage`
  bool legacy_function_call = false;      ///< asked with `functions`: answered with `function_call`
  std::vector<std::string> custom_tools;  ///< names whose calls go back as type custom
  ReasoningFields reasoning;
  bool echo_model = false;
  std::string requested_model;  ///< shown instead of the upstream's if echo_model
  int64_t created_unix_s = 0;
};

}  // namespace proxx
