#include "openai/responses/answer/response_object.h"

#include "anthropic/usage.h"
#include "json/writer.h"
#include "openai/error.h"
#include "openai/words.h"

namespace proxx::openai::responses {
namespace {

/// Of a request that says nothing.
constexpr std::string_view kDefaultEcho =
    R"("instructions":null,"max_output_tokens":null,"max_tool_calls":null,"metadata":{},)"
    R"("parallel_tool_calls":true,"previous_response_id":null,"prompt_cache_key":null,)"
    R"("reasoning":{"effort":null,"summary":null},"safety_identifier":null,"temperature":null,)"
    R"("text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_p":null,)"
    R"("user":null)";

void begin(json::Writer& w, const ResponseState& state, std::string_view status) {
  w.begin_object().key("id").raw_string(state.id).key("object").string("response");
  w.key("created_at").integer(state.created_unix_s).key("status").string(status);
  w.key("background").boolean(false);
}

void end(json::Writer& w, const ResponseState& state, const AnswerOptions& options,
         std::string_view items) {
  w.key("model").raw_string(state.model).key("output").begin_array();
  if (!items.empty()) w.raw(items);
  w.end_array().key("top_logprobs").integer(0).key("truncation").string("disabled");
  w.key("store").boolean(state.is_kept);
  w.raw(options.echo.empty() ? kDefaultEcho : std::string_view(options.echo)).end_object();
}

void write_usage(json::Writer& w, const answer::TokenUsage& usage) {
  w.begin_object().key("input_tokens").integer(usage.prompt_tokens);
  w.key("input_tokens_details").begin_object();
  w.key("cached_tokens").integer(usage.cached_tokens);
  w.key("cache_write_tokens").integer(usage.cache_write_tokens).end_object();
  w.key("output_tokens").integer(usage.completion_tokens);
  w.key("output_tokens_details").begin_object();
  w.key("reasoning_tokens").integer(usage.reasoning_tokens).end_object();
  w.key("total_tokens")
      .integer(anthropic::add_saturated(usage.prompt_tokens, usage.completion_tokens));
  w.end_object();
}

}  // namespace

std::string response_in_progress(const ResponseState& state, const AnswerOptions& options) {
  std::string object;
  json::Writer w(object);
  begin(w, state, "in_progress");
  w.key("completed_at").null().key("error").null().key("incomplete_details").null();
  w.key("usage").null();
  end(w, state, options, {});
  return object;
}

void append_finished_response(std::string& out, const ResponseState& state,
                              const AnswerOptions& options, std::string_view items,
                              const answer::Stop& stop, const answer::TokenUsage& usage) {
  const bool incomplete = answer::is_cut_off(stop.reason);
  json::Writer w(out);
  begin(w, state, incomplete ? "incomplete" : "completed");
  w.key("completed_at");
  if (incomplete) {
    w.null();
  } else {
    w.integer(state.ended_unix_s);
  }
  w.key("error").null().key("incomplete_details");
  if (incomplete) {
    w.begin_object().key("reason").string("max_output_tokens").end_object();
  } else {
    w.null();
  }
  write_usage(w.key("usage"), usage);
  if (const auto tier = service_tier(stop); !tier.empty()) w.key("service_tier").string(tier);
  end(w, state, options, items);
}

void append_failed_response(std::string& out, const ResponseState& state,
                            const AnswerOptions& options, std::string_view items,
                            const Error& error) {
  json::Writer w(out);
  begin(w, state, "failed");
  w.key("completed_at").null().key("error").begin_object();
  w.key("code").string(failure_code(error)).key("message").string(error.message).end_object();
  w.key("incomplete_details").null().key("usage").null();
  end(w, state, options, items);
}

std::string error_member(const Error& error) {
  const Error shown = in_openai_words(error);
  std::string member;
  json::Writer w(member);
  const std::string_view type =
      shown.type.empty() ? error_row(shown.kind).type : std::string_view(shown.type);
  w.key("error").begin_object().key("type").string(type);
  w.key("code").string(failure_code(shown)).key("message").string(shown.message);
  w.key("param").null().end_object();
  return member;
}

std::string_view failure_code(const Error& error) {
  const std::string word = error_word(error);
  for (const std::string_view kept :
       {"context_length_exceeded", "rate_limit_exceeded", "insufficient_quota"}) {
    if (word == kept) return kept;
  }
  const int status = http_status_of(error);
  return status >= 400 && status < 500 ? "invalid_prompt" : "server_error";
}

}  // namespace proxx::openai::responses
