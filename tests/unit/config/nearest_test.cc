#include "config/nearest.h"

#include <doctest/doctest.h>

#include <string>

using namespace proxx;

TEST_CASE("distance counts inserted, deleted, changed and swapped bytes") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("port", "prot") == 1);
  CHECK(edit_distance("serv", "serve") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("only a close word is suggested") {
  const std::vector<std::string_view> known = {"serve", "ask", "batch", "bridge", "config"};
  CHECK(nearest("serv", known) == "serve");
  CHECK(nearest("btach", known) == "batch");
  CHECK(nearest("brigde", known) == "bridge");
  CHECK_FALSE(nearest("x", known));
  CHECK_FALSE(nearest("", known));
  CHECK_FALSE(nearest("completion", known));
  CHECK_FALSE(nearest(std::string(1'000'000, 'a'), known));
  CHECK_FALSE(nearest("serve", {}));
}
