#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "config/settings_table.h"
#include "fixture.h"

using namespace proxx;

namespace {

std::string config_yaml() {
  std::ostringstream text;
  text << std::ifstream(PROXX_TESTS_DIR "/../config.yaml").rdbuf();
  return text.str();
}

void names_in(const YamlNode& map, const std::string& path, std::vector<std::string>& out) {
  for (const YamlNode& child : map.children) {
    const bool section = child.kind == YamlNode::Kind::map && !child.children.empty();
    if (section) {
      names_in(child, path + child.key + ".", out);
    } else {
      out.push_back(path + child.key);
    }
  }
}

}  // namespace

TEST_CASE("config.yaml states every key, in order, and nothing but the defaults") {
  const auto tree = parse_yaml(config_yaml());
  REQUIRE(tree);
  std::vector<std::string> stated;
  names_in(*tree, "", stated);
  Settings defaults;
  std::vector<std::string> known;
  for (const Setting& setting : settings_of(defaults)) known.emplace_back(setting.name);
  CHECK(stated == known);

  test::Scratch scratch;
  auto loaded = test::load(scratch, config_yaml());
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  const auto values = settings_of(loaded->settings);
  const auto built_in = settings_of(defaults);
  for (size_t i = 0; i < values.size(); ++i) {
    CAPTURE(values[i].name);
    CHECK(print_value(values[i].slot) == print_value(built_in[i].slot));
  }
}
