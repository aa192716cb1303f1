#include "config/load.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "config/settings_table.h"
#include "fixture.h"
#include "support/growth.h"

using namespace proxx;
using test::load;
using test::Scratch;

namespace {

// A value of each key that is not its default: as YAML, and as text of a flag or variable.
struct Sample {
  const char* key;
  const char* yaml;
  const char* flag;
  const char* printed_yaml = nullptr;  // where it differs from how it is written
  const char* printed_flag = nullptr;
};
const std::vector<Sample>& samples() {
  static const std::vector<Sample> table = {
      {"upstream_url", "https://one.example/v1", "mock", "https://one.example"},
      {"host", "0.0.0.0", "localhost"},
      {"port", "9001", "9002"},
      {"upstream", "foundry", "aws"},
      {"region", "eu-west-1", "us-east-1"},
      {"project", "one", "two"},
      {"workspace", "one", "two"},
      {"resource", "one", "two"},
      {"bedrock.endpoint", "mantle", "runtime"},
      {"bedrock.profile", "us", "eu"},
      {"auth_token_file", "/one", "/two"},
      {"auth_token_command", "[gcloud, auth]", "cat", nullptr, "[cat]"},
      {"aws_credentials_command", "[aws, configure]", "cat", nullptr, "[cat]"},
      {"aws_signing_host", "one.example", "two.example"},
      {"api_key_file", "/one", "/two"},
      {"api_key_command", "[pass, show]", "cat", nullptr, "[cat]"},
      {"client_headers", "plain", "claude-code"},
      {"headers", "{X-One: a}", "X-One: b", nullptr, "{X-One: b}"},
      {"anthropic_version", "2026-10-21", "2024-01-01", "\"2026-10-21\"", "\"2024-01-01\""},
      {"model", "model-one", "model-two"},
      {"models_from", "upstream", "table"},
      {"on_lossy", "error", "ignore"},
      {"prompt_cache", "auto", "off"},
      {"retry", "7", "8"},
      {"timeouts.connect", "0.25", "8"},
      {"timeouts.first_byte", "7", "8"},
      {"timeouts.idle", "7", "0"},
      {"timeouts.total", "7", "1.5"},
      {"proxy", "http://one:1", "two"},
      {"cacert", "/one.pem", "/two.pem"},
      {"allow_insecure_upstream", "true", "false"},
      {"claude_cli_version", "2.2.0", "3.0.0-beta"},
      {"convert.max_tokens", "7", "8"},
      {"convert.reasoning", "[]", "thinking_blocks", nullptr, "[thinking_blocks]"},
      {"convert.continue_paused", "0", "8"},
      {"convert.web_search", "true", "false"},
      {"convert.echo_model", "true", "false"},
      {"convert.names", "text", "drop"},
      {"serve.client_key", "ignore", "forward"},
      {"serve.auth_file", "/one", "/two"},
      {"serve.retry", "7", "8"},
      {"serve.cors", "[https://one.example, https://two.example]", "https://three.example", nullptr,
       "[https://three.example]"},
      {"serve.allowed_hosts", "[one.example]", "two.example", nullptr, "[two.example]"},
      {"serve.max_connections", "7", "8"},
      {"serve.threads", "2", "3"},
      {"serve.drain", "7", "8"},
      {"serve.drain_delay", "7", "8"},
      {"serve.idle_timeout", "7", "8"},
      {"serve.log_level", "debug", "error"},
      {"serve.log_format", "json", "text"},
      {"serve.metrics", "true", "false"},
      {"serve.page", "true", "false"},
      {"serve.page_bodies", "true", "false"},
      {"serve.remember", "1536KiB", "1GiB"},
      {"half_price.poll", "5", "0.5"},
      {"half_price.settle", "90", "600"},
  };
  return table;
}

std::string yaml_of(const Sample& sample) {
  const std::string key = sample.key;
  const size_t dot = key.find('.');
  if (dot == std::string::npos) return key + ": " + sample.yaml + "\n";
  return key.substr(0, dot) + ":\n  " + key.substr(dot + 1) + ": " + sample.yaml + "\n";
}

std::string value_of(LoadedSettings& loaded, std::string_view key) {
  for (const Setting& setting : settings_of(loaded.settings)) {
    if (setting.name == key) return print_value(setting.slot);
  }
  return "no such key";
}

}  // namespace

