#include "json/raw.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <type_traits>

#include "json/string.h"
#include "json/writer.h"

namespace proxx::json {
namespace {

// Text and Raw do not become each other by themselves: a forgotten escape does not compile.
static_assert(!std::is_convertible_v<std::string, Raw>);
static_assert(!std::is_convertible_v<std::string_view, Raw>);
static_assert(!std::is_convertible_v<const char*, Raw>);
static_assert(!std::is_convertible_v<std::string, RawString>);
static_assert(!std::is_convertible_v<Raw, std::string_view>);
static_assert(!std::is_convertible_v<Raw, std::string>);
static_assert(!std::is_convertible_v<RawString, std::string>);
static_assert(!std::is_invocable_v<decltype(&Writer::raw_string), Writer&, std::string>);
static_assert(!std::is_invocable_v<decltype(&Writer::string), Writer&, Raw>);
// It costs what a view costs.
static_assert(sizeof(Raw) == sizeof(std::string_view) && std::is_trivially_copyable_v<Raw>);

TEST_CASE("raw text is escaped once on its way in, and not again on its way out") {
  const RawString raw = escaped("a \"quoted\"\nline");
  CHECK(raw.bytes() == R"(a \"quoted\"\nline)");
  CHECK(unescape(raw) == "a \"quoted\"\nline");
  std::string out;
  Writer(out).raw_string(raw);
  CHECK(out == R"("a \"quoted\"\nline")");
}

TEST_CASE("raw literals are joined with raw text") {
  RawString text(R"(\n)"_raw);
  text.append("msg_1"_raw).append(escaped("\""));
  CHECK(text.bytes() == R"(\nmsg_1\")");
  CHECK("msg_1"_raw.without_prefix("msg_") == "1"_raw);
  CHECK("other"_raw.without_prefix("msg_") == "other"_raw);
  CHECK("ms"_raw.without_prefix("msg_") == "ms"_raw);
}

}  // namespace
}  // namespace proxx::json
