#include "openai/chat/chunk_writer.h"

#include <charconv>
#include <optional>
#include <utility>

#include "json/writer.h"
#include "openai/error.h"
#include "openai/words.h"

namespace proxx::openai {
namespace {

// The value of `choices` up to its delta's members, and the members up to a text.
constexpr std::string_view kChoice = R"([{"index":0,"delta":{)";
constexpr std::string_view kContent = R"("content":")";

void append_number(std::string& out, uint32_t number) {
  char digits[12];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  (void)error;
  out.append(digits, end);
}

}  // namespace

ChunkWriter::ChunkWriter(const AnswerOptions& options, answer::Frame frame)
    : options_(options), frame_(std::move(frame)), kinds_(options) {}

void ChunkWriter::start(Raw id, Raw model, std::string& out) {
  text_begin_ = frame_.prefix;
  json::Writer writer(text_begin_);
  writer.begin_object().key("id").raw_string(completion_id(id));
  writer.key("object").string("chat.completion.chunk");
  writer.key("created").integer(options_.created_unix_s);
  writer.key("model").raw_string(shown_model(options_, model));
  writer.key("choices");
  text_begin_.append(kChoice).append(kContent);
  text_end_ = R"("},"finish_reason":null}])";
  text_end_.append(options_.include_usage ? R"(,"usage":null})" : "}").append(frame_.suffix);

  out.append(delta_begin()).append(R"("role":"assistant","content":"","refusal":null)");
  out.append(delta_end());
}

/// A chunk up to the value of `choices`.
std::string_view ChunkWriter::chunk_begin() const {
  return std::string_view(text_begin_)
      .substr(0, text_begin_.size() - kContent.size() - kChoice.size());
}

/// A chunk up to the members of the delta.
std::string_view ChunkWriter::delta_begin() const {
  return std::string_view(text_begin_).substr(0, text_begin_.size() - kContent.size());
}

/// The rest of a chunk after the members of the delta; finish_reason is null.
std::string_view ChunkWriter::delta_end() const {
  return std::string_view(text_end_).substr(1);
}

void ChunkWriter::text_begin(uint32_t index, std::string&) {
  citations_.text_begin(index);
}

void ChunkWriter::text(const answer::Piece& piece, std::string& out) {
  citations_.text(piece);
  out.append(text_begin_).append(piece.text.bytes()).append(text_end_);
}

void ChunkWriter::citation(uint32_t index, const anthropic::Citation& citation, std::string&) {
  citations_.citation(index, citation);
}

void ChunkWriter::text_end(uint32_t index, answer::BlockEnd, std::string& out) {
  const std::vector<UrlCitation> citations = citations_.text_end(index);
  if (citations.empty()) return;
  out.append(delta_begin()).append(R"("annotations":[)");
  json::Writer writer(out);
  for (const UrlCitation& citation : citations) write_annotation(writer, citation);
  writer.end_array();
  out.append(delta_end());
}

void ChunkWriter::thinking(const answer::Piece& piece, std::string& out) {
  const ReasoningFields& fields = options_.reasoning;
  const bool begins_later_block = std::exchange(has_thinking_, true) && piece.is_first;
  if (!fields.any()) return;
  const std::string_view separator = begins_later_block ? R"(\n\n)" : "";
  out.append(delta_begin());
  const char* comma = "";
  for (const auto& [wanted, key] : {std::pair(fields.reasoning_content, "reasoning_content"),
                                    std::pair(fields.reasoning_details, "reasoning")}) {
    if (!wanted) continue;
    out.append(comma).append("\"").append(key).append("\":\"");
    out.append(separator).append(piece.text.bytes()).append("\"");
    comma = ",";
  }
  if (fields.reasoning_details) {
    out.append(R"(,"reasoning_details":[)");
    json::Writer writer(out);
    write_reasoning_text(writer, piece.index, piece.text, {});
    writer.end_array();
  }
  if (fields.thinking_blocks) {
    out.append(comma).append(R"("thinking_blocks":[)");
    json::Writer writer(out);
    write_thinking_block(writer, piece.text, {});
    writer.end_array();
  }
  out.append(delta_end());
}

void ChunkWriter::signature(uint32_t index, Raw signature, std::string& out) {
  if (!options_.reasoning.reasoning_details && !options_.reasoning.thinking_blocks) return;
  out.append(delta_begin());
  json::Writer writer(out);
  if (options_.reasoning.reasoning_details) {
    writer.key("reasoning_details").begin_array();
    write_reasoning_text(writer, index, {}, signature);
    writer.end_array();
  }
  if (options_.reasoning.thinking_blocks) {
    writer.key("thinking_blocks").begin_array();
    write_thinking_block(writer, {}, signature);
    writer.end_array();
  }
  out.append(delta_end());
}

