#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mock/message.h"
#include "mock/rules/duty.h"
#include "mock/rules/model_rules.h"

namespace proxx::mock {

/// What a script can see of a request, which the rules have found to be sound.
struct Asked {
  Json body;
  const ModelRules* model = nullptr;
  uint64_t number = 1;   ///< of the request, counted by the server
  uint64_t attempt = 1;  ///< of the calls that are messages

  bool stream = false;
  std::string prompt;                ///< text of the last user message
  std::vector<std::string> results;  ///< texts of its tool results
  std::vector<std::string> called;   ///< the tools called since the user last spoke
  Duty duty;
  bool paused = false;  ///< the last message is an assistant turn sent back
};

/// `body` must have passed check_request.
[[nodiscard]] Asked read_request(std::string_view body);

/// Plausible, and the same for the same request: about four bytes a token.
[[nodiscard]] int64_t count_input_tokens(const Json& body);
[[nodiscard]] int64_t count_tokens(std::string_view text);

}  // namespace proxx::mock
