#include "openai/finish_request.h"

#include <string>
#include <utility>
#include <vector>

#include "anthropic/request_writer.h"
#include "policy/apply.h"

namespace proxx::openai {
namespace {

/// Strict: a notice of a loss becomes an error.
Status accept_losses(const Notices& notices, OnLossy on_lossy) {
  if (on_lossy != OnLossy::error) return {};
  for (const Notice& notice : notices) {
    if (notice.kind == Notice::Kind::note) continue;
    const bool dropped = notice.kind == Notice::Kind::dropped;
    const char* const code = dropped ? "unsupported_parameter" : "unsupported_value";
    return proxx::err(ErrorKind::invalid_request, "cannot be represented: " + notice.reason,
                      notice.path, notice.code.empty() ? code : notice.code);
  }
  return {};
}

void take_options(const RequestOptions& options, policy::Wishes& wishes) {
  if (options.stream_override) wishes.stream = *options.stream_override;
  wishes.api_version = options.anthropic_version;
  wishes.default_max_tokens = options.default_max_tokens;
  if (options.prompt_cache) wishes.cache.by_default = true;
  wishes.batch_item = options.batch_item;
  if (options.host) wishes.host = options.host->host;
}

/// Only a turn that runs something on the upstream is paused. The answer to any other request is
/// not copied for its continuation.
bool may_pause(const anthropic::MessagesRequest& request) {
  return anthropic::has_server_tools(request) ||
         anthropic::verbatim_field(request, "mcp_servers") ||
         anthropic::verbatim_field(request, "container");
}

std::vector<std::string> secrets_of_servers(const anthropic::MessagesRequest& request) {
  std::vector<std::string> secrets;
  const json::Reader servers = anthropic::verbatim_field(request, "mcp_servers");
  if (!servers) return secrets;
  for (const json::Reader server : servers.elements()) {
    std::string token(server.optional("authorization_token").string_or(""));
    if (!token.empty()) secrets.push_back(std::move(token));
  }
  return secrets;
}

}  // namespace

Result<ConvertedRequest> finish_request(const Model& model, const RequestOptions& options,
                                        Draft& draft) {
  anthropic::MessagesRequest& request = draft.request;
  take_options(options, draft.wishes);

  ConvertedRequest out;
  // Before apply(), which may leave out the thinking of a message that is continued.
  out.has_thinking_history = anthropic::has_thinking(request);
  policy::NoticeLog applied;
  PROXX_TRY(policy::apply(model, draft.wishes, request, applied));
  out.notices = policy::NoticeLog::merge(std::move(draft.notices), std::move(applied));
  PROXX_TRY(accept_losses(out.notices, options.on_lossy));

  out.secrets = secrets_of_servers(request);
  out.body = anthropic::write_body(request);
  out.stream = draft.wishes.stream;
  out.upstream_stream = request.stream;
  if (may_pause(request)) out.continue_paused = options.continue_paused;
  out.text_is_call_of = std::move(request.output_config.format_of_tool);
  out.model = request.model;
  out.betas = std::move(request.betas);
  return out;
}

}  // namespace proxx::openai
