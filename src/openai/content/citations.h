#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "answer/events.h"

namespace proxx::openai {

/// Code points of a text: what the indices of an url_citation count, as Python
/// clients index strings. A low surrogate's escape counts nothing, so that a pair counts one
/// wherever it is cut.
[[nodiscard]] int64_t count_code_points(json::Raw text);

/// A source on the web for a stretch of the text. An OpenAI client sees only these.
struct UrlCitation {
  json::RawString url;
  json::RawString title;
  int64_t start_index = 0;  ///< in code points of the whole text
  int64_t end_index = 0;
};

/// Collects the citations of a text that is made of text blocks, and counts their places in it. Its
/// functions go with those of the same names in answer::Output.
class CitationCollector {
 public:
  void text_begin(uint32_t index) { open_.push_back({index, length_, {}}); }
  void text(const answer::Piece& piece) {
    length_ +=
        piece.is_plain ? static_cast<int64_t>(piece.text.size()) : count_code_points(piece.text);
  }
  /// Leaves out a citation without a URL.
  void citation(uint32_t index, const anthropic::Citation& citation);
  /// The block's citations: each is a source for all of the block.
  [[nodiscard]] std::vector<UrlCitation> text_end(uint32_t index);

 private:
  struct OpenBlock {
    uint32_t index;
    int64_t begin;
    std::vector<UrlCitation> citations;
  };

  int64_t length_ = 0;
  std::vector<OpenBlock> open_;
};

}  // namespace proxx::openai
