#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "answer/events.h"
#include "answer/frame.h"
#include "openai/content/citations.h"
#include "openai/converted_request.h"
#include "openai/responses/answer/answer_options.h"
#include "openai/responses/answer/calls.h"
#include "openai/responses/answer/event_stream.h"
#include "openai/responses/answer/response_object.h"
#include "openai/responses/answer/search_call.h"
#include "openai/responses/block_order.h"

namespace proxx::openai::responses {

/// The parts of ResponseWriter's state. Apart from it, as clang wants whole types in an optional.
namespace writer_state {

struct Message {
  json::RawString item_id;
  EventStream::Repeated delta;  ///< of its text
  json::RawString text;
  std::string annotations;  ///< JSON objects, comma separated
  int64_t annotation_count = 0;
  CitationCollector citations;
};

struct Reasoning {
  json::RawString item_id;
  EventStream::Repeated delta;
  json::RawString text;
  json::RawString signature;
};

struct OpenCall {
  json::RawString item_id;
  EventStream::Repeated delta;  ///< of a function's arguments
  ToolName tool;
  ModelCall call;
  bool is_cut = false;
};

}  // namespace writer_state

/// An answer as a Responses object, or as the events that build one up
/// (docs/mapping-responses.md 4.6, 4.8). Both forms are made by the same steps, so they agree.
///
/// Items follow one another, as openai-node demands: while one is open, what an odd upstream
/// interleaves with its block is held back. An item is `done` only if its block was closed: Codex
/// runs a call that is done.
class ResponseWriter : public answer::Output {
 public:
  /// Writes events in `frame`; without a frame one JSON object and a newline, at the end.
  ResponseWriter(std::shared_ptr<const AnswerOptions> options, UnixClock clock,
                 std::optional<answer::Frame> frame);

  void start(json::Raw id, json::Raw model, std::string& out) override;
  void text_begin(uint32_t index, std::string& out) override;
  void text(const answer::Piece& piece, std::string& out) override;
  void citation(uint32_t index, const anthropic::Citation& citation, std::string& out) override;
  void text_end(uint32_t index, answer::BlockEnd end, std::string& out) override;
  void thinking_begin(uint32_t index, std::string& out) override;
  void thinking(const answer::Piece& piece, std::string& out) override;
  void signature(uint32_t index, json::Raw signature, std::string& out) override;
  void thinking_end(uint32_t index, answer::BlockEnd end, std::string& out) override;
  void redacted_thinking(uint32_t index, json::Raw data, std::string& out) override;
  void call_begin(const answer::ToolCall& call, json::Raw id, json::Raw name,
                  std::string& out) override;
  void call_arguments(const answer::ToolCall& call, json::Raw fragment, std::string& out) override;
  void call_end(const answer::ToolCall& call, answer::BlockEnd end, std::string& out) override;
  [[nodiscard]] bool wants_server_blocks() const override { return true; }
  void server_block_begin(uint32_t index, std::string_view block, std::string& out) override;
  void server_block_end(uint32_t index, std::string_view block, answer::BlockEnd end,
                        std::string& out) override;
  void stop(const answer::Stop& stop, const answer::TokenUsage& usage, std::string& out) override;
  void fail(const Error& error, std::string& out) override;
  void keepalive(std::string& out) override;

 private:
  using Step = BlockOrder::Step;

  [[nodiscard]] json::RawString id_with(json::Raw prefix) const;
  [[nodiscard]] json::RawString item_id_with(json::Raw prefix) const;
  void event(std::string_view type, std::string_view members, std::string& out);
  /// `"item_id":...,"output_index":N` of the open item.
  [[nodiscard]] std::string place(json::Raw item_id) const;
  void add_item(std::string_view item, std::string& out);
  void finish_item(std::string_view item, std::string& out);

  void begin_message(std::string& out);
  void end_message(std::string_view status, std::string& out);
  void write_refusal(const answer::Stop& stop, std::string& out);
  void finish_reasoning(json::Raw item_id, std::string_view summary, std::string_view block,
                        std::string& out);
  void finish_call(std::string& out);
  void close_search(std::string_view status, std::string& out);
  /// Ends the message or the search that the next item ends.
  void begin_item(std::string& out);
  [[nodiscard]] ToolName tool_of(json::Raw name) const;

  const std::shared_ptr<const AnswerOptions> options_;  ///< shared by all tries
  const UnixClock clock_;
  std::optional<EventStream> events_;
  ResponseState state_;
  json::RawString id_rest_;  ///< of the upstream's id, for all ids of the answer
  std::string items_;        ///< those that are done, comma separated
  int64_t next_index_ = 0;
  bool is_over_ = false;  ///< after stop() or fail()

  BlockOrder order_;
  std::optional<writer_state::Message> message_;
  std::optional<writer_state::Reasoning> reasoning_;
  std::optional<writer_state::OpenCall> call_;
  std::optional<SearchCall> search_;
};

}  // namespace proxx::openai::responses
