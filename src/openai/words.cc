#include "openai/words.h"

#include "anthropic/event.h"
#include "json/clean.h"
#include "json/reader.h"

namespace proxx::openai {

using answer::StopReason;
using namespace json::literals;

std::string_view finish_reason(const answer::Stop& stop, bool has_calls) {
  switch (stop.reason) {
    case StopReason::none:
      return has_calls ? "tool_calls" : "stop";
    case StopReason::end_turn:
    case StopReason::stop_sequence:
    case StopReason::pause_turn:
    case StopReason::compaction:
    case StopReason::unknown:
      return "stop";
    case StopReason::max_tokens:
    case StopReason::model_context_window_exceeded:
      return "length";
    case StopReason::tool_use:
      return "tool_calls";
    case StopReason::refusal:
      return "content_filter";
  }
  return "stop";
}

json::Raw native_finish_reason(const answer::Stop& stop) {
  return stop.reason == StopReason::unknown ? json::Raw(stop.word) : json::Raw();
}

json::RawString refusal_text(const answer::Stop& stop) {
  if (stop.reason != StopReason::refusal) return {};
  if (!stop.explanation.empty()) return stop.explanation;
  json::RawString text("The model refused to answer this request"_raw);
  if (!stop.category.empty()) {
    text.append(" (category: "_raw).append(stop.category).append(")"_raw);
  }
  return text.append("."_raw);
}

std::string_view service_tier(const answer::Stop& stop) {
  switch (stop.service_tier) {
    case anthropic::ServiceTier::unknown:
      return "";
    case anthropic::ServiceTier::standard:
    case anthropic::ServiceTier::batch:
      return "default";
    case anthropic::ServiceTier::priority:
      return "priority";
  }
  return "";
}

void write_usage(json::Writer& writer, const answer::TokenUsage& usage) {
  const int64_t total = anthropic::add_saturated(usage.prompt_tokens, usage.completion_tokens);
  writer.begin_object();
  writer.key("prompt_tokens").integer(usage.prompt_tokens);
  writer.key("completion_tokens").integer(usage.completion_tokens);
  writer.key("total_tokens").integer(total);
  writer.key("prompt_tokens_details").begin_object();
  writer.key("cached_tokens").integer(usage.cached_tokens);
  writer.key("cache_write_tokens").integer(usage.cache_write_tokens);
  writer.key("audio_tokens").integer(0).end_object();
  writer.key("completion_tokens_details").begin_object();
  writer.key("reasoning_tokens").integer(usage.reasoning_tokens);
  writer.key("audio_tokens").integer(0);
  writer.key("accepted_prediction_tokens").integer(0);
  writer.key("rejected_prediction_tokens").integer(0).end_object();
  writer.end_object();
}

json::RawString custom_input(std::string_view arguments) {
  json::Document document;
  for (const std::string_view missing_end : {"", "\"}", "}"}) {
    if (!document.parse(std::string(arguments).append(missing_end), anthropic::kUpstreamJson))
      continue;
    const json::Reader input = document.root().get("input");
    if (input.is_string()) return json::cleaned(input.raw_string());
  }
  return json::escaped(arguments);
}

}  // namespace proxx::openai
