#include "openai/responses/past.h"

#include <optional>
#include <string>
#include <utility>

#include "openai/members.h"
#include "openai/protocol.h"

namespace proxx::openai::responses {
namespace {

using json::Reader;

constexpr const char* kNothingKept =
    "proxx keeps no responses: send the whole conversation in `input`";
constexpr const char* kNotKnown =
    "not remembered here, or no longer: send the whole conversation in `input`";

}  // namespace

struct Past::Found {
  std::string text;
  json::Document document;
};

Past::Past(PastResponses* responses) : responses_(responses) {}
Past::~Past() = default;

Result<Reader> Past::parse(std::string text, std::string path) {
  bytes_ += text.size() + sizeof(Found);
  if (bytes_ > kMaxPastBytes) {
    return proxx::err(
        ErrorKind::request_too_large,
        "the conversation is longer than " + std::to_string(kMaxPastBytes >> 20) + " MiB",
        std::move(path));
  }
  auto& found = *found_.emplace_back(std::make_unique<Found>());
  found.text = std::move(text);
  PROXX_TRY(found.document.parse_view(found.text, kRequestJson));
  found.document.stand_for(std::move(path));
  return found.document.root();
}

Result<Reader> Past::conversation_of(Reader previous_response_id) {
  std::optional<std::string> items;
  if (responses_ != nullptr) items = responses_->conversation(previous_response_id.string_or(""));
  if (!items) {
    return err(previous_response_id, responses_ == nullptr ? kNothingKept : kNotKnown,
               "previous_response_not_found");
  }
  return parse('[' + std::move(*items) + ']', "previous_response_id");
}

Result<Reader> Past::item_of(Reader reference, std::string path) {
  std::optional<std::string> item;
  if (responses_ != nullptr) item = responses_->item(reference.optional("id").string_or(""));
  if (!item) {
    return err(reference,
               std::string(responses_ == nullptr ? kNothingKept : kNotKnown) +
                   "; with the Vercel AI SDK set providerOptions.openai.store to false",
               "invalid_value");
  }
  return parse(std::move(*item), std::move(path));
}

}  // namespace proxx::openai::responses
