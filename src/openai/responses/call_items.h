#pragma once
#include <string_view>

#include "anthropic/input_block.h"
#include "base/result.h"
#include "openai/content/arguments.h"
#include "openai/responses/items.h"
#include "openai/responses/request_reader.h"

// Calls and their outputs in `input` (docs/mapping-responses.md 4.2).

namespace proxx::openai::responses {

class CallReader {
 public:
  /// Both must outlive this.
  CallReader(const ToolTable& tools, policy::NoticeLog& notices)
      : tools_(tools), notices_(notices), arguments_(notices) {}

  /// The tool_use block of a call; its text begins with what follows the id.
  Result<anthropic::InputBlock> read(const Item& item);

 private:
  Status write_function(json::Reader item, anthropic::InputBlock& block);
  Status write_custom(json::Reader item, anthropic::InputBlock& block);
  Status write_shell(json::Reader item, anthropic::InputBlock& block);
  Status write_local_shell(json::Reader item, anthropic::InputBlock& block);
  Status write_patch(json::Reader item, anthropic::InputBlock& block);
  Status write_search(json::Reader item, anthropic::InputBlock& block);
  Status write_name(json::Reader item, json::Reader name, json::Reader space,
                    anthropic::InputBlock& block);

  const ToolTable& tools_;
  policy::NoticeLog& notices_;
  ArgumentsReader arguments_;
};

class OutputReader {
 public:
  /// `breakpoint` as for read_parts(). `notices` must outlive this.
  OutputReader(std::string_view breakpoint, policy::NoticeLog& notices)
      : breakpoint_(breakpoint), notices_(notices) {}

  /// The tool_result block of an output; its text begins with what follows the id.
  Result<anthropic::InputBlock> read(const Item& item);
  /// An output that names no call, as blocks of a user turn.
  Result<std::vector<anthropic::InputBlock>> read_loose(json::Reader item);

 private:
  Status write_output(json::Reader item, anthropic::InputBlock& block);
  Status write_shell_output(json::Reader item, anthropic::InputBlock& block);
  Status write_patch_output(json::Reader item, anthropic::InputBlock& block);
  Status write_search_output(json::Reader item, anthropic::InputBlock& block);
  Status write_content(json::Reader output, anthropic::InputBlock& block);

  std::string_view breakpoint_;
  policy::NoticeLog& notices_;
};

}  // namespace proxx::openai::responses
