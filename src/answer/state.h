#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "answer/converter.h"
#include "answer/recorder.h"
#include "anthropic/event.h"
#include "base/result.h"
#include "openai/chat/chunk_writer.h"
#include "openai/chat/completion_writer.h"
#include "text/writer.h"

namespace proxx {

/// What every form of an answer depends on, kept in one place: which blocks are open, the calls
/// counted so far, usage, the reason of the end. Takes Anthropic's events, in stream order, and
/// drives the form's writer; a whole message is a message_start with content and a message_stop.
///
/// Memory does not grow with an index the upstream names, nor with the blocks that have stopped.
class AnswerState {
 public:
  AnswerState(AnswerForm form, AnswerOptions options);

  /// Errors: `upstream_protocol`; `upstream_error_event` for an `error` event. After the end or a
  /// pause events are ignored.
  Status apply(const anthropic::Event& event, std::string& out);
  Status apply(const anthropic::ContentBlockDelta& event, std::string& out);

  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] bool complete() const { return phase_ == Phase::complete; }
  [[nodiscard]] bool paused() const { return phase_ == Phase::paused; }
  [[nodiscard]] bool turn_started() const { return phase_ != Phase::before_start; }
  [[nodiscard]] const AnswerFacts& facts() const { return facts_; }
  [[nodiscard]] uint64_t pings() const { return pings_; }
  [[nodiscard]] std::string take_reasoning();

  // Only while paused().
  [[nodiscard]] std::string paused_content() const { return recorder_->content(); }
  void resume();
  void end_paused(std::string& out);

 private:
  enum class Phase { before_start, open, paused, complete };
  enum class BlockKind { text, thinking, redacted_thinking, call, hidden };

  struct OpenBlock {
    uint32_t index = 0;
    BlockKind kind = BlockKind::hidden;
    bool has_content = false;  ///< something was written of it
    openai::Call call;
    /// Of a call: its `input` until a fragment comes. Of a custom one then the fragments, raw.
    std::string held;
    int64_t text_begin = 0;                ///< in code points of the content
    std::vector<std::string> annotations;  ///< up to the value of end_index
  };

  Status on(const anthropic::ContentBlockDelta& event, std::string& out);
  Status on(const anthropic::ContentBlockStart& event, std::string& out);
  Status on(const anthropic::ContentBlockStop& event, std::string& out);
  Status on(const anthropic::MessageStart& event, std::string& out);
  Status on(const anthropic::MessageDelta& event, std::string& out);
  Status on(const anthropic::MessageStop& event, std::string& out);
  Status on(const anthropic::Ping& event, std::string& out);
  Status on(const anthropic::ErrorEvent& event, std::string& out);
  Status on(const anthropic::UnknownEvent& event, std::string& out);

  void begin(OpenBlock& block, const anthropic::TextBlock& start, std::string& out);
  void begin(OpenBlock& block, const anthropic::ThinkingBlock& start, std::string& out);
  void begin(OpenBlock& block, const anthropic::RedactedThinkingBlock& start, std::string& out);
  void begin(OpenBlock& block, const anthropic::ToolUseBlock& start, std::string& out);
  void begin(OpenBlock& block, const anthropic::UnknownBlock& start, std::string& out);

  Status add(OpenBlock& block, const anthropic::TextDelta& delta, std::string& out);
  Status add(OpenBlock& block, const anthropic::InputJsonDelta& delta, std::string& out);
  Status add(OpenBlock& block, const anthropic::ThinkingDelta& delta, std::string& out);
  Status add(OpenBlock& block, const anthropic::SignatureDelta& delta, std::string& out);
  Status add(OpenBlock& block, const anthropic::CitationsDelta& delta, std::string& out);
  Status add(OpenBlock& block, const anthropic::UnknownDelta& delta, std::string& out);

  void write_text(OpenBlock& block, const anthropic::TextDelta& text, std::string& out);
  void write_thinking(OpenBlock& block, std::string_view raw, std::string& out);
  void hold_annotation(OpenBlock& block, const anthropic::Citation& citation);
  void end_block(OpenBlock& block, std::string& out);
  void end_call(OpenBlock& block, std::string& out);
  void end_answer(std::string& out);
  [[nodiscard]] OpenBlock* find_open(uint32_t index);
  [[nodiscard]] bool is_stopped_hidden(uint32_t index) const;
  [[nodiscard]] bool is_custom_tool(std::string_view raw_name) const;
  void take(const anthropic::Ending& ending, const anthropic::Usage& usage);
  template <class Write>
  void write(const Write& call) {
    std::visit(call, writer_);
  }

  AnswerOptions options_;  ///< custom_tools sorted
  std::variant<openai::ChunkWriter, openai::CompletionWriter, openai::TextWriter> writer_;
  AnswerFacts facts_;
  Phase phase_ = Phase::before_start;
  bool started_ = false;
  uint64_t pings_ = 0;

  std::vector<OpenBlock> open_;
  /// Stopped blocks of hidden kinds, for their late deltas; the most recent few.
  std::vector<uint32_t> stopped_hidden_;
  uint32_t calls_ = 0;
  int64_t content_length_ = 0;  ///< in code points
  bool has_thinking_ = false;   ///< thinking text was written
  bool ends_with_call_ = false;

  anthropic::Usage usage_;
  std::optional<std::string> stop_reason_;  ///< this and the next two raw
  std::optional<std::string> category_;
  std::optional<std::string> explanation_;

  // Of the turns before a continuation.
  uint32_t index_offset_ = 0;
  uint32_t next_index_ = 0;
  int64_t earlier_output_tokens_ = 0;
  int64_t earlier_thinking_tokens_ = 0;
  std::optional<anthropic::BlockRecorder> recorder_;
};

}  // namespace proxx
