#include "openai/responses/input_tokens.h"

#include <cstdint>
#include <optional>

#include "anthropic/error.h"
#include "json/reader.h"
#include "json/text.h"
#include "json/writer.h"

namespace proxx::openai::responses {

Result<std::string> input_tokens_answer(std::string_view upstream_body) {
  json::Document document;
  std::optional<int64_t> tokens;
  if (document.parse_view(upstream_body)) {
    tokens = document.root().get("input_tokens").integer_or_none();
  }
  if (!tokens || *tokens < 0) {
    return err(anthropic::protocol_error("the upstream counted no input_tokens"));
  }
  std::string out;
  json::Writer w(out);
  w.begin_object().key("object").string("response.input_tokens");
  w.key("input_tokens").integer(*tokens).end_object();
  return out;
}

}  // namespace proxx::openai::responses
