#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/events.h"
#include "answer/facts.h"
#include "answer/recorder.h"
#include "anthropic/event.h"
#include "base/result.h"
#include "json/clean.h"

namespace proxx::answer {

/// Turns Anthropic's events, in stream order, into the calls of events.h, the same for every form.
/// A whole message is a message_start with content and a message_stop.
///
/// Memory does not grow with an index the upstream names, nor with the blocks that have stopped.
class AnswerState {
 public:
  /// `output` must outlive the state.
  AnswerState(Output& output, OnPause on_pause);

  /// Errors: `upstream_protocol`; those of anthropic::event_error() for an `error` event. Ignores
  /// events after the end or a pause.
  Status apply(const anthropic::Event& event, std::string& out);
  Status apply(const anthropic::ContentBlockDelta& event, std::string& out);

  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] bool complete() const { return phase_ == Phase::complete; }
  [[nodiscard]] bool paused() const { return phase_ == Phase::paused; }
  [[nodiscard]] bool turn_started() const { return phase_ != Phase::before_start; }
  [[nodiscard]] const AnswerFacts& facts() const { return facts_; }
  [[nodiscard]] uint64_t pings() const { return pings_; }

  // Only while paused().
  [[nodiscard]] std::string paused_content() const { return recorder_->content(); }
  void resume();
  void end_paused(std::string& out) { end_answer(out); }

 private:
  enum class Phase { before_start, open, paused, complete };
  enum class BlockKind { text, thinking, redacted_thinking, call, server };

  struct OpenBlock {
    uint32_t index = 0;  ///< in its turn
    BlockKind kind = BlockKind::server;
    bool has_content = false;  ///< a piece of it was told
    uint32_t call_number = 0;
    json::PieceCleaner pieces;  ///< of its text or arguments
    json::InnerCleaner inner;   ///< of a call's arguments
    std::string input;          ///< of a call: the start's `input`, until a fragment comes
    std::optional<RecordedBlock> record;  ///< of a server block that the output wants
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

  void tell_text(OpenBlock& block, const anthropic::TextDelta& text, std::string& out);
  void tell_thinking(OpenBlock& block, Raw text, std::string& out);
  void tell_signature(const OpenBlock& block, Raw signature, std::string& out);
  void tell_citation(const OpenBlock& block, const anthropic::Citation& citation, std::string& out);
  void tell_arguments(OpenBlock& block, Raw fragment, std::string& out);
  void tell_held(OpenBlock& block, std::string& out);
  void end_block(OpenBlock& block, BlockEnd end, std::string& out);
  void end_answer(std::string& out);
  [[nodiscard]] OpenBlock* find_open(uint32_t index);
  [[nodiscard]] bool is_stopped_server(uint32_t index) const;
  /// The index that events.h tells.
  [[nodiscard]] uint32_t index_of(const OpenBlock& block) const {
    return index_offset_ + block.index;
  }
  [[nodiscard]] ToolCall call_of(const OpenBlock& block) const {
    return {index_of(block), block.call_number};
  }
  void take(const anthropic::Ending& ending, const anthropic::Usage& usage);

  Output& output_;
  AnswerFacts facts_;
  Phase phase_ = Phase::before_start;
  bool started_ = false;
  uint64_t pings_ = 0;

  std::vector<OpenBlock> open_;
  /// Stopped server blocks, for their late deltas; the most recent few.
  std::vector<uint32_t> stopped_server_;
  uint32_t calls_ = 0;
  bool ends_with_call_ = false;

  anthropic::Usage usage_;
  Stop stop_;

  // Of the turns before a continuation.
  uint32_t index_offset_ = 0;
  uint32_t next_index_ = 0;
  int64_t earlier_output_tokens_ = 0;
  int64_t earlier_thinking_tokens_ = 0;
  std::optional<BlockRecorder> recorder_;
};

}  // namespace proxx::answer
