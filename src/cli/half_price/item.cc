#include "cli/half_price/item.h"

#include <utility>

#include "anthropic/error.h"
#include "anthropic/event.h"
#include "anthropic/request_writer.h"
#include "cli/io/input.h"
#include "exchange/protocols.h"
#include "openai/error.h"

namespace proxx::cli {
namespace {

/// A paused turn looks like an end to a converter that is not to continue it.
bool is_paused(std::string_view message) {
  json::Document document;
  return document.parse_view(message, anthropic::kUpstreamJson) &&
         document.root().get("stop_reason").equals("pause_turn");
}

}  // namespace

Result<ConvertedRequest> convert_item(const HalfInput::Line& line, const RequestOptions& options) {
  if (line.too_long) {
    return err(ErrorKind::invalid_request,
               "longer than " + std::to_string(kMaxRequestBytes >> 20) + " MiB");
  }
  if (line.batch.request.empty()) return err(line.batch.error);
  return convert_request(line.batch.request, line.batch.protocol, options);
}

ItemConverter::ItemConverter(const ConvertedRequest& converted, int64_t created_unix_s)
    : converted_(converted),
      converter_(
          converted.make_output(AnswerForm::whole, {}, [created_unix_s] { return created_unix_s; }),
          converted.continue_paused > 0 ? answer::OnPause::wait : answer::OnPause::end),
      continues_left_(converted.continue_paused) {}

Result<ItemAnswer> ItemConverter::take(std::string_view message) {
  ItemAnswer answer;
  if (continues_left_ <= 0 && is_paused(message)) {
    return err(ErrorKind::upstream_status,
               "the model paused its turn, and convert.continue_paused does not let it go on", {},
               "paused");
  }
  if (Status status = converter_.feed_message(message, output_); !status) {
    return err(in_openai_words(std::move(status).error()));
  }
  if (converter_.paused()) {
    --continues_left_;
    answer.continues = anthropic::continue_request(converted_.body, converter_.paused_content());
    converter_.resume();
    return answer;
  }
  if (output_.ends_with('\n')) output_.pop_back();
  answer.body = std::exchange(output_, {});
  answer.facts = converter_.facts();
  return answer;
}

Error item_error(std::string_view error, const ConvertedRequest* converted) {
  Error out = in_openai_words(anthropic::event_error(error));
  if (converted != nullptr && !out.param.empty()) out.param = converted->client_path(out.param);
  return out;
}

}  // namespace proxx::cli
