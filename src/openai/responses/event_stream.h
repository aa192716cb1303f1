#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "answer/frame.h"

namespace proxx::openai::responses {

/// The events of one streamed answer: each with its name and the next sequence number
/// (docs/mapping-responses.md 1.6).
class EventStream {
 public:
  explicit EventStream(answer::Frame frame) : frame_(std::move(frame)) {}

  /// Begins an event: its own members follow, comma separated, then end().
  void begin(std::string_view type, std::string& out);
  void end(std::string& out) { out.append("}").append(frame_.suffix); }

  void write(std::string_view type, std::string_view members, std::string& out) {
    begin(type, out);
    out.append(members);
    end(out);
  }

 private:
  answer::Frame frame_;
  int64_t next_number_ = 0;
};

}  // namespace proxx::openai::responses
