#include "openai/chat/request.h"

#include <algorithm>

#include "base/ascii.h"
#include "openai/chat/context.h"
#include "openai/chat/tools.h"

// The order of the steps. What a field means is in the request_*.cc of its part of wire.md 6.

namespace proxx {
namespace {

using json::Reader;
using request::Conversion;

/// A client that wants more tokens than this gets them by way of a stream: official SDKs refuse to
/// wait for such an answer (wire.md 6.0, rule 2). The model's limit, which stands in when the
/// client names none, is no wish for that many.
constexpr int64_t kMaxTokensWithoutStream = 21'333;

constexpr size_t kMaxModelBytes = 256;

Status parse(json::Document& document, std::string_view text) {
  PROXX_TRY(document.parse_view(text));
  if (!document.root().is_object()) {
    return fail(ErrorKind::invalid_request, "object expected: a chat-completions request");
  }
  return {};
}

/// The name goes into JSON only, but logs, metrics and error messages show it as well.
bool is_model_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxModelBytes) return false;
  if (name == ".." || name.substr(0, 3) == "../" || name.find("/../") != std::string_view::npos) {
    return false;
  }
  return std::none_of(name.begin(), name.end(), is_control);
}

Status choose_model(Conversion& c) {
  const Reader field = c.in["model"];
  std::string name = c.options.default_model;
  if (field) {
    PROXX_ASSIGN(name, field.string());
  }
  if (!c.options.model_override.empty()) name = c.options.model_override;
  if (name.empty() && !field) return request::missing(c.root, "model");
  if (!is_model_name(name)) {
    return fail(ErrorKind::invalid_request,
                "expected a model's name: 1 to 256 bytes without control characters", "model",
                "invalid_value");
  }
  c.model = c.options.models->resolve(name);
  c.out.model = c.model.id;
  c.out.answer.requested_model = std::move(name);
  if (c.model.lifecycle == "deprecated") {
    std::string reason = c.model.id + " is deprecated";
    if (!c.model.retires.empty()) reason += " and retires on " + c.model.retires;
    c.notices.add(Notice::Kind::note, "model", std::move(reason));
  }
  return {};
}

Status choose_stream(Conversion& c) {
  if (c.options.stream_override) c.out.stream = *c.options.stream_override;
  const bool long_answer = c.asked_max_tokens && c.max_tokens > kMaxTokensWithoutStream;
  c.out.upstream_stream = !c.options.batch_item && (c.out.stream || long_answer);
  return {};
}

Status convert(Conversion& c) {
  c.in.read(c.root, c.notices);
  using Step = Status (*)(Conversion&);
  static constexpr Step kSteps[] = {
      choose_model,
      request::convert_fields,
      request::convert_max_tokens,
      choose_stream,
      request::convert_response_format,  // before tools: it comes first where schemas share a limit
      request::convert_tools,
      request::convert_system,
      request::convert_messages,
      request::convert_tool_choice,
      request::convert_reasoning,
      request::add_needed_betas,
      request::convert_sampling,
      request::convert_prefill,
      request::convert_caching,
  };
  for (const Step step : kSteps) PROXX_TRY(step(c));
  return {};
}

/// Strict: what would be a notice is an error.
Status accept_losses(const Conversion& c) {
  if (c.options.on_lossy != OnLossy::error) return {};
  for (const Notice& notice : c.out.notices) {
    if (notice.kind == Notice::Kind::note) continue;
    const bool dropped = notice.kind == Notice::Kind::dropped;
    return fail(ErrorKind::invalid_request, "cannot be represented: " + notice.reason, notice.path,
                dropped ? "unsupported_parameter" : "unsupported_value");
  }
  return {};
}

}  // namespace

Result<ConvertedRequest> convert_request(std::string_view openai_json,
                                         const RequestOptions& options) {
  json::Document document;
  PROXX_TRY(parse(document, openai_json));
  Conversion c(options);
  c.root = document.root();
  c.out.answer.echo_model = options.echo_model;
  PROXX_TRY(convert(c));
  c.out.notices = c.notices.take();
  PROXX_TRY(accept_losses(c));
  // Only what runs on the upstream pauses; keeping a copy of every answer costs.
  if (c.runs_server_tools || c.in["mcp_servers"] || c.in["container"]) {
    c.out.answer.continue_paused = options.continue_paused;
  }
  request::write_body(c);
  request::note_origins(c);
  return std::move(c.out);
}

std::string continue_request(std::string_view body, std::string_view content_json) {
  constexpr std::string_view kEnd = "]}";
  std::string out;
  out.reserve(body.size() + content_json.size() + 40);
  out.append(body.substr(0, body.size() - kEnd.size()));
  out.append(R"(,{"role":"assistant","content":)").append(content_json).append("}").append(kEnd);
  return out;
}

Result<AnswerOptions> answer_options_of(std::string_view openai_json) {
  json::Document document;
  PROXX_TRY(parse(document, openai_json));
  request::NoticeLog ignored;
  request::Fields in;
  in.read(document.root(), ignored);
  AnswerOptions answer;
  request::read_answer_shape(in, answer);
  answer.include_usage = in["stream_options"].get("include_usage").boolean_or(false);
  answer.requested_model = in["model"].string_or("");
  if (in["reasoning"].get("exclude").boolean_or(false)) answer.reasoning = {false, false, false};
  return answer;
}

}  // namespace proxx