TEST_CASE("every key is set by the file, and a flag wins over it") {
  Scratch scratch;
  for (const Sample& sample : samples()) {
    CAPTURE(sample.key);
    auto by_default = load(scratch, std::nullopt);
    REQUIRE(by_default);
    CHECK(to_string(by_default->origins.at(sample.key)) == "default");

    auto by_file = load(scratch, yaml_of(sample));
    REQUIRE_MESSAGE(by_file, by_file.error().message);
    CHECK(value_of(*by_file, sample.key) ==
          (sample.printed_yaml == nullptr ? sample.yaml : sample.printed_yaml));
    CHECK(value_of(*by_file, sample.key) != value_of(*by_default, sample.key));
    const bool nested = std::string_view(sample.key).find('.') != std::string_view::npos;
    CHECK(to_string(by_file->origins.at(sample.key)) ==
          scratch.path("c.yaml") + (nested ? ":2" : ":1"));

    auto by_flag = load(scratch, yaml_of(sample), {}, {{sample.key, sample.flag, "--it"}});
    REQUIRE_MESSAGE(by_flag, by_flag.error().message);
    CHECK(value_of(*by_flag, sample.key) ==
          (sample.printed_flag == nullptr ? sample.flag : sample.printed_flag));
    CHECK(to_string(by_flag->origins.at(sample.key)) == "flag --it");
  }
}

TEST_CASE("the samples leave out no key but models, which no flag sets") {
  Settings settings;
  for (const Setting& setting : settings_of(settings)) {
    const bool sampled = std::any_of(samples().begin(), samples().end(),
                                     [&](const Sample& s) { return setting.name == s.key; });
    CAPTURE(setting.name);
    CHECK((sampled || setting.name == "models"));
  }
}

TEST_CASE("variables win over the file and yield to flags") {
  struct Case {
    const char* variable;
    const char* key;
    const char* value;
    const char* printed;
  };
  Scratch scratch;
  for (const Case& c : {
           Case{"ANTHROPIC_BASE_URL", "upstream_url", "https://env.example/v1/",
                "https://env.example"},
           Case{"ANTHROPIC_MODEL", "model", "env-model", "env-model"},
           Case{"PROXX_MODEL", "model", "env-model", "env-model"},
           Case{"PROXX_PORT", "port", "0", "0"},
           Case{"PROXX_HOST", "host", "::1", "\"::1\""},
       }) {
    CAPTURE(c.variable);
    const auto& sample = *std::find_if(samples().begin(), samples().end(), [&](const Sample& s) {
      return std::string_view(s.key) == c.key;
    });
    auto loaded = load(scratch, yaml_of(sample), {{c.variable, c.value}});
    REQUIRE_MESSAGE(loaded, loaded.error().message);
    CHECK(value_of(*loaded, c.key) == c.printed);
    CHECK(to_string(loaded->origins.at(c.key)) == std::string("env ") + c.variable);
    loaded = load(scratch, yaml_of(sample), {{c.variable, c.value}}, {{c.key, sample.flag, "-f"}});
    REQUIRE(loaded);
    CHECK(to_string(loaded->origins.at(c.key)) == "flag -f");
    loaded = load(scratch, yaml_of(sample), {{c.variable, ""}});
    REQUIRE(loaded);
    CHECK(loaded->origins.at(c.key).kind == Origin::Kind::file);
  }
  auto both = load(scratch, std::nullopt, {{"PROXX_MODEL", "a"}, {"ANTHROPIC_MODEL", "b"}});
  CHECK(both->settings.model == "a");
}

TEST_CASE("variables of OpenAI clients are never read") {
  Scratch scratch;
  std::vector<std::string> asked;
  Sources sources{"none",
                  [&](const char* name) -> std::optional<std::string> {
                    asked.emplace_back(name);
                    return std::nullopt;
                  },
                  {},
                  scratch.path()};
  REQUIRE(load_settings(sources));
  CHECK_FALSE(asked.empty());
  for (const std::string& name : asked) CHECK(name.rfind("OPENAI_", 0) != 0);
}

