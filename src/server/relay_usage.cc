#include "server/relay_usage.h"

#include <algorithm>

#include "json/reader.h"
#include "json/text.h"

namespace proxx::server {
namespace {

/// message_start takes some 500 bytes, message_delta and message_stop together as many.
constexpr size_t kStartBytes = 2048;
constexpr size_t kEndBytes = 1536;

enum class Which { first, last };

/// The place of a `"word"`, given as `word"`, that is no part of a string; npos without one. In a
/// string its quotes are escaped. Words begin with letters, which are rarer than quotes.
size_t find_word(std::string_view text, std::string_view word, Which which) {
  size_t found = std::string_view::npos;
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool quoted = at > 0 && text[at - 1] == '"' && (at == 1 || text[at - 2] != '\\');
    if (!quoted) continue;
    found = at;
    if (which == Which::first) break;
  }
  return found;
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

/// Whether `text` has a whole usage, which is the last in it. With `ends_message`, it has to be the
/// member of an object that ends with the text.
bool merge_usage(std::optional<anthropic::Usage>& to, std::string_view text, bool ends_message) {
  constexpr std::string_view kKey = "usage\"";
  const size_t key = find_word(text, kKey, Which::last);
  if (key == std::string_view::npos) return false;
  const size_t value = text.find_first_not_of(" \t\r\n:", key + kKey.size());
  if (value == std::string_view::npos || text[value] != '{') return false;
  const std::string_view usage = object_in(text.substr(value));
  if (ends_message && !ends_one_object(text.substr(value + usage.size()))) return false;
  json::Document document;
  if (!document.parse_view(usage)) return false;
  if (!to) to.emplace();
  to->merge(anthropic::decode_usage(document.root()));
  return true;
}

/// The line of an event of a type, given as `type"`; "" without one.
std::string_view event_line(std::string_view text, std::string_view type, Which which) {
  const size_t at = find_word(text, type, which);
  if (at == std::string_view::npos) return {};
  const size_t begin = text.find_last_of("\r\n", at) + 1;  // 0 without a line end
  const std::string_view line = text.substr(begin, text.find_first_of("\r\n", at) - begin);
  return line.starts_with("data:") ? line : std::string_view();
}

}  // namespace

void RelayUsage::take(std::string_view bytes) {
  if (starts_) take_start(bytes);
  take_end(bytes);
}

void RelayUsage::take_start(std::string_view bytes) {
  start_.append(bytes.substr(0, kStartBytes - start_.size()));
  const std::string_view lines =
      std::string_view(start_).substr(0, start_.find_last_of("\r\n") + 1);
  const bool found = merge_usage(usage_, event_line(lines, "message_start\"", Which::first), false);
  if (!found && start_.size() < kStartBytes) return;
  starts_ = false;
  start_ = std::string();
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
    merge_usage(usage, event_line(end_, "message_delta\"", Which::last), false);
  } else if (whole) {
    merge_usage(usage, end_, true);
  }
  if (!usage) return std::nullopt;
  return TokenCounts{usage->prompt_tokens(), usage->output_tokens.value_or(0),
                     usage->cache_read_input_tokens.value_or(0),
                     usage->cache_creation_input_tokens.value_or(0),
                     usage->thinking_tokens.value_or(0)};
}

}  // namespace proxx::server
