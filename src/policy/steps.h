#pragma once
#include "anthropic/models.h"
#include "anthropic/request.h"
#include "base/result.h"
#include "policy/notice_log.h"
#include "policy/wishes.h"

// The steps of apply(), which says in which order they run and why. Each is in the source file of
// its topic.

namespace proxx::policy {

struct Step {
  const Model& model;
  const Wishes& wishes;
  anthropic::MessagesRequest& request;
  NoticeLog& notices;
};

/// Refuses what the host cannot do and nothing can replace.
Status apply_host(const Step& step);
void apply_capacity(const Step& step);
void apply_max_tokens(const Step& step);
/// Sets request.stream.
void apply_stream(const Step& step);
Status apply_schemas(const Step& step);
Status apply_tool_choice(const Step& step);
/// `loop_began_without_thinking`: see begins_loop_without_thinking().
void apply_thinking(const Step& step, bool loop_began_without_thinking);
void apply_betas(const Step& step);
void apply_sampling(const Step& step);
void apply_prefill(const Step& step);
void apply_caching(const Step& step);

/// The history ends in a tool loop whose first assistant turn does not begin with thinking. The
/// upstream then refuses manual thinking (docs/protocol.md 1.8 rule 5).
[[nodiscard]] bool begins_loop_without_thinking(const anthropic::MessagesRequest& request);

}  // namespace proxx::policy
