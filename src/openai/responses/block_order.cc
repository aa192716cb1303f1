#include "openai/responses/block_order.h"

#include <utility>

namespace proxx::openai::responses {
namespace {

using json::Raw;

}  // namespace

void BlockOrder::hold(Held held) {
  same_waits_ |= *open_ == held.index;
  held_.push_back(std::move(held));
}

void BlockOrder::close(answer::Output& output, std::string& out) {
  open_.reset();
  same_waits_ = false;
  for (const Held& held : std::exchange(held_, {})) run(held, output, out);
}

void BlockOrder::run(const Held& held, answer::Output& output, std::string& out) {
  const answer::Piece piece{held.index, Raw(held.first), held.is_first, held.is_plain};
  const answer::ToolCall call{held.index, 0};
  switch (held.step) {
    case Step::text_begin:
      return output.text_begin(held.index, out);
    case Step::text:
      return output.text(piece, out);
    case Step::citation:
      return output.citation(held.index, {Raw(held.first), Raw(held.second), {}}, out);
    case Step::text_end:
      return output.text_end(held.index, held.end, out);
    case Step::thinking_begin:
      return output.thinking_begin(held.index, out);
    case Step::thinking:
      return output.thinking(piece, out);
    case Step::signature:
      return output.signature(held.index, Raw(held.first), out);
    case Step::thinking_end:
      return output.thinking_end(held.index, held.end, out);
    case Step::redacted_thinking:
      return output.redacted_thinking(held.index, Raw(held.first), out);
    case Step::call_begin:
      return output.call_begin(call, Raw(held.first), Raw(held.second), out);
    case Step::call_arguments:
      return output.call_arguments(call, Raw(held.first), out);
    case Step::call_end:
      return output.call_end(call, held.end, out);
    case Step::server_block_begin:
      return output.server_block_begin(held.index, held.first, out);
    case Step::server_block_end:
      return output.server_block_end(held.index, held.first, held.end, out);
  }
}

}  // namespace proxx::openai::responses
