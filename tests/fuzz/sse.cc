// The parser gives the events that the HTML standard's text gives, however the stream is cut, and
// at its end the same unended one. (Names, ids and retry times are not kept: faults.md U31.)

#include "core/sse.h"

#include "fuzz.h"
#include "sse_reference.h"

namespace proxx::fuzz {
namespace {

SseContent parse(const Pieces& pieces) {
  SseParser parser;
  SseContent content;
  for (const std::string& piece : pieces) {
    parser.feed(piece);
    while (const auto data = parser.next()) content.events.emplace_back(*data);
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
