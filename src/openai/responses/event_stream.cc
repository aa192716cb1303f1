#include "openai/responses/event_stream.h"

namespace proxx::openai::responses {

void EventStream::begin(std::string_view type, std::string& out) {
  if (frame_.server_sent_events) out.append("event: ").append(type).push_back('\n');
  out.append(frame_.prefix).append(R"({"type":")").append(type);
  out.append(R"(","sequence_number":)").append(std::to_string(next_number_++)).push_back(',');
}

}  // namespace proxx::openai::responses
