#pragma once
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

  /// An event that comes again and again, all but its number and a text in it.
  struct Ready {
    std::string head;     ///< up to the number
    std::string members;  ///< from there to the text
    std::string end;
  };
  /// `before` and `after`: its own members around the text, with their commas.
  [[nodiscard]] Ready ready(std::string_view type, std::string_view before,
                            std::string_view after) const;
  void write(const Ready& event, json::Raw text, std::string& out);

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
