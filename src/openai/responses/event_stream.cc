#include "openai/responses/event_stream.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace proxx::openai::responses {

void EventStream::begin(std::string_view type, std::string& out) {
  append_head(type, out);
  out.append(std::to_string(next_number_++)).push_back(',');
}

void EventStream::append_head(std::string_view type, std::string& out) const {
  if (frame_.server_sent_events) out.append("event: ").append(type).push_back('\n');
  out.append(frame_.prefix).append(R"({"type":")").append(type).append(R"(","sequence_number":)");
}

EventStream::Ready EventStream::ready(std::string_view type, std::string_view before,
                                      std::string_view after) const {
  Ready event;
  append_head(type, event.head);
  event.members = ',' + std::string(before);
  event.end = std::string(after) + '}' + std::string(frame_.suffix);
  return event;
}

void EventStream::write(const Ready& event, json::Raw text, std::string& out) {
  std::array<char, 20> digits;
  const char* const end =
      std::to_chars(digits.data(), digits.data() + digits.size(), next_number_++).ptr;
  const auto number = static_cast<size_t>(end - digits.data());
  // One growth, then copies: this is done for every few words of an answer.
  size_t at = out.size();
  out.resize(at + event.head.size() + number + event.members.size() + text.size() +
             event.end.size());
  const auto put = [&](std::string_view part) {
    std::memcpy(out.data() + at, part.data(), part.size());
    at += part.size();
  };
  put(event.head);
  put({digits.data(), number});
  put(event.members);
  put(text.bytes());
  put(event.end);
}

}  // namespace proxx::openai::responses
