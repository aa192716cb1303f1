#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "answer/events.h"
#include "openai/chat/answer_options.h"
#include "openai/chat/answer_parts.h"
#include "openai/content/citations.h"

namespace proxx::openai {

/// Writes an answer as one `chat.completion` object and a newline, at the end
/// (docs/protocol.md 5.2; docs/mapping-chat.md 6.7).
class CompletionWriter final : public answer::Output {
 public:
  explicit CompletionWriter(const AnswerOptions& options);

  void start(Raw id, Raw model, std::string& out) override;
  void text_begin(uint32_t index, std::string& out) override;
  void text(const answer::Piece& piece, std::string& out) override;
  void citation(uint32_t index, const anthropic::Citation& citation, std::string& out) override;
  void text_end(uint32_t index, answer::BlockEnd end, std::string& out) override;
  void thinking_begin(uint32_t index, std::string& out) override;
  void thinking(const answer::Piece& piece, std::string& out) override;
  void signature(uint32_t index, Raw signature, std::string& out) override;
  void redacted_thinking(uint32_t index, Raw data, std::string& out) override;
  void call_begin(const answer::ToolCall& call, Raw id, Raw name, std::string& out) override;
  void call_arguments(const answer::ToolCall& call, Raw fragment, std::string& out) override;
  void call_end(const answer::ToolCall& call, answer::BlockEnd end, std::string& out) override;
  void stop(const answer::Stop& stop, const answer::TokenUsage& usage, std::string& out) override;

 private:
  struct Reasoning {
    uint32_t index;
    bool redacted;
    json::RawString text;  ///< or the data
    json::RawString signature;
  };
  struct ShownCall {
    CallKind kind;
    std::string opening;
    json::RawString arguments;  ///< as received until the call's end, then as shown
  };
  [[nodiscard]] Reasoning& reasoning_of(uint32_t index);
  [[nodiscard]] ShownCall* find(const answer::ToolCall& call);
  void write_message(json::Writer& writer, const answer::Stop& stop) const;
  void write_reasoning(json::Writer& writer) const;
  void write_calls(json::Writer& writer) const;
  [[nodiscard]] json::RawString joined_reasoning() const;

  AnswerOptions options_;
  CallKinds kinds_;
  json::RawString id_;
  json::RawString model_;
  json::RawString content_;
  CitationCollector citations_;
  std::vector<UrlCitation> annotations_;
  std::vector<Reasoning> reasoning_;
  std::map<uint32_t, size_t> open_reasoning_;  ///< by a block's index: its place in reasoning_
  std::vector<ShownCall> calls_;               ///< by number
};

}  // namespace proxx::openai
