#include "openai/responses/answer/output.h"

#include <optional>
#include <string>
#include <utility>

#include "json/string.h"
#include "openai/responses/answer/calls.h"
#include "openai/responses/answer/writer.h"
#include "text/writer.h"

namespace proxx::openai::responses {
namespace {

/// A call as an item of `output`. It has no id: ids count items, and text has no place for the
/// other items. A call goes back by its call_id.
std::string call_line(const ToolNames& tools, json::Raw id, json::Raw name, json::Raw arguments) {
  const auto found = tools.find(json::unescape(name));
  const ToolName tool = found == tools.end() ? ToolName() : found->second;
  const ModelCall call{json::RawString(id), json::RawString(name), json::RawString(arguments)};
  const CallKind form = form_of(tool, call);
  return call_item(form, tool, call, {}, "completed");
}

}  // namespace

std::unique_ptr<answer::Output> make_output(AnswerForm form,
                                            std::shared_ptr<const AnswerOptions> options,
                                            answer::Frame frame, UnixClock clock) {
  switch (form) {
    case AnswerForm::stream:
      return std::make_unique<ResponseWriter>(std::move(options), std::move(clock),
                                              std::move(frame));
    case AnswerForm::whole:
      return std::make_unique<ResponseWriter>(std::move(options), std::move(clock), std::nullopt);
    case AnswerForm::text:
      break;
  }
  return std::make_unique<text::TextWriter>(
      [options = std::move(options)](const auto&, json::Raw id, json::Raw name,
                                     json::Raw arguments) {
        return call_line(options->tools, id, name, arguments);
      },
      true);
}

}  // namespace proxx::openai::responses
