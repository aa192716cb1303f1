#include "policy/notice_log.h"

#include <doctest/doctest.h>

#include <string>

#include "json/text.h"
#include "unit/policy/support.h"

namespace proxx::policy {

TEST_CASE("notices: told by topic and item, a reader's before the policy's") {
  json::Document document;
  REQUIRE(document.parse(R"({"a":[{"b":1}]})"));
  NoticeLog read;
  read.about(Topic::fields, 2);
  read.drop("user", "1");
  read.about(Topic::tools, 0);
  read.drop(document.root().get("a").at(0).get("b"), "3");
  read.about(Topic::tools, 1);
  read.drop("tools[1].x", "5");
  NoticeLog applied;
  applied.about(Topic::max_tokens);
  applied.adjust("max_tokens", "2");
  applied.about(Topic::tools, 0);
  applied.drop("tools[0].strict", "4");
  applied.about(Topic::sampling);
  applied.note("temperature", "6");
  std::string order;
  const Notices notices = NoticeLog::merge(read, applied);
  for (const Notice& notice : notices) order += notice.reason;
  CHECK(order == "123456");
  CHECK(notices[2].path == "a[0].b");
}

TEST_CASE("notices: the first 200 are told, the rest counted, whoever made them") {
  NoticeLog read;
  read.about(Topic::sampling);
  for (int i = 0; i < 150; ++i) read.drop("late", "late");
  NoticeLog applied;
  applied.about(Topic::format);
  for (int i = 0; i < 250; ++i) applied.drop("early", "early");
  const Notices notices = NoticeLog::merge(read, applied);
  REQUIRE(notices.size() == 201);
  CHECK(notices[199].reason == "early");
  CHECK(notices[200].reason == "and 200 more");
}

}  // namespace proxx::policy
