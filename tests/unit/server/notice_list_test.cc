#include "server/notice_list.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace proxx::server {
namespace {

Notice dropped(std::string path) {
  return {Notice::Kind::dropped, std::move(path), "why"};
}

TEST_CASE("notices of a kind are listed once each, in order") {
  const Notices notices = {dropped("seed"),
                           {Notice::Kind::adjusted, "temperature", "at most 1"},
                           dropped("messages[3].name"),
                           dropped("seed")};
  CHECK(notice_list(notices, Notice::Kind::dropped) == "seed,messages[3].name");
  CHECK(notice_list(notices, Notice::Kind::adjusted) == "temperature");
  CHECK(notice_list({}, Notice::Kind::dropped).empty());
}

TEST_CASE("A32: hostile field names are encoded and cut") {
  CHECK(notice_list({dropped("a\r\nX-Evil: \"yes\",b%\xc3\xa9")}, Notice::Kind::dropped) ==
        "a%0D%0AX-Evil%3A%20%22yes%22%2Cb%25%C3%A9");
  CHECK(notice_list({dropped(std::string(10'000, 'n'))}, Notice::Kind::dropped) ==
        std::string(kMaxNoticeNameBytes, 'n') + "...");
  const std::string cut = notice_list({dropped(std::string(100, '\n'))}, Notice::Kind::dropped);
  CHECK(cut.size() == 63 + 3);  // no escape is cut in two
  CHECK(notice_list({dropped(std::string(kMaxNoticeNameBytes, 'n'))}, Notice::Kind::dropped) ==
        std::string(kMaxNoticeNameBytes, 'n'));
}

TEST_CASE("A32: ten thousand names become 4 KiB and a count") {
  Notices notices;
  for (int i = 0; i < 10'000; ++i) notices.push_back(dropped("field" + std::to_string(i)));
  const std::string list = notice_list(notices, Notice::Kind::dropped);
  CHECK(list.size() <= kMaxNoticeListBytes);
  CHECK(list.size() > kMaxNoticeListBytes - 100);
  const size_t plus = list.rfind(",+");
  REQUIRE(plus != std::string::npos);
  const auto named = std::count(list.begin(), list.end(), ',');
  CHECK(std::stoi(list.substr(plus + 2)) + named == 10'000);
}

TEST_CASE("A32: those that conversion did not list one by one are counted, too") {
  Notices notices = {dropped("seed"), {Notice::Kind::dropped, "", "and 300 more", "", 300}};
  CHECK(notice_list(notices, Notice::Kind::dropped) == "seed,+300");
  CHECK(notice_list(notices, Notice::Kind::adjusted).empty());
}

}  // namespace
}  // namespace proxx::server
