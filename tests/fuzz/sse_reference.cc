#include "sse_reference.h"

#include <algorithm>

namespace proxx::fuzz {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

SseContent read_sse(std::string stream) {
  if (stream.rfind("\xEF\xBB\xBF", 0) == 0) stream.erase(0, 3);
  stream = replaced(replaced(std::move(stream), "\r\n", "\n"), "\r", "\n");

  SseContent content;
  while (!stream.empty()) {
    const size_t end = std::min(stream.find('\n'), stream.size());
    const std::string line = stream.substr(0, end);
    stream.erase(0, end + 1);
    if (line.empty()) {
      if (content.unended) content.events.push_back(*content.unended);
      content.unended.reset();
      continue;
    }
    const size_t colon = line.find(':');
    std::string value = colon == std::string::npos ? "" : line.substr(colon + 1);
    if (value.rfind(' ', 0) == 0) value.erase(0, 1);
    if (line.substr(0, colon) != "data") continue;
    content.unended = content.unended ? *content.unended + "\n" + value : value;
  }
  return content;
}

}  // namespace proxx::fuzz
