#include "policy/apply.h"

#include "policy/steps.h"

namespace proxx::policy {

Status apply(const Model& model, const Wishes& wishes, anthropic::MessagesRequest& request,
             NoticeLog& notices) {
  const Step step{model, wishes, request, notices};
  // Before apply_tool_choice, which may add a turn of ours to the history.
  const bool loop_began_without_thinking = begins_loop_without_thinking(request);

  PROXX_TRY(apply_host(step));
  apply_capacity(step);
  apply_max_tokens(step);
  // After max_tokens: a long answer is streamed whether or not the client streams.
  apply_stream(step);
  // The format before the tools: their strict schemas share limits, and the format comes first.
  PROXX_TRY(apply_schemas(step));
  PROXX_TRY(apply_tool_choice(step));
  // After max_tokens, which bounds a budget, and tool_choice: manual thinking gives way to a forced
  // call.
  apply_thinking(step, loop_began_without_thinking);
  // The next three need to know whether the model thinks.
  apply_betas(step);
  apply_sampling(step);
  apply_prefill(step);
  // Last: breakpoints are counted when all blocks are in place.
  apply_caching(step);
  return {};
}

}  // namespace proxx::policy
