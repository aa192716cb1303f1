#include "exchange/protocols.h"

#include <string>

#include "openai/chat/request.h"
#include "openai/responses/request.h"

namespace proxx {
namespace {

constexpr const Protocol* kProtocols[] = {&openai::chat::kProtocol, &openai::responses::kProtocol};

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

Result<ConvertedRequest> convert_request(std::string_view json, const Protocol* protocol,
                                         const RequestOptions& options) {
  json::Document document;
  PROXX_TRY(document.parse_view(json));
  const json::Reader request = document.root();
  if (!request.is_object()) {
    const std::string_view noun =
        protocol != nullptr ? protocol->request_noun : openai::chat::kProtocol.request_noun;
    return err(ErrorKind::invalid_request, "object expected: " + std::string(noun));
  }
  if (protocol == nullptr) {
    PROXX_ASSIGN(protocol, protocol_of_body(request));
  }
  return protocol->convert(request, options);
}

}  // namespace proxx
