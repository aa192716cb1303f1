#include "answer/state.h"

#include <algorithm>
#include <utility>

#include "anthropic/error.h"
#include "json/string.h"

namespace proxx::answer {
namespace {

using anthropic::protocol_error;

/// Blocks never overlap (docs/protocol.md 2.3); this leaves room for an upstream that thinks
/// otherwise.
constexpr size_t kMaxOpenBlocks = 64;
constexpr size_t kMaxStoppedServer = 256;

tl::unexpected<Error> misplaced(const char* delta) {
  return err(protocol_error(std::string(delta) + " on a block of another type"));
}

}  // namespace

AnswerState::AnswerState(Output& output, OnPause on_pause) : output_(output) {
  if (on_pause == OnPause::wait) recorder_.emplace();
}

Status AnswerState::apply(const anthropic::Event& event, std::string& out) {
  if (complete() || paused()) return {};
  return std::visit([&](const auto& known) { return on(known, out); }, event);
}

Status AnswerState::apply(const anthropic::ContentBlockDelta& event, std::string& out) {
  if (complete() || paused()) return {};
  return on(event, out);
}

Status AnswerState::on(const anthropic::MessageStart& event, std::string& out) {
  if (phase_ != Phase::before_start) return err(protocol_error("a second message_start"));
  phase_ = Phase::open;
  if (!std::exchange(started_, true)) {
    facts_.id = json::unescape(event.id);
    facts_.model = json::unescape(event.model);
    output_.start(json::cleaned(event.id), json::cleaned(event.model), out);
  }
  take(event.ending, event.usage);
  const size_t size = event.content.size();
  uint32_t index = 0;
  for (const json::Reader element : event.content.elements()) {
    anthropic::ContentBlockStart start;
    PROXX_ASSIGN(start.block, anthropic::decode_block(element));
    start.index = index++;
    start.json = element.raw();
    PROXX_TRY(on(start, out));
    const bool is_cut = index == size && is_cut_off(stop_.reason);
    end_block(open_.back(), is_cut ? BlockEnd::cut : BlockEnd::closed, out);
    open_.pop_back();
  }
  return {};
}

Status AnswerState::on(const anthropic::ContentBlockStart& event, std::string& out) {
  if (phase_ != Phase::open) return err(protocol_error("content_block_start before message_start"));
  if (find_open(event.index) != nullptr) {
    return err(protocol_error("content_block_start for a block that is open"));
  }
  if (open_.size() == kMaxOpenBlocks) return err(protocol_error("too many open blocks"));
  next_index_ = std::max(next_index_, index_offset_ + event.index + 1);
  if (recorder_) recorder_->start(event.index, event.json);
  OpenBlock& block = open_.emplace_back();
  block.index = event.index;
  ends_with_call_ = false;
  if (std::holds_alternative<anthropic::UnknownBlock>(event.block) &&
      output_.wants_server_blocks()) {
    block.record.emplace(event.json);
    output_.server_block_begin(index_of(block), json::cleaned_json(event.json), out);
    return {};
  }
  std::visit([&](const auto& start) { begin(block, start, out); }, event.block);
  return {};
}

Status AnswerState::on(const anthropic::ContentBlockDelta& event, std::string& out) {
  if (phase_ != Phase::open) return err(protocol_error("content_block_delta before message_start"));
  if (recorder_) recorder_->delta(event.index, event.delta);
  OpenBlock* const block = find_open(event.index);
  if (block != nullptr && block->record) block->record->add(event.delta);
  if (std::holds_alternative<anthropic::UnknownDelta>(event.delta)) return {};
  if (block == nullptr) {
    if (is_stopped_server(event.index)) return {};
    return err(protocol_error("content_block_delta for a block that is not open"));
  }
  if (block->kind == BlockKind::server) return {};
  // Most deltas are text; they skip the visitor's table.
  if (const auto* text = std::get_if<anthropic::TextDelta>(&event.delta)) {
    return add(*block, *text, out);
  }
  return std::visit([&](const auto& delta) { return add(*block, delta, out); }, event.delta);
}

Status AnswerState::on(const anthropic::ContentBlockStop& event, std::string& out) {
  if (phase_ != Phase::open) return err(protocol_error("content_block_stop before message_start"));
  OpenBlock* const block = find_open(event.index);
  if (block == nullptr) {
    if (is_stopped_server(event.index)) return {};
    return err(protocol_error("content_block_stop for a block that is not open"));
  }
  end_block(*block, BlockEnd::closed, out);
  open_.erase(open_.begin() + (block - open_.data()));
  return {};
}

Status AnswerState::on(const anthropic::MessageDelta& event, std::string&) {
  if (phase_ != Phase::open) return err(protocol_error("message_delta before message_start"));
  take(event.ending, event.usage);
  return {};
}

Status AnswerState::on(const anthropic::MessageStop&, std::string& out) {
  if (phase_ != Phase::open) return err(protocol_error("message_stop before message_start"));
  // message_stop proves that everything has come, even where a content_block_stop is missing.
  for (OpenBlock& block : open_) end_block(block, BlockEnd::cut, out);
  open_.clear();
  if (recorder_ && recorder_->exact() && stop_.reason == StopReason::pause_turn) {
    phase_ = Phase::paused;
  } else {
    end_answer(out);
  }
  return {};
}

Status AnswerState::on(const anthropic::Ping&, std::string&) {
  ++pings_;
  return {};
}

Status AnswerState::on(const anthropic::ErrorEvent& event, std::string&) {
  return err(anthropic::event_error(event.error));
}

Status AnswerState::on(const anthropic::UnknownEvent&, std::string&) {
  return {};
}

void AnswerState::begin(OpenBlock& block, const anthropic::TextBlock& start, std::string& out) {
  block.kind = BlockKind::text;
  output_.text_begin(index_of(block), out);
  tell_text(block, {start.text}, out);
  for (const anthropic::Citation& citation : start.citations) tell_citation(block, citation, out);
}

void AnswerState::begin(OpenBlock& block, const anthropic::ThinkingBlock& start, std::string& out) {
  block.kind = BlockKind::thinking;
  output_.thinking_begin(index_of(block), out);
  tell_thinking(block, start.thinking, out);
  tell_signature(block, start.signature, out);
}

void AnswerState::begin(OpenBlock& block, const anthropic::RedactedThinkingBlock& start,
                        std::string& out) {
  block.kind = BlockKind::redacted_thinking;
  output_.redacted_thinking(index_of(block), json::cleaned(start.data), out);
}

void AnswerState::begin(OpenBlock& block, const anthropic::ToolUseBlock& start, std::string& out) {
  block.kind = BlockKind::call;
  block.call_number = calls_++;
  block.input = start.input;
  ends_with_call_ = true;
  output_.call_begin(call_of(block), json::cleaned(start.id), json::cleaned(start.name), out);
}

void AnswerState::begin(OpenBlock&, const anthropic::UnknownBlock&, std::string&) {}

Status AnswerState::add(OpenBlock& block, const anthropic::TextDelta& delta, std::string& out) {
  if (block.kind != BlockKind::text) return misplaced("text_delta");
  tell_text(block, delta, out);
  return {};
}

Status AnswerState::add(OpenBlock& block, const anthropic::InputJsonDelta& delta,
                        std::string& out) {
  if (block.kind != BlockKind::call) return misplaced("input_json_delta");
  if (delta.partial_json.empty()) return {};
  if (!std::exchange(block.has_content, true)) block.input.clear();
  tell_arguments(block, delta.partial_json, out);
  return {};
}

Status AnswerState::add(OpenBlock& block, const anthropic::ThinkingDelta& delta, std::string& out) {
  if (block.kind != BlockKind::thinking) return misplaced("thinking_delta");
  tell_thinking(block, delta.thinking, out);
  return {};
}

Status AnswerState::add(OpenBlock& block, const anthropic::SignatureDelta& delta,
                        std::string& out) {
  if (block.kind != BlockKind::thinking) return misplaced("signature_delta");
  tell_signature(block, delta.signature, out);
  return {};
}

Status AnswerState::add(OpenBlock& block, const anthropic::CitationsDelta& delta,
                        std::string& out) {
  if (block.kind != BlockKind::text) return misplaced("citations_delta");
  tell_citation(block, delta.citation, out);
  return {};
}

Status AnswerState::add(OpenBlock&, const anthropic::UnknownDelta&, std::string&) {
  return {};
}

void AnswerState::tell_text(OpenBlock& block, const anthropic::TextDelta& text, std::string& out) {
  const bool is_plain = text.is_plain && !block.pieces.holds();
  std::string buffer;
  const Raw piece = is_plain ? text.text : block.pieces.add(text.text, buffer);
  if (piece.empty()) return;
  const bool is_first = !std::exchange(block.has_content, true);
  output_.text({index_of(block), piece, is_first, is_plain}, out);
}

void AnswerState::tell_thinking(OpenBlock& block, Raw text, std::string& out) {
  std::string buffer;
  const Raw piece = block.pieces.add(text, buffer);
  if (piece.empty()) return;
  const bool is_first = !std::exchange(block.has_content, true);
  output_.thinking({index_of(block), piece, is_first, false}, out);
}

void AnswerState::tell_signature(const OpenBlock& block, Raw signature, std::string& out) {
  if (!signature.empty()) output_.signature(index_of(block), json::cleaned(signature), out);
}

void AnswerState::tell_citation(const OpenBlock& block, const anthropic::Citation& citation,
                                std::string& out) {
  const json::RawString url = json::cleaned(citation.url.value_or(Raw()));
  const json::RawString title = json::cleaned(citation.title);
  const std::string whole = json::cleaned_json(citation.json);
  const auto shown_url = citation.url ? std::optional<Raw>(url) : std::nullopt;
  output_.citation(index_of(block), {shown_url, title, whole}, out);
}

void AnswerState::tell_arguments(OpenBlock& block, Raw fragment, std::string& out) {
  std::string buffer;
  const Raw piece = block.inner.add(block.pieces.add(fragment, buffer), buffer);
  if (!piece.empty()) output_.call_arguments(call_of(block), piece, out);
}

/// What waited for the block's next delta, which does not come.
void AnswerState::tell_held(OpenBlock& block, std::string& out) {
  const Raw half = block.pieces.end();
  switch (block.kind) {
    case BlockKind::text:
      return tell_text(block, {half}, out);
    case BlockKind::thinking:
      return tell_thinking(block, half, out);
    case BlockKind::call: {
      if (!half.empty()) tell_arguments(block, half, out);
      const json::RawString rest = block.inner.end();
      if (!rest.empty()) output_.call_arguments(call_of(block), rest, out);
      return;
    }
    case BlockKind::redacted_thinking:
    case BlockKind::server:
      return;
  }
}

void AnswerState::end_block(OpenBlock& block, BlockEnd end, std::string& out) {
  if (recorder_) recorder_->stop(block.index);
  if (block.kind == BlockKind::call && !block.has_content) {
    tell_arguments(block, json::escaped(block.input), out);
  }
  tell_held(block, out);
  switch (block.kind) {
    case BlockKind::text:
      return output_.text_end(index_of(block), end, out);
    case BlockKind::thinking:
      return output_.thinking_end(index_of(block), end, out);
    case BlockKind::redacted_thinking:
      return;
    case BlockKind::call:
      return output_.call_end(call_of(block), end, out);
    case BlockKind::server:
      if (stopped_server_.size() == kMaxStoppedServer) {
        stopped_server_.erase(stopped_server_.begin());
      }
      stopped_server_.push_back(block.index);
      if (!block.record) return;
      return output_.server_block_end(
          index_of(block), json::cleaned_json(block.record->whole().value_or("")), end, out);
  }
}

AnswerState::OpenBlock* AnswerState::find_open(uint32_t index) {
  for (OpenBlock& block : open_) {
    if (block.index == index) return &block;
  }
  return nullptr;
}

bool AnswerState::is_stopped_server(uint32_t index) const {
  return std::find(stopped_server_.begin(), stopped_server_.end(), index) != stopped_server_.end();
}

void AnswerState::take(const anthropic::Ending& ending, const anthropic::Usage& usage) {
  if (ending.stop_reason) {
    stop_.word = json::cleaned(*ending.stop_reason);
    stop_.reason = stop_reason_of(*ending.stop_reason);
  }
  if (ending.category) stop_.category = json::cleaned(*ending.category);
  if (ending.explanation) stop_.explanation = json::cleaned(*ending.explanation);
  usage_.merge(usage);
  using anthropic::add_saturated;
  facts_.prompt_tokens = usage_.prompt_tokens();
  facts_.completion_tokens =
      add_saturated(earlier_output_tokens_, usage_.output_tokens.value_or(0));
  facts_.cached_tokens = usage_.cache_read_input_tokens.value_or(0);
  facts_.cache_write_tokens = usage_.cache_creation_input_tokens.value_or(0);
  facts_.reasoning_tokens =
      add_saturated(earlier_thinking_tokens_, usage_.thinking_tokens.value_or(0));
}

void AnswerState::end_answer(std::string& out) {
  phase_ = Phase::complete;
  stop_.service_tier = usage_.service_tier;
  // A model ends its turn after the calls: one that a limit cut right there has a last call that is
  // not whole. A whole message shows it only so, as the upstream makes an object of what there was.
  stop_.cuts_call = is_cut_off(stop_.reason) && ends_with_call_;
  facts_.stop = stop_;
  output_.stop(facts_.stop, facts_, out);
}

void AnswerState::resume() {
  phase_ = Phase::before_start;
  index_offset_ = next_index_;
  earlier_output_tokens_ = facts_.completion_tokens;
  earlier_thinking_tokens_ = facts_.reasoning_tokens;
  const anthropic::ServiceTier service_tier = usage_.service_tier;
  usage_ = {};
  usage_.service_tier = service_tier;
  stop_ = {};
  stopped_server_.clear();
}

}  // namespace proxx::answer