TEST_CASE("headers of all layers are joined, the highest wins by name") {
  Scratch scratch;
  const auto loaded = load(scratch, "headers: {X-File: f, X-Both: f}\n",
                           {{"ANTHROPIC_CUSTOM_HEADERS", "X-Env: e\r\n\n  x-both:  e:e  \n"}},
                           {{"headers", "X-Flag: 1", "-H"}, {"headers", "X-Two:", "-H"}});
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"X-File", "f"}, {"x-both", "e:e"}, {"X-Env", "e"}, {"X-Flag", "1"}, {"X-Two", ""}};
  CHECK(loaded->settings.headers == expected);
  CHECK(loaded->origins.at("headers.X-File").kind == Origin::Kind::file);
  CHECK(to_string(loaded->origins.at("headers.x-both")) == "env ANTHROPIC_CUSTOM_HEADERS");
  CHECK(to_string(loaded->origins.at("headers.X-Flag")) == "flag -H");
}

TEST_CASE("null is the default, as is a file without anything") {
  Scratch scratch;
  for (const char* yaml : {"", "port: ~\ntimeouts: ~\nserve: {drain: null}\nmodels: ~\n"}) {
    const auto loaded = load(scratch, yaml);
    REQUIRE_MESSAGE(loaded, loaded.error().message);
    CHECK(loaded->settings.port == 8080);
    CHECK(loaded->origins.at("port").kind == Origin::Kind::builtin);
  }
}

TEST_CASE("paths in a file start at the file or at home") {
  Scratch scratch;
  const auto loaded =
      load(scratch, "api_key_file: ~/key\ncacert: ca/root.pem\n", {{"HOME", "/home/me"}}, {});
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  CHECK(loaded->settings.api_key_file == "/home/me/key");
  CHECK(loaded->settings.cacert == scratch.path("ca/root.pem"));
  const auto flag = load(scratch, "", {}, {{"cacert", "root.pem", "--cacert"}});
  CHECK(flag->settings.cacert == "root.pem");
}

TEST_CASE("a duration below a millisecond is not the zero that means no limit") {
  Scratch scratch;
  CHECK(load(scratch, "timeouts: {total: 0.0001}\n")->settings.timeouts.total.count() == 1);
  CHECK(load(scratch, "timeouts: {total: 0.3}\n")->settings.timeouts.total.count() == 300);
  CHECK(load(scratch, "timeouts: {total: 0}\n")->settings.timeouts.total.count() == 0);
}

TEST_CASE("the file is looked for in the documented order") {
  Scratch scratch;
  const auto port = [](int n) { return "port: " + std::to_string(n) + "\n"; };
  scratch.write("xdg/proxx/config.yaml", port(1));
  scratch.write("home/.config/proxx/config.yaml", port(2));
  scratch.write("dirs/proxx/config.yaml", port(3));
  scratch.write("env.yaml", port(4));
  scratch.write("flag.yaml", port(5));
  const auto find = [&](std::optional<std::string> flag, const test::Variables& variables) {
    const auto loaded = load_settings({std::move(flag), test::environment(variables), {}, "/"});
    REQUIRE_MESSAGE(loaded, loaded.error().message);
    return loaded->settings.port;
  };
  const std::string home = scratch.path("home");
  const std::string dirs = "relative:" + scratch.path("absent") + ":" + scratch.path("dirs");
  test::Variables all = {{"PROXX_CONFIG", scratch.path("env.yaml")},
                         {"XDG_CONFIG_HOME", scratch.path("xdg")},
                         {"HOME", home},
                         {"XDG_CONFIG_DIRS", dirs}};
  CHECK(find(scratch.path("flag.yaml"), all) == 5);
  CHECK(find("none", all) == 8080);
  CHECK(find(std::nullopt, all) == 4);
  all["PROXX_CONFIG"] = "none";
  CHECK(find(std::nullopt, all) == 8080);
  all["PROXX_CONFIG"] = "";
  CHECK(find(std::nullopt, all) == 1);
  all["XDG_CONFIG_HOME"] = "relative/is/ignored";
  CHECK(find(std::nullopt, all) == 2);
  all["HOME"] = scratch.path("absent");
  CHECK(find(std::nullopt, all) == 3);
}

