#include "openai/chat/answer_parts.h"

#include <algorithm>

#include "openai/words.h"

namespace proxx::openai {
namespace {

using namespace json::literals;

constexpr std::string_view kReasoningFormat = "anthropic-claude-v1";

}  // namespace

json::RawString completion_id(Raw message_id) {
  return json::RawString("chatcmpl-"_raw).append(message_id.without_prefix("msg_"));
}

json::RawString shown_model(const AnswerOptions& options, Raw model) {
  return options.echo_model ? json::escaped(options.requested_model) : json::RawString(model);
}

CallKinds::CallKinds(const AnswerOptions& options)
    : legacy_(options.legacy_function_call), custom_tools_(options.custom_tools) {
  std::sort(custom_tools_.begin(), custom_tools_.end());
}

std::optional<CallKind> CallKinds::kind_of(const answer::ToolCall& call, Raw name) const {
  if (legacy_) return call.number == 0 ? std::optional(CallKind::legacy) : std::nullopt;
  if (custom_tools_.empty()) return CallKind::function;
  const bool is_custom =
      std::binary_search(custom_tools_.begin(), custom_tools_.end(), json::unescape(name));
  return is_custom ? CallKind::custom : CallKind::function;
}

void append_call_opening(std::string& out, CallKind kind, Raw id, Raw name) {
  if (kind != CallKind::legacy) {
    out.append(R"({"id":")").append(id.bytes());
    out.append(kind == CallKind::custom ? R"(","type":"custom","custom":)"
                                        : R"(","type":"function","function":)");
  }
  out.append(R"({"name":")").append(name.bytes());
  out.append(kind == CallKind::custom ? R"(","input":")" : R"(","arguments":")");
}

std::string_view call_closing(CallKind kind) {
  return kind == CallKind::legacy ? R"("})" : R"("}})";
}

json::RawString shown_arguments(CallKind kind, Raw arguments) {
  return kind == CallKind::custom ? custom_input(json::unescape(arguments))
                                  : json::RawString(arguments);
}

void write_reasoning_text(json::Writer& writer, uint32_t index, Raw text, Raw signature) {
  writer.begin_object().key("type").string("reasoning.text").key("text").raw_string(text);
  if (!signature.empty()) writer.key("signature").raw_string(signature);
  writer.key("format").string(kReasoningFormat).key("index").integer(index).end_object();
}

void write_reasoning_encrypted(json::Writer& writer, uint32_t index, Raw data) {
  writer.begin_object().key("type").string("reasoning.encrypted").key("data").raw_string(data);
  writer.key("format").string(kReasoningFormat).key("index").integer(index).end_object();
}

void write_thinking_block(json::Writer& writer, Raw text, Raw signature) {
  writer.begin_object().key("type").string("thinking").key("thinking").raw_string(text);
  if (!signature.empty()) writer.key("signature").raw_string(signature);
  writer.end_object();
}

void write_redacted_thinking_block(json::Writer& writer, Raw data) {
  writer.begin_object().key("type").string("redacted_thinking");
  writer.key("data").raw_string(data).end_object();
}

void write_finish(json::Writer& writer, const answer::Stop& stop, const CallKinds& kinds,
                  bool has_calls) {
  std::string_view reason = finish_reason(stop, has_calls);
  if (kinds.legacy() && reason == "tool_calls") reason = "function_call";
  writer.key("finish_reason").string(reason);
  const Raw native = native_finish_reason(stop);
  if (!native.empty()) writer.key("native_finish_reason").raw_string(native);
}

void write_service_tier(json::Writer& writer, const answer::Stop& stop) {
  const std::string_view tier = service_tier(stop);
  if (!tier.empty()) writer.key("service_tier").string(tier);
}

void write_annotation(json::Writer& writer, const UrlCitation& citation) {
  writer.begin_object().key("type").string("url_citation").key("url_citation").begin_object();
  writer.key("url").raw_string(citation.url).key("title").raw_string(citation.title);
  writer.key("start_index").integer(citation.start_index);
  writer.key("end_index").integer(citation.end_index).end_object().end_object();
}

}  // namespace proxx::openai
