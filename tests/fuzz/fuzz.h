#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the fuzz targets share. A target is one file NAME.cc that begins with its invariant in words
// and has a LLVMFuzzerTestOneInput. It runs under libFuzzer (scripts/fuzz.sh) and, with replay.cc
// for a main, over its corpus in every build (ctest -R fuzz).

namespace proxx::fuzz {

/// Ends the program, so that the fuzzer keeps the input, unless `holds`.
void expect(bool holds, const char* what, std::string_view detail = {});

/// Decisions out of the fuzzer's bytes, front to back. When they are used up all are 0.
class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool more() const { return !rest_.empty(); }
  uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  bool flag() { return byte() % 2 == 1; }
  /// In [0, count), for a count of at most 256.
  size_t below(size_t count) { return byte() % count; }
  template <size_t N>
  std::string_view one_of(const std::string_view (&words)[N]) {
    return words[below(N)];
  }
  /// Bytes as they are: a length, then as many.
  std::string_view bytes() {
    const std::string_view taken = rest_.substr(0, byte());
    rest_ = rest_.substr(taken.size());
    return taken;
  }
  /// All that is left.
  std::string_view rest() { return std::exchange(rest_, {}); }

 private:
  std::string_view rest_;
};

/// `text` in one piece, and cut: into single bytes, or small pieces, or large ones, each a copy of
/// its own, so that the sanitizer sees a read behind its end. Which cut is the text's own hash to
/// say: an input that fails fails again.
using Pieces = std::vector<std::string>;
[[nodiscard]] std::vector<Pieces> both_cuts(std::string_view text);

}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
