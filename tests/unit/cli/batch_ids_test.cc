#include <doctest/doctest.h>
#include <malloc.h>

#include <string>

#include "cli/batch/ids.h"

using proxx::cli::IdSet;

TEST_CASE("an id is in the set once") {
  IdSet ids;
  CHECK(ids.insert("a"));
  CHECK_FALSE(ids.insert("a"));
  CHECK(ids.insert("b"));
  CHECK(ids.insert(""));
  CHECK(ids.contains("a"));
  CHECK(ids.contains(""));
  CHECK_FALSE(ids.contains("c"));
  CHECK(ids.size() == 3);
}

TEST_CASE("B13: a quarter of a million ids in at most 16 bytes each, none taken for another") {
  constexpr size_t kIds = 250'000;
  const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  IdSet ids;
  size_t inserted = 0;
  for (size_t i = 0; i < kIds; ++i) inserted += ids.insert("request-" + std::to_string(i)) ? 1 : 0;
  CHECK(inserted == kIds);
  CHECK(ids.contains("request-0"));
  CHECK(ids.contains("request-249999"));
  CHECK_FALSE(ids.contains("request-250000"));
  const size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
#ifndef __SANITIZE_ADDRESS__
  CHECK(after - before <= kIds * 16);
#endif
}
