#include "openai/responses/request.h"

#include <string>
#include <utility>

#include "json/text.h"
#include "openai/finish_request.h"
#include "openai/responses/request_reader.h"

namespace proxx::openai::responses {

Result<ConvertedResponsesRequest> convert_request(json::Reader request,
                                                  const RequestOptions& options) {
  Reading reading(request, options);
  PROXX_TRY(read_request(reading));
  ConvertedResponsesRequest out;
  PROXX_ASSIGN(static_cast<ConvertedRequest&>(out),
               finish_request(reading.model, options, reading.draft));
  out.client_path = [origins = origins_of(reading)](std::string_view path) {
    return client_path(origins, path);
  };
  reading.answer.continue_paused = out.continue_paused;
  out.answer = std::make_shared<const AnswerOptions>(std::move(reading.answer));
  return out;
}

Result<ConvertedResponsesRequest> convert_request(std::string_view text,
                                                  const RequestOptions& options) {
  json::Document document;
  PROXX_TRY(document.parse_view(text, kRequestJson));
  if (!document.root().is_object()) {
    return err(ErrorKind::invalid_request, "object expected: a Responses request");
  }
  return convert_request(document.root(), options);
}

Result<AnswerOptions> answer_options_of(json::Reader request) {
  const RequestOptions options;
  Reading reading(request, options);
  PROXX_TRY(read_answer_shape(reading));
  return std::move(reading.answer);
}

}  // namespace proxx::openai::responses
