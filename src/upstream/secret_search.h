#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Finds secrets in a text, whatever their spelling (upstream/secrets.h lists them). Pure functions.

namespace proxx {

struct FoundSecrets {
  struct Span {
    size_t begin;
    size_t end;
  };
  /// The secrets' bytes, by their begin; they may overlap. Framing inside a secret is not in them.
  std::vector<Span> spans;
  /// Where a secret may begin that the text's end cuts off; the text's size if there is none.
  size_t undecided = 0;
};

/// What the end of a text means for a secret that begins before it.
enum class TextEnd {
  open,   ///< more follows: where a secret may have begun is undecided
  cut,    ///< text may be missing: the first 8 characters of a secret count as one, of a shorter
          ///< secret all but the last
  whole,  ///< nothing is missing: the beginning of a secret is none
};

[[nodiscard]] FoundSecrets find_secrets(const std::vector<std::string>& secrets,
                                        std::string_view text, TextEnd end);

}  // namespace proxx
