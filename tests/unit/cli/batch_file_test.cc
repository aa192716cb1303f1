#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/batch/file.h"
#include "cli/batch/line.h"

using namespace proxx;
using namespace proxx::cli;

namespace {

struct Folder {
  Folder() {
    char name[] = "/tmp/proxx-batch-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }

  [[nodiscard]] std::string file() const { return path + "/out.jsonl"; }
  void put(const std::string& text) const { std::ofstream(file()) << text; }
  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    out << std::ifstream(file()).rdbuf();
    return out.str();
  }
  [[nodiscard]] size_t files() const {
    size_t count = 0;
    for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(path)) ++count;
    return count;
  }

  std::string path;
};

std::string good(const std::string& id) {
  return result_line("0f", id, {200, "r", R"({"choices":[]})"});
}
std::string bad(const std::string& id) {
  return result_line("0f", id, {500, "r", R"({"error":{}})"});
}

}  // namespace

TEST_CASE("a file that exists is not overwritten") {
  const Folder folder;
  REQUIRE(BatchFile::create(folder.file()));
  const auto again = BatchFile::create(folder.file());
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == ErrorKind::usage);
}

TEST_CASE("B7: two runs cannot have the same output") {
  const Folder folder;
  const auto first = BatchFile::create(folder.file());
  REQUIRE(first);
  IdSet answered;
  const auto second = BatchFile::resume(folder.file(), answered);
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::usage);
}

TEST_CASE("B7: a file that was written anew is locked as well") {
  const Folder folder;
  folder.put(good("a") + bad("b"));
  IdSet answered;
  const auto first = BatchFile::resume(folder.file(), answered);
  REQUIRE(first);
  IdSet ignored;
  CHECK_FALSE(BatchFile::resume(folder.file(), ignored));
}

TEST_CASE("B2: an output cut off at every byte is continued behind its last whole line") {
  const std::string whole = good("a") + good("b");
  const size_t first_line = good("a").size();
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    const Folder folder;
    folder.put(whole.substr(0, cut));
    IdSet answered;
    auto file = BatchFile::resume(folder.file(), answered);
    REQUIRE(file);
    CHECK(answered.contains("a") == (cut + 1 >= first_line));
    CHECK(answered.contains("b") == (cut + 1 >= whole.size()));
    REQUIRE(file->append(good("c")));
    std::string want;
    if (answered.contains("a")) want += good("a");
    if (answered.contains("b")) want += good("b");
    CHECK(folder.text() == want + good("c"));
  }
}

TEST_CASE("failed, doubled and damaged lines are taken out, and the rest stays as it is") {
  const Folder folder;
  const std::string zeros(100, '\0');
  folder.put(bad("x") + good("a") + failure_line("0f", "y", Error{}) + good("a") + zeros + "\n" +
             good("b") + R"({"id":"batch_req_torn)");
  chmod(folder.file().c_str(), 0640);
  IdSet answered;
  auto file = BatchFile::resume(folder.file(), answered);
  REQUIRE(file);
  CHECK(answered.size() == 2);
  CHECK(folder.text() == good("a") + good("b"));
  REQUIRE(file->append(good("c")));
  CHECK(folder.text() == good("a") + good("b") + good("c"));
  CHECK(folder.files() == 1);
  struct stat info {};
  REQUIRE(stat(folder.file().c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0640);
}

TEST_CASE("a link stays a link") {
  const Folder folder;
  folder.put(bad("x") + good("a"));
  const std::string link = folder.path + "/link";
  std::filesystem::create_symlink("out.jsonl", link);
  IdSet answered;
  REQUIRE(BatchFile::resume(link, answered));
  CHECK(std::filesystem::is_symlink(link));
  CHECK(folder.text() == good("a"));
}

TEST_CASE("a file of something else is refused, and not touched") {
  const Folder folder;
  const std::string input = R"({"custom_id":"a","body":{}})"
                            "\n";
  for (const std::string& text : {input, std::string("dear diary"), good("a") + input}) {
    folder.put(text);
    IdSet answered;
    const auto file = BatchFile::resume(folder.file(), answered);
    REQUIRE_FALSE(file);
    CHECK(file.error().kind == ErrorKind::usage);
    CHECK(folder.text() == text);
  }
}

TEST_CASE("--resume without an earlier run begins a new file") {
  const Folder folder;
  IdSet answered;
  auto file = BatchFile::resume(folder.file(), answered);
  REQUIRE(file);
  CHECK(answered.size() == 0);
  REQUIRE(file->append(good("a")));
  REQUIRE(file->close());
  CHECK(folder.text() == good("a"));
}
