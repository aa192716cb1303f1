#include "openai/chat/output.h"

#include <optional>
#include <string>
#include <utility>

#include "openai/chat/answer_parts.h"
#include "openai/chat/chunk_writer.h"
#include "openai/chat/completion_writer.h"
#include "text/writer.h"

namespace proxx::openai {
namespace {

/// A call as an element of `tool_calls`.
std::string call_line(const CallKinds& kinds, const answer::ToolCall& call, Raw id, Raw name,
                      Raw arguments) {
  const std::optional<CallKind> kind = kinds.kind_of(call, name);
  if (!kind) return {};
  std::string line;
  append_call_opening(line, *kind, id, name);
  line.append(shown_arguments(*kind, arguments).bytes()).append(call_closing(*kind));
  return line;
}

}  // namespace

std::unique_ptr<answer::Output> make_chat_output(AnswerForm form, const AnswerOptions& options,
                                                 answer::Frame frame) {
  switch (form) {
    case AnswerForm::stream:
      return std::make_unique<ChunkWriter>(options, std::move(frame));
    case AnswerForm::whole:
      return std::make_unique<CompletionWriter>(options);
    case AnswerForm::text:
      break;
  }
  return std::make_unique<text::TextWriter>(
      [kinds = CallKinds(options)](const answer::ToolCall& call, Raw id, Raw name, Raw arguments) {
        return call_line(kinds, call, id, name, arguments);
      },
      options.reasoning.any());
}

}  // namespace proxx::openai
