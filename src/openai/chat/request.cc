#include "openai/chat/request.h"

#include <utility>

#include "anthropic/request_writer.h"
#include "openai/chat/request_reader.h"
#include "policy/apply.h"

namespace proxx {
namespace {

using openai::chat::Fields;
using openai::chat::Reading;

Status parse(json::Document& document, std::string_view text) {
  PROXX_TRY(document.parse_view(text));
  if (!document.root().is_object()) {
    return err(ErrorKind::invalid_request, "object expected: a chat-completions request");
  }
  return {};
}

/// Strict: a notice of a loss becomes an error.
Status accept_losses(const Notices& notices, OnLossy on_lossy) {
  if (on_lossy != OnLossy::error) return {};
  for (const Notice& notice : notices) {
    if (notice.kind == Notice::Kind::note) continue;
    const bool dropped = notice.kind == Notice::Kind::dropped;
    return err(ErrorKind::invalid_request, "cannot be represented: " + notice.reason, notice.path,
               dropped ? "unsupported_parameter" : "unsupported_value");
  }
  return {};
}

/// Only a turn that runs something on the upstream is paused. The answer to any other request is
/// not copied for its continuation.
bool may_pause(const anthropic::MessagesRequest& request) {
  return anthropic::has_server_tools(request) ||
         anthropic::verbatim_field(request, "mcp_servers") ||
         anthropic::verbatim_field(request, "container");
}

}  // namespace

Result<ConvertedRequest> convert_request(std::string_view openai_json,
                                         const RequestOptions& options) {
  json::Document document;
  PROXX_TRY(parse(document, openai_json));
  Reading reading(document.root(), options);
  PROXX_TRY(read_request(reading));
  anthropic::MessagesRequest& request = reading.draft.request;
  policy::Wishes& wishes = reading.draft.wishes;
  if (options.stream_override) wishes.stream = *options.stream_override;

  ConvertedRequest out;
  // Before apply(), which may leave out the thinking of a message that is continued.
  out.has_thinking_history = anthropic::has_thinking(request);
  policy::NoticeLog applied;
  PROXX_TRY(policy::apply(reading.model, wishes, request, applied));
  out.notices = policy::NoticeLog::merge(std::move(reading.draft.notices), std::move(applied));
  PROXX_TRY(accept_losses(out.notices, options.on_lossy));

  out.body = anthropic::write_body(request);
  out.origins = openai::chat::origins_of(reading);
  out.stream = wishes.stream;
  out.upstream_stream = request.stream;
  out.answer = std::move(reading.answer);
  if (may_pause(request)) out.continue_paused = options.continue_paused;
  out.model = std::move(request.model);
  out.betas = std::move(request.betas);
  return out;
}

Result<AnswerOptions> answer_options_of(std::string_view openai_json) {
  json::Document document;
  PROXX_TRY(parse(document, openai_json));
  policy::NoticeLog ignored;
  Fields in;
  in.read(document.root(), ignored);
  AnswerOptions answer;
  openai::chat::read_answer_shape(in, answer);
  answer.include_usage = in["stream_options"].get("include_usage").boolean_or(false);
  answer.requested_model = in["model"].string_or("");
  if (in["reasoning"].get("exclude").boolean_or(false)) answer.reasoning = {false, false, false};
  return answer;
}

}  // namespace proxx
