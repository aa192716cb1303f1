#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "openai/common.h"

namespace proxx::openai {

/// An answer as plain text, decoded as it comes; each tool call as one line of JSON when it is
/// whole. A refusal is not part of the text.
class TextWriter {
 public:
  explicit TextWriter(const AnswerOptions& options);

  void begin(std::string_view, std::string_view, std::string&) {}
  void text(std::string_view raw, std::string& out);
  void thinking_begin(uint32_t, std::string&) {}
  void thinking(const Thinking& piece, std::string& out);
  void signature(uint32_t, std::string_view, std::string&) {}
  void redacted_thinking(uint32_t, std::string_view, std::string&) {}
  void annotations(std::string_view, std::string&) {}
  void call_begin(Call call, std::string_view raw_id, std::string_view raw_name, std::string& out);
  void call_arguments(Call call, std::string_view raw, std::string& out);
  void call_end(Call call, std::string& out);
  void end(const Ending& ending, const AnswerFacts& facts, std::string& out);

  /// Thinking decoded since the last call.
  [[nodiscard]] std::string take_reasoning();

 private:
  /// Decodes pieces of one text. Half a surrogate pair at the end of one waits for the next.
  class Decoder {
   public:
    void add(std::string_view raw, std::string& out);
    void flush(std::string& out);

   private:
    std::string held_;
  };
  void end_line(std::string& out);

  bool wants_reasoning_;
  bool line_open_ = false;
  Decoder text_;
  Decoder thinking_;
  std::string reasoning_;
  std::vector<std::string> calls_;
};

}  // namespace proxx::openai
