#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>

#include "cli/record.h"

namespace proxx::cli {
namespace {

namespace fs = std::filesystem;

struct TemporaryFolder {
  TemporaryFolder() {
    char name[] = "/tmp/proxx-record-XXXXXX";
    path = mkdtemp(name);
  }
  ~TemporaryFolder() { fs::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path;
};

TEST_CASE("W: each exchange of a run looks on from the number before, never from the first") {
  const TemporaryFolder place;
  fs::create_directory(place.path + "/0002");
  auto folder = RecordFolder::make(place.path);
  REQUIRE(folder);
  CHECK(folder->next() == place.path + "/0001");
  fs::remove(place.path + "/0001");
  CHECK(folder->next() == place.path + "/0003");
  CHECK(folder->next() == place.path + "/0004");
}

}  // namespace
}  // namespace proxx::cli
