#include "openai/responses/answer/event_stream.h"

#include <string>

namespace proxx::openai::responses {

void EventStream::begin(std::string_view type, std::string& out) {
  append_head(type, out);
  out.append(std::to_string(next_number_++)).push_back(',');
}

void EventStream::append_head(std::string_view type, std::string& out) const {
  if (frame_.server_sent_events) out.append("event: ").append(type).push_back('\n');
  out.append(frame_.prefix).append(R"({"type":")").append(type).append(R"(","sequence_number":)");
}

EventStream::Repeated EventStream::repeated(std::string_view type, std::string_view before,
                                            std::string_view after) const {
  Repeated event;
  append_head(type, event.head_);
  event.number_begin_ = event.head_.size();
  event.head_.append("0,").append(before);
  event.end_.append(after).append("}").append(frame_.suffix);
  return event;
}

void EventStream::Repeated::set_number(int64_t number) {
  // Nearly always one more than before: then its last digit changes, and no other.
  char& last_digit = head_[number_begin_ + number_size_ - 1];
  if (number == number_ + 1 && last_digit != '9') {
    ++last_digit;
  } else {
    const std::string digits = std::to_string(number);
    head_.replace(number_begin_, number_size_, digits);
    number_size_ = digits.size();
  }
  number_ = number;
}

}  // namespace proxx::openai::responses
