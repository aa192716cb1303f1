#include "exchange/protocols.h"

#include <string>
#include <utility>

#include "answer/text_as_call.h"
#include "openai/chat/request.h"
#include "openai/completions/request.h"
#include "openai/responses/request.h"

namespace proxx {
namespace {

constexpr const Protocol* kProtocols[] = {&openai::chat::kProtocol, &openai::completions::kProtocol,
                                          &openai::responses::kProtocol};

/// The fields that hold the conversation tell (docs/mapping-responses.md 4.0).
Result<const Protocol*> protocol_of_body(json::Reader request) {
  const bool has_messages = bool(request.optional("messages"));
  if (has_messages && request.optional("input")) {
    return err(ErrorKind::invalid_request,
               "messages makes it a chat-completions request and input a Responses request; send "
               "one of them",
               "input", "invalid_value");
  }
  const bool is_responses =
      !has_messages && (request.optional("input") || request.optional("prompt") ||
                        request.optional("previous_response_id"));
  return is_responses ? &openai::responses::kProtocol : &openai::chat::kProtocol;
}

/// What makes the output of an answer whose text is a call of `tool`.
MakeOutput telling_text_as_call(std::string tool, MakeOutput make) {
  return [tool = std::move(tool), make = std::move(make)](AnswerForm form, answer::Frame frame,
                                                          const UnixClock& clock) {
    return answer::text_as_call(tool, make(form, std::move(frame), clock));
  };
}

}  // namespace

const Protocol* protocol_of_path(std::string_view path) {
  for (const Protocol* protocol : kProtocols) {
    if (protocol->path == path) return protocol;
  }
  return nullptr;
}

const Protocol* protocol_named(std::string_view name) {
  for (const Protocol* protocol : kProtocols) {
    if (protocol->name == name) return protocol;
  }
  return nullptr;
}

std::string protocol_list(std::string_view Protocol::*word) {
  std::string out;
  for (const Protocol* protocol : kProtocols)
    out.append(out.empty() ? "" : ", ").append(protocol->*word);
  return out;
}

std::string error_event(const Protocol* protocol, const Error& error) {
  return (protocol != nullptr ? *protocol : openai::chat::kProtocol).error_event(error);
}

Result<ConvertedRequest> convert_request(std::string_view json, const Protocol* protocol,
                                         const RequestOptions& options) {
  json::Document document;
  PROXX_TRY(document.parse_view(json, kRequestJson));
  const json::Reader request = document.root();
  if (!request.is_object()) {
    const std::string_view noun =
        protocol != nullptr ? protocol->request_noun : openai::chat::kProtocol.request_noun;
    return err(ErrorKind::invalid_request, "object expected: " + std::string(noun));
  }
  if (protocol == nullptr) {
    PROXX_ASSIGN(protocol, protocol_of_body(request));
  }
  PROXX_ASSIGN(ConvertedRequest converted, protocol->convert(request, options));
  converted.protocol = protocol;
  if (!converted.text_is_call_of.empty()) {
    converted.make_output =
        telling_text_as_call(converted.text_is_call_of, std::move(converted.make_output));
  }
  return converted;
}

Result<MakeOutput> answer_to(json::Reader request, const Protocol& protocol,
                             const RequestOptions& options, const AnswerSettings& settings) {
  PROXX_ASSIGN(MakeOutput make, protocol.answer_to(request, settings));
  if (!request) return make;
  // Of a request that is refused somebody has the answer all the same.
  const Result<ConvertedRequest> converted = protocol.convert(request, options);
  if (!converted || converted->text_is_call_of.empty()) return make;
  return telling_text_as_call(converted->text_is_call_of, std::move(make));
}

}  // namespace proxx
