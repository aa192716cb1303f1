#include "fuzz.h"

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <random>

#include "base/hash.h"

namespace proxx::fuzz {
namespace {

/// Pieces of 1 to `longest` bytes.
Pieces cut(std::string_view text, size_t longest, uint64_t seed) {
  std::minstd_rand random(static_cast<uint32_t>(seed));
  Pieces pieces;
  while (!text.empty()) {
    pieces.emplace_back(text.substr(0, 1 + random() % longest));
    text.remove_prefix(pieces.back().size());
  }
  return pieces;
}

}  // namespace

void expect(bool holds, const char* what, std::string_view detail) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n%.*s\n", what, static_cast<int>(detail.size()),
               detail.data());
  std::abort();
}

std::vector<Pieces> both_cuts(std::string_view text) {
  static constexpr size_t kLongest[] = {1, 7, 150};
  const uint64_t seed = stable_hash(text);
  return {{std::string(text)}, cut(text, kLongest[seed % std::size(kLongest)], seed >> 8)};
}

}  // namespace proxx::fuzz
