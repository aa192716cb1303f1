#include "server/relay_usage.h"

#include <algorithm>
#include <variant>

#include "anthropic/event.h"
#include "anthropic/sse.h"
#include "json/reader.h"
#include "json/text.h"

namespace proxx::server {
namespace {

/// message_start takes some 500 bytes, message_delta and message_stop together as many.
constexpr size_t kStartBytes = 2048;
constexpr size_t kEndBytes = 1536;

void merge(std::optional<anthropic::Usage>& to, const anthropic::Usage& newer) {
  if (!to) to.emplace();
  to->merge(newer);
}

/// Whether the event was one with a usage.
bool merge_event(std::optional<anthropic::Usage>& to, std::string_view data) {
  json::Document document;
  if (!document.parse_view(data, {.allow_lone_surrogates = true})) return false;
  const auto event = anthropic::decode_event(document.root());
  if (!event) return false;
  if (const auto* start = std::get_if<anthropic::MessageStart>(&*event)) {
    merge(to, start->usage);
    return true;
  }
  if (const auto* delta = std::get_if<anthropic::MessageDelta>(&*event)) {
    merge(to, delta->usage);
    return true;
  }
  return false;
}

/// Calls `take` with the offset and the depth behind each bracket outside of strings, until it says
/// false.
template <class Take>
void each_bracket(std::string_view text, Take take) {
  int depth = 0;
  bool in_string = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') in_string = !in_string;
    if (in_string) {
      if (c == '\\') ++at;
      continue;
    }
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    } else {
      continue;
    }
    if (!take(at, depth)) return;
  }
}

/// The object that `text` begins with; "" if it does not end.
std::string_view object_in(std::string_view text) {
  size_t size = 0;
  each_bracket(text, [&size](size_t at, int depth) {
    if (depth == 0) size = at + 1;
    return depth > 0;
  });
  return text.substr(0, size);
}

/// Whether `text` is the rest of one object and no more.
bool ends_one_object(std::string_view text) {
  int last = 0;
  each_bracket(text, [&last](size_t, int depth) {
    last = depth;
    return true;
  });
  return last == -1;
}

void merge_message(std::optional<anthropic::Usage>& to, std::string_view end) {
  constexpr std::string_view kKey = "\"usage\"";
  const size_t key = end.rfind(kKey);
  if (key == std::string_view::npos) return;
  const size_t value = end.find_first_not_of(" \t\r\n:", key + kKey.size());
  if (value == std::string_view::npos || end[value] != '{') return;
  const std::string_view usage = object_in(end.substr(value));
  json::Document document;
  if (!ends_one_object(end.substr(value + usage.size())) || !document.parse_view(usage)) return;
  merge(to, anthropic::decode_usage(document.root()));
}

void merge_events(std::optional<anthropic::Usage>& to, std::string_view end) {
  SseParser events;
  events.feed(end);
  const auto take = [&to](std::string_view data) {
    if (data.find("\"message_delta\"") != std::string_view::npos) merge_event(to, data);
  };
  while (const auto data = events.next()) take(*data);
  if (const auto data = events.finish()) take(*data);
}

}  // namespace

void RelayUsage::take(std::string_view bytes) {
  if (starts_) take_start(bytes);
  take_end(bytes);
}

void RelayUsage::take_start(std::string_view bytes) {
  start_.append(bytes.substr(0, kStartBytes - start_.size()));
  SseParser events;
  events.feed(start_);
  while (const auto data = events.next()) {
    if (merge_event(usage_, *data)) starts_ = false;
  }
  if (start_.size() == kStartBytes) starts_ = false;
  if (!starts_) start_ = std::string();
}

void RelayUsage::take_end(std::string_view bytes) {
  if (bytes.size() >= kEndBytes) {
    end_.assign(bytes.substr(bytes.size() - kEndBytes));
    return;
  }
  // Moved once for many small pieces.
  if (end_.size() + bytes.size() > 2 * kEndBytes) {
    end_.erase(0, end_.size() - (kEndBytes - bytes.size()));
  }
  end_.append(bytes);
}

std::optional<TokenCounts> RelayUsage::tokens(bool whole) const {
  std::optional<anthropic::Usage> usage = usage_;
  if (event_stream_) {
    merge_events(usage, end_);
  } else if (whole) {
    merge_message(usage, end_);
  }
  if (!usage) return std::nullopt;
  return TokenCounts{usage->prompt_tokens(), usage->output_tokens.value_or(0),
                     usage->cache_read_input_tokens.value_or(0),
                     usage->cache_creation_input_tokens.value_or(0),
                     usage->thinking_tokens.value_or(0)};
}

}  // namespace proxx::server
