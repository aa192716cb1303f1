#include "openai/chat/request.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "openai/chat/output.h"
#include "openai/chat/request_reader.h"
#include "openai/error.h"
#include "openai/finish_request.h"

namespace proxx {
namespace openai::chat {
namespace {

constexpr std::string_view kNoun = "a chat-completions request";

MakeOutput output_maker(AnswerOptions answer) {
  return
      [answer = std::move(answer)](AnswerForm form, answer::Frame frame, const UnixClock& clock) {
        AnswerOptions options = answer;
        options.created_unix_s = clock();
        return make_chat_output(form, options, std::move(frame));
      };
}

Result<ConvertedChatRequest> convert_chat(json::Reader root, const RequestOptions& options) {
  Reading reading(root, options);
  PROXX_TRY(read_request(reading));
  ConvertedChatRequest out;
  PROXX_ASSIGN(static_cast<ConvertedRequest&>(out),
               finish_request(reading.model, options, reading.draft));
  out.client_path = [origins = origins_of(reading)](std::string_view path) {
    return client_path(origins, path);
  };
  out.make_output = output_maker(reading.answer);
  out.answer = std::move(reading.answer);
  return out;
}

AnswerOptions answer_to(json::Reader request) {
  policy::NoticeLog ignored;
  Fields in(field_names());
  in.read(request, ignored);
  AnswerOptions answer;
  read_answer_shape(in, answer);
  answer.include_usage = in["stream_options"].get("include_usage").boolean_or(false);
  answer.requested_model = in["model"].string_or("");
  if (in["reasoning"].get("exclude").boolean_or(false)) answer.reasoning = {false, false, false};
  return answer;
}

Status parse(json::Document& document, std::string_view text) {
  PROXX_TRY(document.parse_view(text, kRequestJson));
  if (!document.root().is_object()) {
    return proxx::err(ErrorKind::invalid_request, "object expected: " + std::string(kNoun));
  }
  return {};
}

}  // namespace

const Protocol kProtocol = {
    .name = "chat",
    .path = "/v1/chat/completions",
    .request_noun = kNoun,
    .convert = [](json::Reader request, const RequestOptions& options) -> Result<ConvertedRequest> {
      return convert_chat(request, options);
    },
    .answer_to = [](json::Reader request, const AnswerSettings& settings) -> Result<MakeOutput> {
      AnswerOptions answer = request ? answer_to(request) : AnswerOptions();
      if (answer.reasoning.any()) answer.reasoning = settings.reasoning_fields;
      if (settings.include_usage) answer.include_usage = *settings.include_usage;
      answer.echo_model = settings.echo_model;
      return output_maker(std::move(answer));
    },
    .error_event = error_frame,
};

}  // namespace openai::chat

Result<ConvertedChatRequest> convert_request(std::string_view openai_json,
                                             const RequestOptions& options) {
  json::Document document;
  PROXX_TRY(openai::chat::parse(document, openai_json));
  return openai::chat::convert_chat(document.root(), options);
}

Result<AnswerOptions> answer_options_of(std::string_view openai_json) {
  json::Document document;
  PROXX_TRY(openai::chat::parse(document, openai_json));
  return openai::chat::answer_to(document.root());
}

}  // namespace proxx
