#pragma once
#include <string_view>

#include "anthropic/input_block.h"
#include "base/result.h"
#include "json/reader.h"
#include "json/text.h"
#include "policy/notice_log.h"

namespace proxx::openai {

/// Ends a tool_use block, whose text is written up to the value of `input`, with a call's
/// arguments.
class ArgumentsReader {
 public:
  explicit ArgumentsReader(policy::NoticeLog& notices) : notices_(notices) {}

  /// `arguments` is a string or absent. The text of a JSON object goes along with its digits and
  /// spaces untouched; any other becomes the text of INVALID_JSON.
  Status write(json::Reader arguments, anthropic::InputBlock& block);

 private:
  policy::NoticeLog& notices_;
  json::Document arguments_;  ///< of the call in hand; a member so that its buffers are reused
};

/// Ends a tool_use block with an `input` whose only member, `key`, is a string of the request.
void write_input(anthropic::InputBlock& block, std::string_view key, json::Reader string);

}  // namespace proxx::openai
