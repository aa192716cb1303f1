#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "answer/events.h"
#include "answer/frame.h"
#include "openai/chat/answer_options.h"
#include "openai/chat/answer_parts.h"
#include "openai/content/citations.h"

namespace proxx::openai {

/// Writes an answer as `chat.completion.chunk` objects, each in a frame (docs/protocol.md 5.3;
/// docs/mapping-chat.md 6.8). The writer builds the beginning that all chunks share once: a text
/// delta costs three appends and no allocation.
class ChunkWriter final : public answer::Output {
 public:
  ChunkWriter(const AnswerOptions& options, answer::Frame frame);

  void start(Raw id, Raw model, std::string& out) override;
  void text_begin(uint32_t index, std::string& out) override;
  void text(const answer::Piece& piece, std::string& out) override;
  void citation(uint32_t index, const anthropic::Citation& citation, std::string& out) override;
  void text_end(uint32_t index, answer::BlockEnd end, std::string& out) override;
  void thinking(const answer::Piece& piece, std::string& out) override;
  void signature(uint32_t index, Raw signature, std::string& out) override;
  void redacted_thinking(uint32_t index, Raw data, std::string& out) override;
  void call_begin(const answer::ToolCall& call, Raw id, Raw name, std::string& out) override;
  void call_arguments(const answer::ToolCall& call, Raw fragment, std::string& out) override;
  void call_end(const answer::ToolCall& call, answer::BlockEnd end, std::string& out) override;
  void stop(const answer::Stop& stop, const answer::TokenUsage& usage, std::string& out) override;
  void keepalive(std::string& out) override;
  void fail(const Error& error, std::string& out) override;

 private:
  struct OpenCall {
    uint32_t number;
    CallKind kind;
    json::RawString held;  ///< the arguments of a custom call so far
  };
  [[nodiscard]] OpenCall* find_open(const answer::ToolCall& call);
  void write_arguments(const OpenCall& call, Raw arguments, std::string& out) const;
  [[nodiscard]] std::string_view chunk_begin() const;
  [[nodiscard]] std::string_view delta_begin() const;
  [[nodiscard]] std::string_view delta_end() const;

  AnswerOptions options_;
  answer::Frame frame_;
  CallKinds kinds_;
  CitationCollector citations_;
  std::vector<OpenCall> open_calls_;
  bool has_calls_ = false;
  bool has_thinking_ = false;  ///< a piece of thinking was written

  std::string text_begin_;  ///< a text chunk up to its text
  std::string text_end_;    ///< the rest of it
};

}  // namespace proxx::openai
