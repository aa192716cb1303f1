// The part of AnswerState that handles single blocks: begin, deltas, end.

#include <algorithm>
#include <utility>

#include "answer/state.h"
#include "answer/words.h"

namespace proxx {
namespace {

constexpr size_t kMaxStoppedHidden = 256;

tl::unexpected<Error> misplaced(const char* delta) {
  return fail(anthropic::protocol_error(std::string(delta) + " on a block of another type"));
}

}  // namespace

void AnswerState::begin(OpenBlock& block, const anthropic::TextBlock& start, std::string& out) {
  block.kind = BlockKind::text;
  block.text_begin = content_length_;
  write_text(block, {start.text}, out);
  for (const anthropic::Citation& citation : start.citations) hold_annotation(block, citation);
}

void AnswerState::begin(OpenBlock& block, const anthropic::ThinkingBlock& start, std::string& out) {
  block.kind = BlockKind::thinking;
  const uint32_t index = index_offset_ + block.index;
  write([&](auto& writer) { writer.thinking_begin(index, out); });
  write_thinking(block, start.thinking, out);
  if (start.signature.empty()) return;
  write([&](auto& writer) { writer.signature(index, start.signature, out); });
}

void AnswerState::begin(OpenBlock& block, const anthropic::RedactedThinkingBlock& start,
                        std::string& out) {
  block.kind = BlockKind::redacted_thinking;
  write([&](auto& writer) {
    writer.redacted_thinking(index_offset_ + block.index, start.data, out);
  });
}

void AnswerState::begin(OpenBlock& block, const anthropic::ToolUseBlock& start, std::string& out) {
  // `function_call` holds one call. Parallel calls are switched off in such a request.
  if (options_.legacy_function_call && calls_ > 0) return;
  block.kind = BlockKind::call;
  block.call.number = calls_++;
  block.held = start.input;
  if (options_.legacy_function_call) {
    block.call.kind = openai::CallKind::legacy;
  } else if (is_custom_tool(start.name)) {
    block.call.kind = openai::CallKind::custom;
  }
  ends_with_call_ = true;
  write([&](auto& writer) { writer.call_begin(block.call, start.id, start.name, out); });
}

void AnswerState::begin(OpenBlock&, const anthropic::UnknownBlock&, std::string&) {}

Status AnswerState::add(OpenBlock& block, const anthropic::TextDelta& delta, std::string& out) {
  if (block.kind != BlockKind::text) return misplaced("text_delta");
  write_text(block, delta, out);
  return {};
}

Status AnswerState::add(OpenBlock& block, const anthropic::InputJsonDelta& delta,
                        std::string& out) {
  if (block.kind != BlockKind::call) return misplaced("input_json_delta");
  if (delta.partial_json.empty()) return {};
  if (!std::exchange(block.has_content, true)) block.held.clear();
  if (block.call.kind == openai::CallKind::custom) {
    block.held.append(delta.partial_json);
  } else {
    write([&](auto& writer) { writer.call_arguments(block.call, delta.partial_json, out); });
  }
  return {};
}

Status AnswerState::add(OpenBlock& block, const anthropic::ThinkingDelta& delta, std::string& out) {
  if (block.kind != BlockKind::thinking) return misplaced("thinking_delta");
  write_thinking(block, delta.thinking, out);
  return {};
}

Status AnswerState::add(OpenBlock& block, const anthropic::SignatureDelta& delta,
                        std::string& out) {
  if (block.kind != BlockKind::thinking) return misplaced("signature_delta");
  if (delta.signature.empty()) return {};
  write([&](auto& writer) { writer.signature(index_offset_ + block.index, delta.signature, out); });
  return {};
}

Status AnswerState::add(OpenBlock& block, const anthropic::CitationsDelta& delta, std::string&) {
  if (block.kind != BlockKind::text) return misplaced("citations_delta");
  hold_annotation(block, delta.citation);
  return {};
}

Status AnswerState::add(OpenBlock&, const anthropic::UnknownDelta&, std::string&) {
  return {};
}

void AnswerState::write_text(OpenBlock& block, const anthropic::TextDelta& text, std::string& out) {
  const std::string_view raw = text.text;
  if (raw.empty()) return;
  block.has_content = true;
  content_length_ += text.is_plain ? static_cast<int64_t>(raw.size()) : count_code_points(raw);
  write([&](auto& writer) { writer.text(raw, out); });
}

void AnswerState::write_thinking(OpenBlock& block, std::string_view raw, std::string& out) {
  if (raw.empty()) return;
  const bool first_of_block = !std::exchange(block.has_content, true);
  const bool first_of_all = !std::exchange(has_thinking_, true);
  const openai::Thinking piece{index_offset_ + block.index, raw, first_of_block && !first_of_all};
  write([&](auto& writer) { writer.thinking(piece, out); });
}

void AnswerState::hold_annotation(OpenBlock& block, const anthropic::Citation& citation) {
  if (!citation.url) return;
  json::Writer writer(block.annotations.emplace_back());
  writer.begin_object().key("type").string("url_citation").key("url_citation").begin_object();
  writer.key("url").raw_string(*citation.url).key("title").raw_string(citation.title);
  writer.key("start_index").integer(block.text_begin).key("end_index");
}

void AnswerState::end_block(OpenBlock& block, std::string& out) {
  if (recorder_) recorder_->stop(block.index);
  switch (block.kind) {
    case BlockKind::text: {
      if (block.annotations.empty()) break;
      const std::string end = std::to_string(content_length_) + "}}";
      std::string annotations;
      for (const std::string& annotation : block.annotations) {
        if (!annotations.empty()) annotations.push_back(',');
        annotations.append(annotation).append(end);
      }
      write([&](auto& writer) { writer.annotations(annotations, out); });
      break;
    }
    case BlockKind::call:
      end_call(block, out);
      break;
    case BlockKind::hidden:
      if (stopped_hidden_.size() == kMaxStoppedHidden) {
        stopped_hidden_.erase(stopped_hidden_.begin());
      }
      stopped_hidden_.push_back(block.index);
      break;
    case BlockKind::thinking:
    case BlockKind::redacted_thinking:
      break;
  }
}

void AnswerState::end_call(OpenBlock& block, std::string& out) {
  std::string rest;
  if (block.call.kind == openai::CallKind::custom) {
    rest = custom_call_input(block.has_content ? json::unescape(block.held) : block.held);
  } else if (!block.has_content) {
    json::append_escaped(rest, block.held);
  }
  write([&](auto& writer) {
    if (!rest.empty()) writer.call_arguments(block.call, rest, out);
    writer.call_end(block.call, out);
  });
}

bool AnswerState::is_custom_tool(std::string_view raw_name) const {
  if (options_.custom_tools.empty()) return false;
  const std::string name = json::unescape(raw_name);
  return std::binary_search(options_.custom_tools.begin(), options_.custom_tools.end(), name);
}

}  // namespace proxx
