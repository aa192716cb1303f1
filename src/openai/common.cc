#include "openai/common.h"

#include "anthropic/usage.h"

namespace proxx::openai {
namespace {

constexpr std::string_view kReasoningFormat = "anthropic-claude-v1";

}  // namespace

void append_call_opening(std::string& out, CallKind kind, std::string_view raw_id,
                         std::string_view raw_name) {
  if (kind != CallKind::legacy) {
    out.append(R"({"id":")").append(raw_id);
    out.append(kind == CallKind::custom ? R"(","type":"custom","custom":)"
                                        : R"(","type":"function","function":)");
  }
  out.append(R"({"name":")").append(raw_name);
  out.append(kind == CallKind::custom ? R"(","input":")" : R"(","arguments":")");
}

std::string_view call_closing(CallKind kind) {
  return kind == CallKind::legacy ? R"("})" : R"("}})";
}

void write_reasoning_text(json::Writer& writer, uint32_t index, std::string_view raw_text,
                          std::string_view raw_signature) {
  writer.begin_object().key("type").string("reasoning.text").key("text").raw_string(raw_text);
  if (!raw_signature.empty()) writer.key("signature").raw_string(raw_signature);
  writer.key("format").string(kReasoningFormat).key("index").integer(index).end_object();
}

void write_reasoning_encrypted(json::Writer& writer, uint32_t index, std::string_view raw_data) {
  writer.begin_object().key("type").string("reasoning.encrypted").key("data").raw_string(raw_data);
  writer.key("format").string(kReasoningFormat).key("index").integer(index).end_object();
}

void write_thinking_block(json::Writer& writer, std::string_view raw_text,
                          std::string_view raw_signature) {
  writer.begin_object().key("type").string("thinking").key("thinking").raw_string(raw_text);
  if (!raw_signature.empty()) writer.key("signature").raw_string(raw_signature);
  writer.end_object();
}

void write_redacted_thinking_block(json::Writer& writer, std::string_view raw_data) {
  writer.begin_object().key("type").string("redacted_thinking");
  writer.key("data").raw_string(raw_data).end_object();
}

void write_usage(json::Writer& writer, const AnswerFacts& facts) {
  const int64_t total = anthropic::add_saturated(facts.prompt_tokens, facts.completion_tokens);
  writer.begin_object();
  writer.key("prompt_tokens").integer(facts.prompt_tokens);
  writer.key("completion_tokens").integer(facts.completion_tokens);
  writer.key("total_tokens").integer(total);
  writer.key("prompt_tokens_details").begin_object();
  writer.key("cached_tokens").integer(facts.cached_tokens);
  writer.key("cache_write_tokens").integer(facts.cache_write_tokens);
  writer.key("audio_tokens").integer(0).end_object();
  writer.key("completion_tokens_details").begin_object();
  writer.key("reasoning_tokens").integer(facts.reasoning_tokens);
  writer.key("audio_tokens").integer(0);
  writer.key("accepted_prediction_tokens").integer(0);
  writer.key("rejected_prediction_tokens").integer(0).end_object();
  writer.end_object();
}

std::string completion_id(std::string_view raw_message_id) {
  constexpr std::string_view kPrefix = "msg_";
  if (raw_message_id.substr(0, kPrefix.size()) == kPrefix) {
    raw_message_id.remove_prefix(kPrefix.size());
  }
  return std::string("chatcmpl-").append(raw_message_id);
}

}  // namespace proxx::openai
