#include "openai/chat/chunk_writer.h"

#include <charconv>

namespace proxx::openai {
namespace {

// What a chunk with one choice has before its delta's members, and before a text.
constexpr std::string_view kChoice = R"([{"index":0,"delta":{)";
constexpr std::string_view kContent = R"("content":")";

void append_number(std::string& out, uint32_t number) {
  char digits[12];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  (void)error;
  out.append(digits, end);
}

}  // namespace

ChunkWriter::ChunkWriter(const AnswerOptions& options)
    : reasoning_(options.reasoning),
      include_usage_(options.include_usage),
      created_unix_s_(options.created_unix_s) {}

void ChunkWriter::begin(std::string_view raw_id, std::string_view raw_model, std::string& out) {
  text_head_ = "data: ";
  json::Writer writer(text_head_);
  writer.begin_object().key("id").raw_string(raw_id);
  writer.key("object").string("chat.completion.chunk");
  writer.key("created").integer(created_unix_s_).key("model").raw_string(raw_model);
  writer.key("choices");
  text_head_.append(kChoice).append(kContent);
  text_tail_ = R"("},"finish_reason":null}])";
  text_tail_ += include_usage_ ? ",\"usage\":null}\n\n" : "}\n\n";

  out.append(head()).append(R"("role":"assistant","content":"","refusal":null)").append(tail());
}

/// Up to the value of `choices`.
std::string_view ChunkWriter::frame() const {
  return std::string_view(text_head_)
      .substr(0, text_head_.size() - kContent.size() - kChoice.size());
}

/// Up to the members of the delta.
std::string_view ChunkWriter::head() const {
  return std::string_view(text_head_).substr(0, text_head_.size() - kContent.size());
}

/// What follows them, finish_reason null.
std::string_view ChunkWriter::tail() const {
  return std::string_view(text_tail_).substr(1);
}

void ChunkWriter::text(std::string_view raw, std::string& out) {
  out.append(text_head_).append(raw).append(text_tail_);
}

void ChunkWriter::thinking(const Thinking& piece, std::string& out) {
  const bool joined = reasoning_.reasoning_content || reasoning_.reasoning_details;
  if (!joined && !reasoning_.thinking_blocks) return;
  const std::string_view separator = piece.begins_later_block ? R"(\n\n)" : "";
  out.append(head());
  const char* comma = "";
  for (const auto& [wanted, key] : {std::pair(reasoning_.reasoning_content, "reasoning_content"),
                                    std::pair(reasoning_.reasoning_details, "reasoning")}) {
    if (!wanted) continue;
    out.append(comma).append("\"").append(key).append("\":\"");
    out.append(separator).append(piece.raw_text).append("\"");
    comma = ",";
  }
  if (reasoning_.reasoning_details) {
    out.append(R"(,"reasoning_details":[)");
    json::Writer writer(out);
    write_reasoning_text(writer, piece.index, piece.raw_text, {});
    writer.end_array();
  }
  if (reasoning_.thinking_blocks) {
    out.append(comma).append(R"("thinking_blocks":[)");
    json::Writer writer(out);
    write_thinking_block(writer, piece.raw_text, {});
    writer.end_array();
  }
  out.append(tail());
}

void ChunkWriter::signature(uint32_t index, std::string_view raw, std::string& out) {
  if (!reasoning_.reasoning_details && !reasoning_.thinking_blocks) return;
  out.append(head());
  json::Writer writer(out);
  if (reasoning_.reasoning_details) {
    writer.key("reasoning_details").begin_array();
    write_reasoning_text(writer, index, {}, raw);
    writer.end_array();
  }
  if (reasoning_.thinking_blocks) {
    writer.key("thinking_blocks").begin_array();
    write_thinking_block(writer, {}, raw);
    writer.end_array();
  }
  out.append(tail());
}

void ChunkWriter::redacted_thinking(uint32_t index, std::string_view raw_data, std::string& out) {
  if (!reasoning_.reasoning_details && !reasoning_.thinking_blocks) return;
  out.append(head());
  json::Writer writer(out);
  if (reasoning_.reasoning_details) {
    writer.key("reasoning_details").begin_array();
    write_reasoning_encrypted(writer, index, raw_data);
    writer.end_array();
  }
  if (reasoning_.thinking_blocks) {
    writer.key("thinking_blocks").begin_array();
    write_redacted_thinking_block(writer, raw_data);
    writer.end_array();
  }
  out.append(tail());
}

void ChunkWriter::annotations(std::string_view annotations, std::string& out) {
  out.append(head()).append(R"("annotations":[)").append(annotations).append("]").append(tail());
}

void ChunkWriter::call_begin(Call call, std::string_view raw_id, std::string_view raw_name,
                             std::string& out) {
  out.append(head());
  if (call.kind == CallKind::legacy) {
    out.append(R"("function_call":)");
    append_call_opening(out, call.kind, raw_id, raw_name);
    out.append(call_closing(call.kind)).append(tail());
    return;
  }
  out.append(R"("tool_calls":[{"index":)");
  append_number(out, call.number);
  const size_t brace = out.size();
  append_call_opening(out, call.kind, raw_id, raw_name);
  out[brace] = ',';  // the opening's own brace: `index` has begun the object
  out.append(call_closing(call.kind)).append("]").append(tail());
}

void ChunkWriter::call_arguments(Call call, std::string_view raw, std::string& out) {
  out.append(head());
  if (call.kind == CallKind::legacy) {
    out.append(R"("function_call":{"arguments":")").append(raw).append("\"}").append(tail());
    return;
  }
  out.append(R"("tool_calls":[{"index":)");
  append_number(out, call.number);
  out.append(call.kind == CallKind::custom ? R"(,"custom":{"input":")"
                                           : R"(,"function":{"arguments":")");
  out.append(raw).append("\"}}]").append(tail());
}

void ChunkWriter::end(const Ending& ending, const AnswerFacts& facts, std::string& out) {
  if (!ending.raw_refusal.empty()) {
    out.append(head()).append(R"("refusal":")").append(ending.raw_refusal).append("\"");
    out.append(tail());
  }
  out.append(frame());
  {
    json::Writer writer(out);
    writer.begin_array().begin_object().key("index").integer(0);
    writer.key("delta").begin_object().end_object();
    writer.key("finish_reason").string(ending.finish_reason);
    if (!ending.raw_native_reason.empty()) {
      writer.key("native_finish_reason").raw_string(ending.raw_native_reason);
    }
    writer.end_object().end_array();
    if (!ending.service_tier.empty()) writer.key("service_tier").string(ending.service_tier);
    if (include_usage_) writer.key("usage").null();
    writer.end_object();
  }
  out.append("\n\n");
  if (include_usage_) {
    out.append(frame());
    json::Writer writer(out);
    writer.begin_array().end_array().key("usage");
    write_usage(writer, facts);
    writer.end_object();
    out.append("\n\n");
  }
  out.append("data: [DONE]\n\n");
}

}  // namespace proxx::openai
