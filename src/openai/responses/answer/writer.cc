#include "openai/responses/answer/writer.h"

#include <utility>

#include "anthropic/event.h"
#include "base/hash.h"
#include "json/string.h"
#include "json/text.h"
#include "json/writer.h"
#include "openai/error.h"
#include "openai/responses/answer_items.h"
#include "openai/responses/sealed.h"
#include "openai/words.h"

namespace proxx::openai::responses {
namespace {

using answer::BlockEnd;
using json::Raw;
using json::RawString;
using namespace json::literals;

/// Clients refuse ids of more than 64 characters: a prefix, this, `_` and an index stay below.
constexpr size_t kMaxIdRest = 48;

std::string member(std::string_view key, Raw text) {
  return ",\"" + std::string(key) + "\":\"" + std::string(text.bytes()) + '"';
}

}  // namespace

ResponseWriter::ResponseWriter(std::shared_ptr<const AnswerOptions> options, UnixClock clock,
                               std::optional<answer::Frame> frame)
    : options_(std::move(options)), clock_(std::move(clock)) {
  if (frame) events_.emplace(std::move(*frame));
}

// Ids, events, items.

RawString ResponseWriter::id_with(Raw prefix) const {
  return RawString(prefix).append(id_rest_);
}

RawString ResponseWriter::item_id_with(Raw prefix) const {
  return id_with(prefix).append("_"_raw).append(json::escaped(std::to_string(next_index_)));
}

void ResponseWriter::event(std::string_view type, std::string_view members, std::string& out) {
  if (events_) events_->write(type, members, out);
}

std::string ResponseWriter::place(Raw item_id) const {
  return R"("item_id":")" + std::string(item_id.bytes()) + R"(","output_index":)" +
         std::to_string(next_index_);
}

void ResponseWriter::add_item(std::string_view item, std::string& out) {
  if (!events_) return;
  event("response.output_item.added",
        "\"output_index\":" + std::to_string(next_index_) + ",\"item\":" + std::string(item), out);
}

void ResponseWriter::finish_item(std::string_view item, std::string& out) {
  if (events_) {
    event("response.output_item.done",
          "\"output_index\":" + std::to_string(next_index_) + ",\"item\":" + std::string(item),
          out);
  }
  if (!items_.empty()) items_.push_back(',');
  items_.append(item);
  ++next_index_;
}

void ResponseWriter::begin_item(std::string& out) {
  end_message("completed", out);
  close_search("completed", out);
}

void ResponseWriter::start(Raw message_id, Raw model, std::string& out) {
  const Raw rest = message_id.without_prefix("msg_");
  id_rest_ = rest.size() > kMaxIdRest ? RawString(hex(stable_hash(rest.bytes()))) : RawString(rest);
  state_.id = id_with("resp_"_raw);
  state_.model = options_->echo_model ? json::escaped(options_->requested_model) : RawString(model);
  state_.created_unix_s = clock_();
  state_.is_kept = options_->keeper && options_->keeper->begin();
  if (!events_) return;
  const std::string members = "\"response\":" + response_in_progress(state_, *options_);
  event("response.created", members, out);
  event("response.in_progress", members, out);
}

// Messages: a run of text blocks is one item with one part.

void ResponseWriter::text_begin(uint32_t index, std::string& out) {
  if (order_.hold_back(Step::text_begin, index)) return;
  order_.open(index);
  if (!message_) message_.emplace();
  message_->citations.text_begin(index);
  (void)out;
}

void ResponseWriter::text(const answer::Piece& piece, std::string& out) {
  if (order_.hold_back(Step::text, piece)) return;
  if (message_->item_id.empty()) begin_message(out);
  message_->citations.text(piece);
  message_->text.append(piece.text);
  if (events_) events_->write(message_->delta, piece.text, out);
}

void ResponseWriter::begin_message(std::string& out) {
  close_search("completed", out);
  message_->item_id = item_id_with("msg_"_raw);
  add_item(message_item(message_->item_id, "in_progress", {}), out);
  if (!events_) return;
  const std::string at = place(message_->item_id) + ",\"content_index\":0";
  event("response.content_part.added", at + ",\"part\":" + text_part({}, {}), out);
  message_->delta =
      events_->repeated("response.output_text.delta", at + R"(,"delta":")", R"(","logprobs":[])");
}

void ResponseWriter::citation(uint32_t index, const anthropic::Citation& citation,
                              std::string& out) {
  if (!citation.url) return;
  if (order_.hold_back(Step::citation, index, citation.url->bytes(), citation.title.bytes())) {
    return;
  }
  message_->citations.citation(index, citation);
  (void)out;
}

void ResponseWriter::text_end(uint32_t index, BlockEnd end, std::string& out) {
  if (order_.hold_back(Step::text_end, index, {}, {}, end)) return;
  for (const UrlCitation& citation : message_->citations.text_end(index)) {
    if (message_->item_id.empty()) break;
    const std::string annotation = annotation_of(citation);
    event("response.output_text.annotation.added",
          place(message_->item_id) + ",\"content_index\":0,\"annotation_index\":" +
              std::to_string(message_->annotation_count++) + ",\"annotation\":" + annotation,
          out);
    if (!message_->annotations.empty()) message_->annotations.push_back(',');
    message_->annotations.append(annotation);
  }
  order_.close(*this, out);
}

void ResponseWriter::end_message(std::string_view status, std::string& out) {
  if (!message_) return;
  const writer_state::Message message = std::move(*message_);
  message_.reset();
  if (message.item_id.empty()) return;
  const std::string part = text_part(message.text, message.annotations);
  if (events_) {
    const std::string at = place(message.item_id) + ",\"content_index\":0";
    event("response.output_text.done", at + member("text", message.text) + ",\"logprobs\":[]", out);
    event("response.content_part.done", at + ",\"part\":" + part, out);
  }
  finish_item(message_item(message.item_id, status, part), out);
}

void ResponseWriter::write_refusal(const answer::Stop& stop, std::string& out) {
  const RawString text = refusal_text(stop);
  if (text.empty()) return;
  begin_item(out);
  const RawString id = item_id_with("msg_"_raw);
  const std::string at = place(id) + ",\"content_index\":0";
  const bool as_text = options_->refusal_as_text;
  const auto part = [&](Raw shown) { return as_text ? text_part(shown, {}) : refusal_part(shown); };
  const std::string_view kind = as_text ? "output_text" : "refusal";
  add_item(message_item(id, "in_progress", {}), out);
  if (events_) {
    const std::string prefix = "response." + std::string(kind);
    const std::string_view logprobs = as_text ? ",\"logprobs\":[]" : "";
    event("response.content_part.added", at + ",\"part\":" + part({}), out);
    event(prefix + ".delta", at + member("delta", text) + std::string(logprobs), out);
    event(prefix + ".done", at + member(as_text ? "text" : "refusal", text) + std::string(logprobs),
          out);
    event("response.content_part.done", at + ",\"part\":" + part(text), out);
  }
  finish_item(message_item(id, "completed", part(text)), out);
}

// Reasoning.

void ResponseWriter::thinking_begin(uint32_t index, std::string& out) {
  if (order_.hold_back(Step::thinking_begin, index)) return;
  order_.open(index);
  begin_item(out);
  reasoning_.emplace();
  reasoning_->item_id = item_id_with("rs_"_raw);
  add_item(reasoning_item(reasoning_->item_id, {}, {}), out);
}

void ResponseWriter::thinking(const answer::Piece& piece, std::string& out) {
  if (order_.hold_back(Step::thinking, piece)) return;
  if (events_ && piece.is_first) {
    const std::string at = place(reasoning_->item_id) + ",\"summary_index\":0";
    event("response.reasoning_summary_part.added", at + ",\"part\":" + summary_part({}), out);
    reasoning_->delta =
        events_->repeated("response.reasoning_summary_text.delta", at + R"(,"delta":")", "\"");
  }
  reasoning_->text.append(piece.text);
  if (events_) events_->write(reasoning_->delta, piece.text, out);
}

