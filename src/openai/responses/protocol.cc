#include <memory>
#include <string>
#include <utility>

#include "openai/responses/answer/event_stream.h"
#include "openai/responses/answer/output.h"
#include "openai/responses/answer/response_object.h"
#include "openai/responses/request.h"

namespace proxx::openai::responses {
namespace {

MakeOutput output_maker(std::shared_ptr<const AnswerOptions> answer) {
  return
      [answer = std::move(answer)](AnswerForm form, answer::Frame frame, const UnixClock& clock) {
        return make_output(form, answer, std::move(frame), clock);
      };
}

std::string error_event(const Error& error) {
  std::string out;
  EventStream({}).write("error", error_member(error), out);
  return out;
}

}  // namespace

const Protocol kProtocol = {
    .name = "responses",
    .path = "/v1/responses",
    .request_noun = "a Responses request",
    .convert = [](json::Reader request, const RequestOptions& options) -> Result<ConvertedRequest> {
      PROXX_ASSIGN(ConvertedResponsesRequest out, convert_request(request, options));
      out.make_output = output_maker(out.answer);
      return ConvertedRequest(std::move(out));
    },
    .answer_to = [](json::Reader request, const AnswerSettings& settings) -> Result<MakeOutput> {
      AnswerOptions answer;
      if (request) {
        PROXX_ASSIGN(answer, answer_options_of(request));
      }
      answer.echo_model = settings.echo_model;
      return output_maker(std::make_shared<const AnswerOptions>(std::move(answer)));
    },
    .error_event = error_event,
};

}  // namespace proxx::openai::responses
