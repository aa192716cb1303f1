// The parser gives the events that the HTML standard's text gives, however the stream is cut, and
// at its end the same unended one. (Names, ids and retry times are not kept: docs/faults.md U31.)

#include "anthropic/sse.h"

#include "fuzz.h"
#include "sse_reference.h"

namespace proxx::fuzz {
namespace {

/// Of those who know the usual events: the size of `data: x\n\n` at the beginning, x without a CR;
/// else 0.
size_t simple_event(std::string_view bytes) {
  const size_t end = bytes.find_first_of("\r\n");
  const bool simple = bytes.substr(0, 6) == "data: " && end != std::string_view::npos &&
                      bytes.substr(end, 2) == "\n\n";
  return simple ? end + 2 : 0;
}

SseContent parse(const Pieces& pieces) {
  SseParser parser;
  SseContent content;
  for (const std::string& piece : pieces) {
    parser.feed(piece);
    for (;;) {
      if (const size_t size = simple_event(parser.unread())) {
        content.events.emplace_back(parser.unread().substr(6, size - 8));
        parser.skip(size);
      } else if (const auto data = parser.next()) {
        content.events.emplace_back(*data);
      } else {
        break;
      }
    }
  }
  expect(!parser.too_large(), "nothing here is too large");
  if (const auto data = parser.finish()) content.unended = *data;
  return content;
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proxx::fuzz;
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const SseContent expected = read_sse(std::string(stream));
  for (const Pieces& pieces : both_cuts(stream)) {
    const SseContent content = parse(pieces);
    expect(content.events == expected.events, "the same events");
    expect(content.unended == expected.unended, "the same unended event");
  }
  return 0;
}