void ResponseWriter::signature(uint32_t index, Raw signature, std::string& out) {
  if (order_.hold_back(Step::signature, index, signature.bytes())) return;
  reasoning_->signature.append(signature);
  (void)out;
}

void ResponseWriter::thinking_end(uint32_t index, BlockEnd end, std::string& out) {
  if (order_.hold_back(Step::thinking_end, index, {}, {}, end)) return;
  const writer_state::Reasoning done = std::move(*reasoning_);
  reasoning_.reset();
  std::string summary;
  if (!done.text.empty()) {
    summary = summary_part(done.text);
    const std::string at = place(done.item_id) + ",\"summary_index\":0";
    event("response.reasoning_summary_text.done", at + member("text", done.text), out);
    event("response.reasoning_summary_part.done", at + ",\"part\":" + summary, out);
  }
  const std::string block = R"({"type":"thinking","thinking":")" + done.text.bytes() +
                            R"(","signature":")" + done.signature.bytes() + "\"}";
  finish_reasoning(done.item_id, summary, block, out);
  order_.close(*this, out);
}

void ResponseWriter::redacted_thinking(uint32_t index, Raw data, std::string& out) {
  if (order_.hold_back(Step::redacted_thinking, index, data.bytes())) return;
  begin_item(out);
  const RawString id = item_id_with("rs_"_raw);
  add_item(reasoning_item(id, {}, {}), out);
  finish_reasoning(
      id, {}, R"({"type":"redacted_thinking","data":")" + std::string(data.bytes()) + "\"}", out);
}

