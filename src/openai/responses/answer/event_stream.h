#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "answer/frame.h"
#include "json/raw.h"

namespace proxx::openai::responses {

/// The events of one streamed answer: each with its name and the next sequence number
/// (docs/mapping-responses.md 1.6).
class EventStream {
 public:
  explicit EventStream(answer::Frame frame) : frame_(std::move(frame)) {}

  /// Begins an event: its own members follow, comma separated, then end().
  void begin(std::string_view type, std::string& out);
  void end(std::string& out) { out.append("}").append(frame_.suffix); }

  /// An event that comes again and again, all but its number and a text in it: so it costs what a
  /// chat chunk costs.
  class Repeated {
   public:
    [[nodiscard]] bool empty() const { return head_.empty(); }

   private:
    friend class EventStream;
    void set_number(int64_t number);

    std::string head_;  ///< up to the text, with `number_`
    std::string end_;
    int64_t number_ = 0;
    size_t number_begin_ = 0;
    size_t number_size_ = 1;
  };
  /// `before` and `after`: its own members around the text, with their commas.
  [[nodiscard]] Repeated repeated(std::string_view type, std::string_view before,
                                  std::string_view after) const;
  void write(Repeated& event, json::Raw text, std::string& out) {
    if (event.number_ != next_number_) event.set_number(next_number_);
    out.append(event.head_).append(text.bytes()).append(event.end_);
    // The next number now, and not right before it is copied: a copy of what was just stored waits.
    event.set_number(++next_number_);
  }

  void write(std::string_view type, std::string_view members, std::string& out) {
    begin(type, out);
    out.append(members);
    end(out);
  }

 private:
  void append_head(std::string_view type, std::string& out) const;

  answer::Frame frame_;
  int64_t next_number_ = 0;
};

}  // namespace proxx::openai::responses
