#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace proxx::cli {

/// A set of ids that takes under 16 bytes for each, whatever their length: it keeps 96 bits of
/// hash. Among a million ids, the chance that any two are taken for one is 10^-17; with 64 bits it
/// would be 10^-8.
class IdSet {
 public:
  IdSet();

  /// False if it was there already.
  bool insert(std::string_view id);
  [[nodiscard]] bool contains(std::string_view id) const;
  [[nodiscard]] size_t size() const { return size_; }

 private:
  /// Most significant word first. The set is cut into sorted buckets by its first bits: inserting
  /// moves a few KiB, and growing copies one bucket only.
  using Hash = std::array<uint32_t, 3>;
  using Bucket = std::vector<Hash>;

  [[nodiscard]] Hash hash_of(std::string_view id) const;

  std::vector<Bucket> buckets_;
  std::array<uint64_t, 2> seeds_;  ///< random: nobody can choose ids that share a bucket
  size_t size_ = 0;
};

}  // namespace proxx::cli