void ResponseWriter::finish_reasoning(Raw item_id, std::string_view summary, std::string_view block,
                                      std::string& out) {
  const std::string sealed = seal('[' + std::string(block) + ']');
  finish_item(reasoning_item(item_id, summary, sealed), out);
}

// Calls.

ToolName ResponseWriter::tool_of(Raw name) const {
  const auto found = options_->tools.find(json::unescape(name));
  return found == options_->tools.end() ? ToolName() : found->second;
}

void ResponseWriter::call_begin(const answer::ToolCall& call, Raw id, Raw name, std::string& out) {
  if (order_.hold_back(Step::call_begin, call.index, id.bytes(), name.bytes())) return;
  order_.open(call.index);
  begin_item(out);
  call_.emplace();
  call_->tool = tool_of(name);
  call_->call = {RawString(id), RawString(name), {}};
  // The others show nothing before they are whole: nobody can tell yet what form they will have.
  if (call_->tool.kind != CallKind::function) return;
  call_->item_id = item_id_with(id_prefix(CallKind::function));
  add_item(call_item(CallKind::function, call_->tool, call_->call, call_->item_id, "in_progress"),
           out);
}

void ResponseWriter::call_arguments(const answer::ToolCall& call, Raw fragment, std::string& out) {
  if (order_.hold_back(Step::call_arguments, call.index, fragment.bytes())) return;
  call_->call.arguments.append(fragment);
  if (!events_ || call_->tool.kind != CallKind::function) return;
  if (call_->delta.empty()) {
    call_->delta = events_->repeated("response.function_call_arguments.delta",
                                     place(call_->item_id) + R"(,"delta":")", "\"");
  }
  events_->write(call_->delta, fragment, out);
}

void ResponseWriter::call_end(const answer::ToolCall& call, BlockEnd end, std::string& out) {
  if (order_.hold_back(Step::call_end, call.index, {}, {}, end)) return;
  // A limit may cut the arguments and the block be closed all the same: stop() tells.
  if (end == BlockEnd::cut || !json::is_valid(json::unescape(call_->call.arguments))) {
    call_->is_cut = true;
    return;
  }
  finish_call(out);
  order_.close(*this, out);
}