void ChunkWriter::redacted_thinking(uint32_t index, Raw data, std::string& out) {
  if (!options_.reasoning.reasoning_details && !options_.reasoning.thinking_blocks) return;
  out.append(delta_begin());
  json::Writer writer(out);
  if (options_.reasoning.reasoning_details) {
    writer.key("reasoning_details").begin_array();
    write_reasoning_encrypted(writer, index, data);
    writer.end_array();
  }
  if (options_.reasoning.thinking_blocks) {
    writer.key("thinking_blocks").begin_array();
    write_redacted_thinking_block(writer, data);
    writer.end_array();
  }
  out.append(delta_end());
}

ChunkWriter::OpenCall* ChunkWriter::find_open(const answer::ToolCall& call) {
  for (OpenCall& open : open_calls_) {
    if (open.number == call.number) return &open;
  }
  return nullptr;
}

void ChunkWriter::call_begin(const answer::ToolCall& call, Raw id, Raw name, std::string& out) {
  has_calls_ = true;
  const std::optional<CallKind> kind = kinds_.kind_of(call, name);
  if (!kind) return;
  open_calls_.push_back({call.number, *kind, {}});
  out.append(delta_begin());
  if (*kind == CallKind::legacy) {
    out.append(R"("function_call":)");
    append_call_opening(out, *kind, id, name);
    out.append(call_closing(*kind)).append(delta_end());
    return;
  }
  out.append(R"("tool_calls":[{"index":)");
  append_number(out, call.number);
  const size_t brace = out.size();
  append_call_opening(out, *kind, id, name);
  out[brace] = ',';  // `index` began the object already
  out.append(call_closing(*kind)).append("]").append(delta_end());
}

void ChunkWriter::call_arguments(const answer::ToolCall& call, Raw fragment, std::string& out) {
  OpenCall* const open = find_open(call);
  if (open == nullptr) return;
  if (open->kind == CallKind::custom) {
    open->held.append(fragment);
  } else {
    write_arguments(*open, fragment, out);
  }
}

void ChunkWriter::call_end(const answer::ToolCall& call, answer::BlockEnd, std::string& out) {
  OpenCall* const open = find_open(call);
  if (open == nullptr) return;
  if (open->kind == CallKind::custom) {
    const json::RawString input = shown_arguments(open->kind, open->held);
    if (!input.empty()) write_arguments(*open, input, out);
  }
  open_calls_.erase(open_calls_.begin() + (open - open_calls_.data()));
}

void ChunkWriter::write_arguments(const OpenCall& call, Raw arguments, std::string& out) const {
  out.append(delta_begin());
  if (call.kind == CallKind::legacy) {
    out.append(R"("function_call":{"arguments":")").append(arguments.bytes()).append("\"}");
    out.append(delta_end());
    return;
  }
  out.append(R"("tool_calls":[{"index":)");
  append_number(out, call.number);
  out.append(call.kind == CallKind::custom ? R"(,"custom":{"input":")"
                                           : R"(,"function":{"arguments":")");
  out.append(arguments.bytes()).append("\"}}]").append(delta_end());
}

void ChunkWriter::stop(const answer::Stop& stop, const answer::TokenUsage& usage,
                       std::string& out) {
  const json::RawString refusal = refusal_text(stop);
  if (!refusal.empty()) {
    out.append(delta_begin()).append(R"("refusal":")").append(refusal.bytes()).append("\"");
    out.append(delta_end());
  }
  out.append(chunk_begin());
  {
    json::Writer writer(out);
    writer.begin_array().begin_object().key("index").integer(0);
    writer.key("delta").begin_object().end_object();
    write_finish(writer, stop, kinds_, has_calls_);
    writer.end_object().end_array();
    write_service_tier(writer, stop);
    if (options_.include_usage) writer.key("usage").null();
    writer.end_object();
  }
  out.append(frame_.suffix);
  if (options_.include_usage) {
    out.append(chunk_begin());
    json::Writer writer(out);
    writer.begin_array().end_array().key("usage");
    write_usage(writer, usage);
    writer.end_object();
    out.append(frame_.suffix);
  }
  if (frame_.server_sent_events) frame_.append(out, "[DONE]");
}

// OpenAI's clients skip comments (docs/mapping-chat.md 6.8).
void ChunkWriter::keepalive(std::string& out) {
  if (frame_.server_sent_events) out.append(": ping\n\n");
}

void ChunkWriter::fail(const Error& error, std::string& out) {
  if (frame_.server_sent_events) frame_.append(out, error_body(error));
}

}  // namespace proxx::openai
