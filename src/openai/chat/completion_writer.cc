#include "openai/chat/completion_writer.h"

namespace proxx::openai {

CompletionWriter::CompletionWriter(const AnswerOptions& options)
    : fields_(options.reasoning),
      legacy_(options.legacy_function_call),
      created_unix_s_(options.created_unix_s) {}

void CompletionWriter::begin(std::string_view raw_id, std::string_view raw_model, std::string&) {
  id_ = raw_id;
  model_ = raw_model;
}

void CompletionWriter::text(std::string_view raw, std::string&) {
  content_.append(raw);
}

void CompletionWriter::thinking_begin(uint32_t index, std::string&) {
  open_reasoning_.insert_or_assign(index, reasoning_.size());
  reasoning_.push_back({index, false, {}, {}});
}

CompletionWriter::Reasoning& CompletionWriter::reasoning_of(uint32_t index) {
  return reasoning_[open_reasoning_.at(index)];
}

void CompletionWriter::thinking(const Thinking& piece, std::string&) {
  reasoning_of(piece.index).text.append(piece.raw_text);
}

void CompletionWriter::signature(uint32_t index, std::string_view raw, std::string&) {
  reasoning_of(index).signature.append(raw);
}

void CompletionWriter::redacted_thinking(uint32_t index, std::string_view raw_data, std::string&) {
  reasoning_.push_back({index, true, std::string(raw_data), {}});
}

void CompletionWriter::annotations(std::string_view annotations, std::string&) {
  if (!annotations_.empty()) annotations_.push_back(',');
  annotations_.append(annotations);
}

void CompletionWriter::call_begin(Call call, std::string_view raw_id, std::string_view raw_name,
                                  std::string&) {
  append_call_opening(calls_.emplace_back(), call.kind, raw_id, raw_name);
  call_kinds_.push_back(call.kind);
}

void CompletionWriter::call_arguments(Call call, std::string_view raw, std::string&) {
  calls_[call.number].append(raw);
}

void CompletionWriter::end(const Ending& ending, const AnswerFacts& facts, std::string& out) {
  json::Writer writer(out);
  writer.begin_object().key("id").raw_string(id_).key("object").string("chat.completion");
  writer.key("created").integer(created_unix_s_).key("model").raw_string(model_);
  writer.key("choices").begin_array().begin_object().key("index").integer(0).key("message");
  write_message(writer, ending);
  writer.key("logprobs").null().key("finish_reason").string(ending.finish_reason);
  if (!ending.raw_native_reason.empty()) {
    writer.key("native_finish_reason").raw_string(ending.raw_native_reason);
  }
  writer.end_object().end_array().key("usage");
  write_usage(writer, facts);
  if (!ending.service_tier.empty()) writer.key("service_tier").string(ending.service_tier);
  writer.end_object();
  out.push_back('\n');
}

void CompletionWriter::write_message(json::Writer& writer, const Ending& ending) const {
  writer.begin_object().key("role").string("assistant").key("content");
  if (content_.empty() && (!calls_.empty() || !ending.raw_refusal.empty())) {
    writer.null();
  } else {
    writer.raw_string(content_);
  }
  writer.key("refusal");
  if (ending.raw_refusal.empty()) {
    writer.null();
  } else {
    writer.raw_string(ending.raw_refusal);
  }
  if (!annotations_.empty()) {
    writer.key("annotations").begin_array().raw(annotations_).end_array();
  }
  write_reasoning(writer);
  write_calls(writer);
  writer.end_object();
}

std::string CompletionWriter::joined_reasoning() const {
  std::string joined;
  for (const Reasoning& entry : reasoning_) {
    if (entry.redacted || entry.text.empty()) continue;
    if (!joined.empty()) joined.append(R"(\n\n)");
    joined.append(entry.text);
  }
  return joined;
}

void CompletionWriter::write_reasoning(json::Writer& writer) const {
  const std::string joined = joined_reasoning();
  if (!joined.empty() && fields_.reasoning_content) {
    writer.key("reasoning_content").raw_string(joined);
  }
  if (!joined.empty() && fields_.reasoning_details) writer.key("reasoning").raw_string(joined);
  std::vector<const Reasoning*> shown;
  for (const Reasoning& entry : reasoning_) {
    if (entry.redacted || !entry.text.empty() || !entry.signature.empty()) shown.push_back(&entry);
  }
  if (shown.empty()) return;
  if (fields_.reasoning_details) {
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
  if (fields_.thinking_blocks) {
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
  writer.key(legacy_ ? "function_call" : "tool_calls");
  if (!legacy_) writer.begin_array();
  for (size_t i = 0; i < calls_.size(); ++i) {
    writer.raw(calls_[i]);
    writer.out().append(call_closing(call_kinds_[i]));
  }
  if (!legacy_) writer.end_array();
}

}  // namespace proxx::openai
