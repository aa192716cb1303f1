#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "openai/common.h"

namespace proxx::openai {

/// An answer as one chat.completion object and a newline, written at the end (wire.md 5.2, 6.7).
class CompletionWriter {
 public:
  explicit CompletionWriter(const AnswerOptions& options);

  void begin(std::string_view raw_id, std::string_view raw_model, std::string& out);
  void text(std::string_view raw, std::string& out);
  void thinking_begin(uint32_t index, std::string& out);
  void thinking(const Thinking& piece, std::string& out);
  void signature(uint32_t index, std::string_view raw, std::string& out);
  void redacted_thinking(uint32_t index, std::string_view raw_data, std::string& out);
  void annotations(std::string_view annotations, std::string& out);
  void call_begin(Call call, std::string_view raw_id, std::string_view raw_name, std::string& out);
  void call_arguments(Call call, std::string_view raw, std::string& out);
  void call_end(Call, std::string&) {}
  void end(const Ending& ending, const AnswerFacts& facts, std::string& out);

 private:
  struct Reasoning {
    uint32_t index;
    bool redacted;
    std::string text;  ///< or the data
    std::string signature;
  };
  [[nodiscard]] Reasoning& reasoning_of(uint32_t index);
  void write_message(json::Writer& writer, const Ending& ending) const;
  void write_reasoning(json::Writer& writer) const;
  void write_calls(json::Writer& writer) const;
  [[nodiscard]] std::string joined_reasoning() const;

  ReasoningFields fields_;
  bool legacy_;
  int64_t created_unix_s_;
  std::string id_;
  std::string model_;
  std::string content_;
  std::string annotations_;
  std::vector<Reasoning> reasoning_;
  std::map<uint32_t, size_t> open_reasoning_;  ///< of a block's index: where in reasoning_ it is
  std::vector<std::string> calls_;             ///< not closed yet
  std::vector<CallKind> call_kinds_;
};

}  // namespace proxx::openai
