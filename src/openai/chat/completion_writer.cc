#include "openai/chat/completion_writer.h"

#include <optional>
#include <utility>

#include "json/writer.h"
#include "openai/words.h"

namespace proxx::openai {

using namespace json::literals;

CompletionWriter::CompletionWriter(const AnswerOptions& options)
    : options_(options), kinds_(options) {}

void CompletionWriter::start(Raw id, Raw model, std::string&) {
  id_ = completion_id(id);
  model_ = shown_model(options_, model);
}

void CompletionWriter::text_begin(uint32_t index, std::string&) {
  citations_.text_begin(index);
}

void CompletionWriter::text(const answer::Piece& piece, std::string&) {
  citations_.text(piece);
  content_.append(piece.text);
}

void CompletionWriter::citation(uint32_t index, const anthropic::Citation& citation, std::string&) {
  citations_.citation(index, citation);
}

void CompletionWriter::text_end(uint32_t index, answer::BlockEnd, std::string&) {
  for (UrlCitation& citation : citations_.text_end(index)) {
    annotations_.push_back(std::move(citation));
  }
}

void CompletionWriter::thinking_begin(uint32_t index, std::string&) {
  open_reasoning_.insert_or_assign(index, reasoning_.size());
  reasoning_.push_back({index, false, {}, {}});
}

CompletionWriter::Reasoning& CompletionWriter::reasoning_of(uint32_t index) {
  return reasoning_[open_reasoning_.at(index)];
}

void CompletionWriter::thinking(const answer::Piece& piece, std::string&) {
  reasoning_of(piece.index).text.append(piece.text);
}

void CompletionWriter::signature(uint32_t index, Raw signature, std::string&) {
  reasoning_of(index).signature.append(signature);
}

void CompletionWriter::redacted_thinking(uint32_t index, Raw data, std::string&) {
  reasoning_.push_back({index, true, json::RawString(data), {}});
}

CompletionWriter::ShownCall* CompletionWriter::find(const answer::ToolCall& call) {
  return call.number < calls_.size() ? &calls_[call.number] : nullptr;
}

void CompletionWriter::call_begin(const answer::ToolCall& call, Raw id, Raw name, std::string&) {
  const std::optional<CallKind> kind = kinds_.kind_of(call, name);
  if (!kind) return;
  append_call_opening(calls_.emplace_back(ShownCall{*kind, {}, {}}).opening, *kind, id, name);
}

void CompletionWriter::call_arguments(const answer::ToolCall& call, Raw fragment, std::string&) {
  if (ShownCall* const shown = find(call)) shown->arguments.append(fragment);
}

void CompletionWriter::call_end(const answer::ToolCall& call, answer::BlockEnd, std::string&) {
  ShownCall* const shown = find(call);
  if (shown == nullptr || shown->kind != CallKind::custom) return;
  shown->arguments = shown_arguments(shown->kind, shown->arguments);
}

void CompletionWriter::stop(const answer::Stop& stop, const answer::TokenUsage& usage,
                            std::string& out) {
  json::Writer writer(out);
  writer.begin_object().key("id").raw_string(id_).key("object").string("chat.completion");
  writer.key("created").integer(options_.created_unix_s).key("model").raw_string(model_);
  writer.key("choices").begin_array().begin_object().key("index").integer(0).key("message");
  write_message(writer, stop);
  writer.key("logprobs").null();
  write_finish(writer, stop, kinds_, !calls_.empty());
  writer.end_object().end_array().key("usage");
  write_usage(writer, usage);
  write_service_tier(writer, stop);
  writer.end_object();
  out.push_back('\n');
}

void CompletionWriter::write_message(json::Writer& writer, const answer::Stop& stop) const {
  const json::RawString refusal = refusal_text(stop);
  writer.begin_object().key("role").string("assistant").key("content");
  if (content_.empty() && (!calls_.empty() || !refusal.empty())) {
    writer.null();
  } else {
    writer.raw_string(content_);
  }
  writer.key("refusal");
  if (refusal.empty()) {
    writer.null();
  } else {
    writer.raw_string(refusal);
  }
  if (!annotations_.empty()) {
    writer.key("annotations").begin_array();
    for (const UrlCitation& citation : annotations_) write_annotation(writer, citation);
    writer.end_array();
  }
  write_reasoning(writer);
  write_calls(writer);
  writer.end_object();
}

json::RawString CompletionWriter::joined_reasoning() const {
  json::RawString joined;
  for (const Reasoning& entry : reasoning_) {
    if (entry.redacted || entry.text.empty()) continue;
    if (!joined.empty()) joined.append(R"(\n\n)"_raw);
    joined.append(entry.text);
  }
  return joined;
}

void CompletionWriter::write_reasoning(json::Writer& writer) const {
  const json::RawString joined = joined_reasoning();
  if (!joined.empty() && options_.reasoning.reasoning_content) {
    writer.key("reasoning_content").raw_string(joined);
  }
  if (!joined.empty() && options_.reasoning.reasoning_details)
    writer.key("reasoning").raw_string(joined);
  std::vector<const Reasoning*> shown;
  for (const Reasoning& entry : reasoning_) {
    if (entry.redacted || !entry.text.empty() || !entry.signature.empty()) shown.push_back(&entry);
  }
  if (shown.empty()) return;
  if (options_.reasoning.reasoning_details) {
    writer.key("reasoning_details").begin_array();
    for (const Reasoning* entry : shown) {
      if (entry->redacted) {
        write_reasoning_encrypted(writer, entry->index, entry->text);
      } else {
        write_reasoning_text(writer, entry->index, entry->text, entry->signature);
      }
    }
    writer.end_array();
  }
  if (options_.reasoning.thinking_blocks) {
    writer.key("thinking_blocks").begin_array();
    for (const Reasoning* entry : shown) {
      if (entry->redacted) {
        write_redacted_thinking_block(writer, entry->text);
      } else {
        write_thinking_block(writer, entry->text, entry->signature);
      }
    }
    writer.end_array();
  }
}

void CompletionWriter::write_calls(json::Writer& writer) const {
  if (calls_.empty()) return;
  writer.key(kinds_.legacy() ? "function_call"_raw : "tool_calls"_raw);
  if (!kinds_.legacy()) writer.begin_array();
  for (const ShownCall& call : calls_) {
    writer.value()
        .append(call.opening)
        .append(call.arguments.bytes())
        .append(call_closing(call.kind));
  }
  if (!kinds_.legacy()) writer.end_array();
}

}  // namespace proxx::openai