TEST_CASE("an explicit file that is not there is an error") {
  Scratch scratch;
  const std::string absent = scratch.path("absent.yaml");
  const auto by_flag = load_settings({absent, test::environment({}), {}, "."});
  REQUIRE_FALSE(by_flag);
  CHECK(by_flag.error().kind == ErrorKind::usage);
  CHECK(by_flag.error().message == absent + ": No such file or directory");
  const auto by_variable =
      load_settings({std::nullopt, test::environment({{"PROXX_CONFIG", absent}}), {}, "."});
  REQUIRE_FALSE(by_variable);
  CHECK(by_variable.error().message == absent + ": No such file or directory");
  const auto empty = load_settings({"", test::environment({}), {}, "."});
  REQUIRE_FALSE(empty);
  CHECK(empty.error().message == "--config: expected a file or none");
}

TEST_CASE("L8: without a home the environment is enough") {
  const auto loaded =
      load_settings({std::nullopt,
                     test::environment({{"XDG_CONFIG_DIRS", "/nowhere"}, {"PROXX_PORT", "1"}}),
                     {},
                     "/nowhere"});
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  CHECK(loaded->settings.port == 1);
  CHECK(loaded->file.empty());
  CHECK(loaded->user_file.empty());
}

TEST_CASE("a config.yaml in the current folder is noticed, not read") {
  Scratch scratch;
  const std::string file = scratch.write("config.yaml", "port: 1\n");
  const auto none = load(scratch, std::nullopt);
  CHECK(none->unread_local);
  CHECK(none->settings.port == 8080);
  CHECK(load(scratch, "port: 2\n")->unread_local);
  const auto read = load_settings({file, test::environment({}), {}, scratch.path()});
  CHECK_FALSE(read->unread_local);
  std::filesystem::remove(file);
  CHECK_FALSE(load(scratch, std::nullopt)->unread_local);
}

TEST_CASE("others can blame the place that set a key") {
  Scratch scratch;
  const auto loaded = load(scratch, "port: 1\n", {{"PROXX_HOST", "0.0.0.0"}});
  CHECK(setting_error(*loaded, "port", "in use").message ==
        scratch.path("c.yaml") + ":1:7: port: in use");
  CHECK(setting_error(*loaded, "host", "no").message == "PROXX_HOST: no");
  CHECK(setting_error(*loaded, "retry", "no").message == "retry: no");
  CHECK(setting_error(*loaded, "retry", "no").kind == ErrorKind::usage);
}

TEST_CASE("W5: the time to load grows with the aliases, models, lists and brackets in a file") {
  const auto lines = [](const char* key, const char* line, size_t count) {
    std::string out = std::string(key) + ":\n";
    for (size_t i = 0; i < count; ++i) {
      std::string one = line;
      for (size_t at; (at = one.find('#')) != std::string::npos;) {
        one.replace(at, 1, std::to_string(i));
      }
      out += one + "\n";
    }
    return out;
  };
  struct Row {
    const char* key;
    const char* line;
    size_t count;
  };
  Scratch scratch;
  for (const Row& row : {
           Row{"models", "  alias#: claude-sonnet-5-5", 2000},
           Row{"models", "  model#: {max_tokens: 5, thinking: {adaptive: true}}", 500},
           Row{"api_key_command", "  - word#", 2000},
       }) {
    CAPTURE(row.line);
    CHECK(test::grows_linearly(row.count, [&](size_t count) {
      CHECK(test::load(scratch, lines(row.key, row.line, count)));
    }));
  }
  for (const char* line : {"  origins: [a#]", "  x#: y"}) {
    CAPTURE(line);
    CHECK(test::grows_linearly(1000, [&](size_t count) {
      CHECK_FALSE(test::load(scratch, lines("serve", line, count)));
    }));
  }
  for (const char* piece : {"[", "{", "[{", "{a: ", "- ", "? ", "a: ", "[a, ", "\"", "'a' ", "&a ",
                            "!a ", "a,\n", "# x\n", "\n", "[a]", "|\n  a\n"}) {
    CAPTURE(piece);
    CHECK(test::grows_linearly(20'000, [&](size_t bytes) {
      std::string text = "model: ";
      while (text.size() < bytes) text += piece;
      (void)test::load(scratch, text);
    }));
  }
}
