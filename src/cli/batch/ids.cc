#include "cli/batch/ids.h"

#include <algorithm>
#include <random>

#include "base/hash.h"

namespace proxx::cli {
namespace {

constexpr int kBucketBits = 12;
/// Buckets grow by an eighth: doubling would leave up to half of the memory unused.
constexpr size_t kGrowthDivisor = 8;
constexpr size_t kLeastGrowth = 4;

size_t bucket_of(uint32_t first_word) {
  return first_word >> (32 - kBucketBits);
}

}  // namespace

IdSet::IdSet() : buckets_(size_t{1} << kBucketBits) {
  std::random_device random;
  for (uint64_t& seed : seeds_) seed = uint64_t{random()} << 32 | random();
}

IdSet::Hash IdSet::hash_of(std::string_view id) const {
  const uint64_t first = stable_hash(id, seeds_[0]);
  const uint64_t second = stable_hash(id, seeds_[1]);
  return {static_cast<uint32_t>(first >> 32), static_cast<uint32_t>(first),
          static_cast<uint32_t>(second)};
}

bool IdSet::insert(std::string_view id) {
  const Hash hash = hash_of(id);
  Bucket& bucket = buckets_[bucket_of(hash[0])];
  const auto place = std::lower_bound(bucket.begin(), bucket.end(), hash);
  if (place != bucket.end() && *place == hash) return false;
  const auto offset = place - bucket.begin();
  if (bucket.size() == bucket.capacity()) {
    bucket.reserve(bucket.size() + bucket.size() / kGrowthDivisor + kLeastGrowth);
  }
  bucket.insert(bucket.begin() + offset, hash);
  ++size_;
  return true;
}

bool IdSet::contains(std::string_view id) const {
  const Hash hash = hash_of(id);
  const Bucket& bucket = buckets_[bucket_of(hash[0])];
  return std::binary_search(bucket.begin(), bucket.end(), hash);
}

}  // namespace proxx::cli