void ResponseWriter::finish_call(std::string& out) {
  const writer_state::OpenCall done = std::move(*call_);
  call_.reset();
  const CallKind form = form_of(done.tool, done.call);
  RawString id = done.item_id;
  if (id.empty()) {
    id = item_id_with(id_prefix(form));
    add_item(call_item(form, done.tool, done.call, id, "in_progress"), out);
  }
  if (form == CallKind::function) {
    if (done.item_id.empty()) {
      event("response.function_call_arguments.delta",
            place(id) + member("delta", done.call.arguments), out);
    }
    event("response.function_call_arguments.done",
          place(id) + member("arguments", done.call.arguments), out);
  } else if (form == CallKind::custom) {
    const RawString input = input_of(done.call);
    if (!input.empty()) {
      event("response.custom_tool_call_input.delta", place(id) + member("delta", input), out);
    }
    event("response.custom_tool_call_input.done", place(id) + member("input", input), out);
  }
  finish_item(call_item(form, done.tool, done.call, id, "completed"), out);
}

// The upstream's own tools: a web search is shown.

void ResponseWriter::server_block_begin(uint32_t index, std::string_view block, std::string& out) {
  if (order_.hold_back(Step::server_block_begin, index, block)) return;
  if (!SearchCall::is_begun_by(block)) return;
  begin_item(out);
  search_.emplace(item_id_with("ws_"_raw), block);
  add_item(search_->item("in_progress"), out);
}

void ResponseWriter::server_block_end(uint32_t index, std::string_view block, BlockEnd end,
                                      std::string& out) {
  if (order_.hold_back(Step::server_block_end, index, block, {}, end)) return;
  if (!search_) return;
  if (SearchCall::is_begun_by(block)) {
    search_->set_query(block);
    event("response.web_search_call.in_progress", place(search_->item_id()), out);
    event("response.web_search_call.searching", place(search_->item_id()), out);
  } else if (search_->take_result(block, options_->include_search_sources)) {
    if (!search_->failed()) {
      event("response.web_search_call.completed", place(search_->item_id()), out);
    }
    close_search(search_->failed() ? "failed" : "completed", out);
  }
}

void ResponseWriter::close_search(std::string_view status, std::string& out) {
  if (!search_) return;
  const std::string item = search_->item(status);
  search_.reset();
  finish_item(item, out);
}

// The end.

void ResponseWriter::stop(const answer::Stop& stop, const answer::TokenUsage& usage,
                          std::string& out) {
  is_over_ = true;
  const bool incomplete = answer::is_cut_off(stop.reason);
  std::string cut_item;
  // What waited for a call may end with a call that was not closed either.
  while (call_ && call_->is_cut && !incomplete) {
    finish_call(out);
    order_.close(*this, out);
  }
  if (call_ && call_->is_cut && call_->tool.kind == CallKind::function) {
    if (call_->item_id.empty()) call_->item_id = item_id_with("fc_"_raw);
    cut_item =
        call_item(CallKind::function, call_->tool, call_->call, call_->item_id, "incomplete");
  }
  end_message(incomplete && cut_item.empty() ? "incomplete" : "completed", out);
  close_search("failed", out);
  write_refusal(stop, out);
  if (!cut_item.empty()) {
    if (!items_.empty()) items_.push_back(',');
    items_.append(cut_item);
  }
  state_.is_kept = options_->keeper && options_->keeper->finish(state_.id, items_);
  state_.ended_unix_s = clock_();
  if (events_) {
    events_->begin(incomplete ? "response.incomplete" : "response.completed", out);
    out.append("\"response\":");
  }
  append_finished_response(out, state_, *options_, items_, stop, usage);
  if (events_) {
    events_->end(out);
  } else {
    out.push_back('\n');
  }
}

void ResponseWriter::fail(const Error& error, std::string& out) {
  if (!events_) return;
  is_over_ = true;
  state_.is_kept = false;
  const Error shown = in_openai_words(error);
  event("error", error_member(shown), out);
  events_->begin("response.failed", out);
  out.append("\"response\":");
  append_failed_response(out, state_, *options_, items_, shown);
  events_->end(out);
}

void ResponseWriter::keepalive(std::string& out) {
  if (!events_ || state_.id.empty() || is_over_) return;
  events_->begin("keepalive", out);
  out.pop_back();  // it has no members of its own
  events_->end(out);
}

}  // namespace proxx::openai::responses
