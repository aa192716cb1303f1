#include "openai/content/citations.h"

#include <algorithm>
#include <utility>

namespace proxx::openai {
namespace {

bool is_low_surrogate_escape(std::string_view raw, size_t backslash) {
  if (backslash + 3 >= raw.size() || raw[backslash + 1] != 'u') return false;
  const char first = static_cast<char>(raw[backslash + 2] | 0x20);
  const char second = static_cast<char>(raw[backslash + 3] | 0x20);
  return first == 'd' && second >= 'c' && second <= 'f';
}

}  // namespace

int64_t count_code_points(json::Raw text) {
  const std::string_view raw = text.bytes();
  int64_t count = 0;
  // A stride fits the count into a byte, so that a compiler adds many bytes at once.
  constexpr size_t kStride = 128;
  for (std::string_view rest = raw; !rest.empty();
       rest.remove_prefix(std::min(kStride, rest.size()))) {
    uint8_t begins = 0;
    for (const char byte : rest.substr(0, kStride)) begins += static_cast<signed char>(byte) >= -64;
    count += begins;
  }
  for (size_t at = raw.find('\\'); at != std::string_view::npos; at = raw.find('\\', at)) {
    const size_t length = raw[at + 1] == 'u' ? 6 : 2;
    count -= static_cast<int64_t>(length) - (is_low_surrogate_escape(raw, at) ? 0 : 1);
    at += length;
  }
  return count;
}

void CitationCollector::citation(uint32_t index, const anthropic::Citation& citation) {
  if (!citation.url) return;
  for (OpenBlock& block : open_) {
    if (block.index != index) continue;
    block.citations.push_back({json::RawString(*citation.url), json::RawString(citation.title),
                               block.begin, block.begin});
    return;
  }
}

std::vector<UrlCitation> CitationCollector::text_end(uint32_t index) {
  const auto block = std::find_if(open_.begin(), open_.end(),
                                  [&](const OpenBlock& each) { return each.index == index; });
  if (block == open_.end()) return {};
  std::vector<UrlCitation> citations = std::move(block->citations);
  open_.erase(block);
  for (UrlCitation& each : citations) each.end_index = length_;
  return citations;
}

}  // namespace proxx::openai
