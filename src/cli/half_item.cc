#include "cli/half_item.h"

#include <utility>

#include "anthropic/event.h"
#include "cli/input.h"
#include "openai/error.h"

namespace proxx::cli {
namespace {

AnswerOptions answer_options(const ConvertedRequest& converted, int64_t created_unix_s) {
  AnswerOptions options = converted.answer;
  options.created_unix_s = created_unix_s;
  return options;
}

/// A paused turn looks like an end to a converter that is not to continue it.
bool is_paused(std::string_view message) {
  json::Document document;
  return document.parse_view(message, anthropic::kUpstreamJson) &&
         document.root().get("stop_reason").equals("pause_turn");
}

}  // namespace

Result<ConvertedRequest> convert_item(const HalfInput::Line& line, const RequestOptions& options) {
  if (line.too_long) {
    return fail(ErrorKind::invalid_request,
                "longer than " + std::to_string(kMaxRequestBytes >> 20) + " MiB");
  }
  if (line.batch.request.empty()) return fail(line.batch.error);
  return convert_request(line.batch.request, options);
}

ItemConverter::ItemConverter(const ConvertedRequest& converted, int64_t created_unix_s)
    : converted_(converted),
      converter_(AnswerForm::completion, answer_options(converted, created_unix_s)),
      continues_left_(converted.answer.continue_paused) {}

Result<ItemAnswer> ItemConverter::take(std::string_view message) {
  ItemAnswer answer;
  if (continues_left_ <= 0 && is_paused(message)) {
    return fail(ErrorKind::upstream_status,
                "the model paused its turn, and convert.continue_paused does not let it go on", {},
                "paused");
  }
  PROXX_TRY(converter_.feed_message(message, output_));
  if (converter_.paused()) {
    --continues_left_;
    answer.continues = continue_request(converted_.body, converter_.paused_content());
    converter_.resume();
    return answer;
  }
  if (output_.ends_with('\n')) output_.pop_back();
  answer.body = std::exchange(output_, {});
  answer.facts = converter_.facts();
  return answer;
}

Error item_error(std::string_view error, const ConvertedRequest* converted) {
  Error out = upstream_event_error(error);
  if (converted != nullptr && !out.param.empty()) out.param = openai_param(*converted, out.param);
  return out;
}

}  // namespace proxx::cli
