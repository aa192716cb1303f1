#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/events.h"

namespace proxx::text {

using json::Raw;

/// A whole call as one line of JSON without its newline, in the words of the client's API; "" for a
/// call that is not shown.
using CallLine =
    std::function<std::string(const answer::ToolCall& call, Raw id, Raw name, Raw arguments)>;

/// Writes an answer as plain text, decoded as it comes; each call as one line when it is whole; a
/// newline at the end if the last line lacks it. A refusal is not part of the text.
class TextWriter final : public answer::Output {
 public:
  /// `keeps_reasoning`: take_reasoning() gives the thinking text.
  TextWriter(CallLine call_line, bool keeps_reasoning);

  void start(Raw, Raw, std::string&) override {}
  void text(const answer::Piece& piece, std::string& out) override;
  void thinking(const answer::Piece& piece, std::string& out) override;
  void call_begin(const answer::ToolCall& call, Raw id, Raw name, std::string& out) override;
  void call_arguments(const answer::ToolCall& call, Raw fragment, std::string& out) override;
  void call_end(const answer::ToolCall& call, answer::BlockEnd end, std::string& out) override;
  void stop(const answer::Stop& stop, const answer::TokenUsage& usage, std::string& out) override;

  [[nodiscard]] std::string take_reasoning() override;

 private:
  struct OpenCall {
    uint32_t number;
    json::RawString id;
    json::RawString name;
    json::RawString arguments;
  };
  [[nodiscard]] OpenCall* find_open(const answer::ToolCall& call);
  void end_line(std::string& out);

  CallLine call_line_;
  bool keeps_reasoning_;
  bool line_open_ = false;
  bool has_thinking_ = false;
  std::string reasoning_;
  std::vector<OpenCall> open_calls_;
};

}  // namespace proxx::text
