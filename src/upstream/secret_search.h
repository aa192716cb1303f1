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

/// `is_whole`: nothing follows. Then undecided is the text's size, and what could be the beginning
/// of a secret counts as one if it is half of it, or 8 characters.
[[nodiscard]] FoundSecrets find_secrets(const std::vector<std::string>& secrets,
                                        std::string_view text, bool is_whole);

}  // namespace proxx
