#include "answer/state.h"

#include <algorithm>
#include <utility>

#include "answer/words.h"
#include "openai/error.h"

namespace proxx {
namespace {

/// Blocks never overlap (wire.md 2.3); this leaves room for an upstream that thinks otherwise.
constexpr size_t kMaxOpenBlocks = 64;

using anthropic::protocol_error;

decltype(auto) make_writer(AnswerForm form, const AnswerOptions& options) {
  using Writer = std::variant<openai::ChunkWriter, openai::CompletionWriter, openai::TextWriter>;
  switch (form) {
    case AnswerForm::chunks:
      return Writer(openai::ChunkWriter(options));
    case AnswerForm::completion:
      return Writer(openai::CompletionWriter(options));
    case AnswerForm::text:
      break;
  }
  return Writer(openai::TextWriter(options));
}

void replace(std::optional<std::string>& current, const std::optional<std::string_view>& newer) {
  if (newer) current = *newer;
}

}  // namespace

AnswerState::AnswerState(AnswerForm form, AnswerOptions options)
    : options_(std::move(options)), writer_(make_writer(form, options_)) {
  if (options_.continue_paused > 0) recorder_.emplace();
  std::sort(options_.custom_tools.begin(), options_.custom_tools.end());
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
  if (phase_ != Phase::before_start) return fail(protocol_error("a second message_start"));
  phase_ = Phase::open;
  if (!std::exchange(started_, true)) {
    const std::string id = openai::completion_id(event.id);
    std::string model(event.model);
    facts_.id = json::unescape(id);
    facts_.model = json::unescape(model);
    if (options_.echo_model) {
      model.clear();
      json::append_escaped(model, options_.requested_model);
    }
    write([&](auto& writer) { writer.begin(id, model, out); });
  }
  take(event.ending, event.usage);
  uint32_t index = 0;
  for (const json::Reader element : event.content.elements()) {
    anthropic::ContentBlockStart start;
    PROXX_ASSIGN(start.block, anthropic::decode_block(element));
    start.index = index++;
    start.raw = element.raw();
    PROXX_TRY(on(start, out));
    PROXX_TRY(on(anthropic::ContentBlockStop{start.index}, out));
  }
  return {};
}

Status AnswerState::on(const anthropic::ContentBlockStart& event, std::string& out) {
  if (phase_ != Phase::open)
    return fail(protocol_error("content_block_start before message_start"));
  if (find_open(event.index) != nullptr) {
    return fail(protocol_error("content_block_start for a block that is open"));
  }
  if (open_.size() == kMaxOpenBlocks) return fail(protocol_error("too many open blocks"));
  next_index_ = std::max(next_index_, index_offset_ + event.index + 1);
  if (recorder_) recorder_->start(event.index, event.raw);
  OpenBlock& block = open_.emplace_back();
  block.index = event.index;
  ends_with_call_ = false;
  std::visit([&](const auto& start) { begin(block, start, out); }, event.block);
  return {};
}

Status AnswerState::on(const anthropic::ContentBlockDelta& event, std::string& out) {
  if (phase_ != Phase::open)
    return fail(protocol_error("content_block_delta before message_start"));
  if (recorder_) recorder_->delta(event.index, event.delta);
  if (std::holds_alternative<anthropic::UnknownDelta>(event.delta)) return {};
  OpenBlock* const block = find_open(event.index);
  if (block == nullptr) {
    if (is_stopped_hidden(event.index)) return {};
    return fail(protocol_error("content_block_delta for a block that is not open"));
  }
  if (block->kind == BlockKind::hidden) return {};
  // Most are texts: these pay for no table.
  if (const auto* text = std::get_if<anthropic::TextDelta>(&event.delta)) {
    return add(*block, *text, out);
  }
  return std::visit([&](const auto& delta) { return add(*block, delta, out); }, event.delta);
}

Status AnswerState::on(const anthropic::ContentBlockStop& event, std::string& out) {
  if (phase_ != Phase::open) return fail(protocol_error("content_block_stop before message_start"));
  OpenBlock* const block = find_open(event.index);
  if (block == nullptr) {
    if (is_stopped_hidden(event.index)) return {};
    return fail(protocol_error("content_block_stop for a block that is not open"));
  }
  end_block(*block, out);
  open_.erase(open_.begin() + (block - open_.data()));
  return {};
}

Status AnswerState::on(const anthropic::MessageDelta& event, std::string&) {
  if (phase_ != Phase::open) return fail(protocol_error("message_delta before message_start"));
  take(event.ending, event.usage);
  return {};
}

Status AnswerState::on(const anthropic::MessageStop&, std::string& out) {
  if (phase_ != Phase::open) return fail(protocol_error("message_stop before message_start"));
  // message_stop proves that all has come, even where a content_block_stop was left out.
  for (OpenBlock& block : open_) end_block(block, out);
  open_.clear();
  if (recorder_ && recorder_->exact() && stop_reason_ == "pause_turn") {
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
  return fail(upstream_event_error(event.error));
}

Status AnswerState::on(const anthropic::UnknownEvent&, std::string&) {
  return {};
}

AnswerState::OpenBlock* AnswerState::find_open(uint32_t index) {
  for (OpenBlock& block : open_) {
    if (block.index == index) return &block;
  }
  return nullptr;
}

bool AnswerState::is_stopped_hidden(uint32_t index) const {
  return std::find(stopped_hidden_.begin(), stopped_hidden_.end(), index) != stopped_hidden_.end();
}

void AnswerState::take(const anthropic::Ending& ending, const anthropic::Usage& usage) {
  replace(stop_reason_, ending.stop_reason);
  replace(category_, ending.category);
  replace(explanation_, ending.explanation);
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
  const FinishReason reason = finish_reason_of(stop_reason_, calls_ > 0);
  openai::Ending ending;
  ending.finish_reason = reason.openai;
  if (options_.legacy_function_call && reason.openai == "tool_calls") {
    ending.finish_reason = "function_call";
  }
  if (!reason.known) ending.raw_native_reason = *stop_reason_;
  ending.service_tier = usage_.service_tier;
  std::string refusal;
  if (reason.openai == "content_filter") {
    refusal = refusal_text(category_.value_or(""), explanation_.value_or(""));
    ending.raw_refusal = refusal;
    facts_.refusal = json::unescape(refusal);
  }
  facts_.finish_reason = ending.finish_reason;
  // The model itself ends a turn after its calls: cut right there, the last one is not whole. In a
  // whole message only this shows it, as upstream has made an object of what there was.
  facts_.partial_tool_json = reason.openai == "length" && ends_with_call_;
  write([&](auto& writer) { writer.end(ending, facts_, out); });
}

void AnswerState::resume() {
  phase_ = Phase::before_start;
  index_offset_ = next_index_;
  earlier_output_tokens_ = facts_.completion_tokens;
  earlier_thinking_tokens_ = facts_.reasoning_tokens;
  const std::string_view service_tier = usage_.service_tier;
  usage_ = {};
  usage_.service_tier = service_tier;
  stop_reason_.reset();
  category_.reset();
  explanation_.reset();
  stopped_hidden_.clear();
}

void AnswerState::end_paused(std::string& out) {
  end_answer(out);
}

std::string AnswerState::take_reasoning() {
  auto* const text = std::get_if<openai::TextWriter>(&writer_);
  return text == nullptr ? std::string() : text->take_reasoning();
}

}  // namespace proxx
