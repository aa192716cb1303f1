#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "openai/common.h"

namespace proxx::openai {

/// An answer as `data: {chat.completion.chunk}\n\n` lines (wire.md 5.3, 6.8). What all chunks share
/// is built once, so a text delta costs three appends and no allocation.
class ChunkWriter {
 public:
  explicit ChunkWriter(const AnswerOptions& options);

  /// `raw_model` is the name to show.
  void begin(std::string_view raw_id, std::string_view raw_model, std::string& out);
  void text(std::string_view raw, std::string& out);
  void thinking_begin(uint32_t, std::string&) {}
  void thinking(const Thinking& piece, std::string& out);
  void signature(uint32_t index, std::string_view raw, std::string& out);
  void redacted_thinking(uint32_t index, std::string_view raw_data, std::string& out);
  /// `annotations`: JSON objects, comma separated.
  void annotations(std::string_view annotations, std::string& out);
  void call_begin(Call call, std::string_view raw_id, std::string_view raw_name, std::string& out);
  void call_arguments(Call call, std::string_view raw, std::string& out);
  void call_end(Call, std::string&) {}
  void end(const Ending& ending, const AnswerFacts& facts, std::string& out);

 private:
  ReasoningFields reasoning_;
  bool include_usage_;
  int64_t created_unix_s_;
  [[nodiscard]] std::string_view frame() const;
  [[nodiscard]] std::string_view head() const;
  [[nodiscard]] std::string_view tail() const;

  std::string text_head_;  ///< a text chunk up to its text
  std::string text_tail_;  ///< and behind it
};

}  // namespace proxx::openai
