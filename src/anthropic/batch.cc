#include "anthropic/batch.h"

#include <algorithm>
#include <utility>

#include "anthropic/error.h"
#include "anthropic/event.h"
#include "base/ascii.h"
#include "base/date.h"
#include "base/utf8.h"
#include "json/writer.h"

namespace proxx::anthropic {
namespace {

using json::Reader;

constexpr std::string_view kBodyStart = R"({"requests":[)";
constexpr std::string_view kItemStart = R"({"custom_id":")";
constexpr std::string_view kItemParams = R"(","params":)";
constexpr size_t kMaxCustomIdBytes = 64;
constexpr uint64_t kMaxItems = uint64_t{1} << 40;

/// Of temperature, metadata and their like counting takes some and refuses others.
constexpr std::string_view kCounted[] = {"model",         "messages",      "system",
                                         "tools",         "tool_choice",   "thinking",
                                         "output_config", "cache_control", "context_management",
                                         "mcp_servers"};

tl::unexpected<Error> malformed(const std::string& what) {
  return err(protocol_error("Message Batches: " + what));
}

uint64_t count_of(Reader counts, std::string_view name) {
  const int64_t count = counts.get(name).integer_or_none().value_or(0);
  return std::min(static_cast<uint64_t>(std::max<int64_t>(count, 0)), kMaxItems);
}

/// Upstream's JSON may hold lone surrogates.
Status parse(json::Document& document, std::string_view text) {
  if (document.parse_view(text, kUpstreamJson)) return {};
  if (utf8::find_invalid(text) != std::string_view::npos &&
      document.parse(utf8::repaired(text), kUpstreamJson)) {
    return {};
  }
  return malformed("the answer is no JSON");
}

}  // namespace

uint64_t BatchCounts::total() const {
  return processing + succeeded + errored + canceled + expired;
}

Result<MessageBatch> decode_batch(Reader batch) {
  MessageBatch out;
  out.id = batch.get("id").string_or("");
  const Reader status = batch.get("processing_status");
  const Reader counts = batch.get("request_counts");
  // Ids become part of paths and of the journal.
  const bool plain = !out.id.empty() && out.id.size() <= 256 &&
                     std::all_of(out.id.begin(), out.id.end(),
                                 [](char c) { return is_token_char(c) && c != '%'; });
  if (!plain) return malformed("a batch without a usable id");
  if (!status.is_string()) return malformed(out.id + " has no processing_status");
  if (!counts.is_object()) return malformed(out.id + " has no request_counts");
  out.ended = status.equals("ended");
  out.counts = {count_of(counts, "processing"), count_of(counts, "succeeded"),
                count_of(counts, "errored"), count_of(counts, "canceled"),
                count_of(counts, "expired")};
  out.has_results = batch.get("archived_at").is_null();
  out.expires_unix_s = parse_rfc3339(batch.get("expires_at").string_or("")).value_or(0);
  return out;
}

Result<MessageBatch> decode_batch(std::string_view json) {
  json::Document document;
  PROXX_TRY(parse(document, json));
  return decode_batch(document.root());
}

Result<BatchPage> decode_batch_page(std::string_view json) {
  json::Document document;
  PROXX_TRY(parse(document, json));
  const Reader data = document.root().get("data");
  if (!data.is_array()) return malformed("a list without data");
  BatchPage page;
  for (const Reader each : data.elements()) {
    PROXX_ASSIGN(MessageBatch batch, decode_batch(each));
    page.batches.push_back(std::move(batch));
  }
  if (document.root().get("has_more").boolean_or(false) && !page.batches.empty()) {
    page.next = document.root().get("last_id").string_or(page.batches.back().id);
  }
  return page;
}

Result<BatchResult> decode_batch_result(std::string_view line, json::Document& document) {
  PROXX_TRY(parse(document, line));
  const Reader root = document.root();
  const Reader id = root.get("custom_id");
  const Reader result = root.get("result");
  const Reader type = result.get("type");
  if (!id.is_string() || !type.is_string()) return malformed("a line that is no result");
  BatchResult out;
  out.custom_id = id.string_or("");
  if (type.equals("succeeded")) {
    out.outcome = BatchOutcome::succeeded;
    out.message = result.get("message");
    if (!out.message.is_object()) return malformed("a result without its message");
  } else if (type.equals("canceled")) {
    out.outcome = BatchOutcome::canceled;
  } else if (type.equals("expired")) {
    out.outcome = BatchOutcome::expired;
  } else {
    // `{"type":"error","error":{...}}`; older answers have the inner object alone.
    const Reader outer = result.get("error");
    const Reader inner = outer.get("error");
    out.error = inner.is_object() ? inner : outer;
  }
  return out;
}

bool is_batch_custom_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxCustomIdBytes &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '_' || c == '-';
         });
}

void BatchBody::add(std::string_view custom_id, std::string_view params) {
  text_.append(items_++ == 0 ? kBodyStart : ",");
  text_.append(kItemStart).append(custom_id).append(kItemParams).append(params).append("}");
}

size_t BatchBody::size_with(std::string_view custom_id, std::string_view params) const {
  return std::max(text_.size(), kBodyStart.size()) + kItemStart.size() + custom_id.size() +
         kItemParams.size() + params.size() + 4;
}

std::string BatchBody::take() {
  text_.append(items_ == 0 ? std::string(kBodyStart) + "]}" : "]}");
  items_ = 0;
  return std::exchange(text_, {});
}

std::string countable_part(std::string_view messages_request) {
  json::Document document;
  std::string out;
  if (!document.parse_view(messages_request)) return out;
  json::Writer writer(out);
  writer.begin_object();
  for (const json::Member& member : document.root().members()) {
    if (std::find(std::begin(kCounted), std::end(kCounted), member.raw_key.bytes()) ==
        std::end(kCounted)) {
      continue;
    }
    writer.raw_key(member.raw_key).raw(member.value.raw());
  }
  writer.end_object();
  return out;
}

}  // namespace proxx::anthropic
