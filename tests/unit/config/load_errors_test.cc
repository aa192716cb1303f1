#include <doctest/doctest.h>
#include <unistd.h>

#include "config/keys.h"
#include "fixture.h"

using namespace proxx;
using test::load_error;
using test::Scratch;

TEST_CASE("L11: an unknown key names its place and the nearest known one") {
  struct Case {
    const char* yaml;
    const char* error;
  };
  Scratch scratch;
  for (const Case& c : {
           Case{"upstream_ulr: x\n",
                "c.yaml:1:1: unknown key 'upstream_ulr' (did you mean 'upstream_url'?)"},
           Case{"port: 1\ntimeouts:\n  conect: 5\n",
                "c.yaml:3:3: unknown key 'conect' (did you mean 'connect'?)"},
           Case{"server: {}\n", "c.yaml:1:1: unknown key 'server' (did you mean 'serve'?)"},
           Case{"connect: 5\n",
                "c.yaml:1:1: unknown key 'connect' (did you mean 'connect' under 'timeouts'?)"},
           Case{"timeouts.connect: 5\n",
                "c.yaml:1:1: unknown key 'timeouts.connect' (did you mean 'connect' under "
                "'timeouts'?)"},
           Case{"serve: {port: 5}\n",
                "c.yaml:1:9: unknown key 'port' (did you mean 'port' at the top level?)"},
           Case{"api_key: sk-ant-secret\n", "c.yaml:1:1: unknown key 'api_key'"},
           Case{"zzzzzzzz: 5\n", "c.yaml:1:1: unknown key 'zzzzzzzz'"},
           Case{"<<: {port: 1}\n", "c.yaml:1:1: unknown key '<<'"},
       }) {
    CAPTURE(c.yaml);
    CHECK(load_error(scratch, c.yaml).substr(0, std::string(c.error).size()) == c.error);
    CHECK(load_error(scratch, c.yaml).find("sk-ant") == std::string::npos);
  }
}

TEST_CASE("L12: a wrong type or a value out of range names its place and what is expected") {
  struct Case {
    const char* yaml;
    const char* error;
  };
  Scratch scratch;
  for (const Case& c : {
           Case{"port: 70000\n",
                "c.yaml:1:7: port: expected an integer from 0 to 65535, got '70000'"},
           Case{"port: -1\n", "c.yaml:1:7: port: expected an integer from 0 to 65535, got '-1'"},
           Case{"port: \"8080\"\n",
                "c.yaml:1:7: port: expected an integer from 0 to 65535, got \"8080\""},
           Case{"port: 80.5\n",
                "c.yaml:1:7: port: expected an integer from 0 to 65535, got '80.5'"},
           Case{"port: 99999999999999999999\n",
                "c.yaml:1:7: port: expected an integer from 0 to 65535, got "
                "'99999999999999999999'"},
           Case{"port: [1]\n", "c.yaml:1:7: port: expected an integer from 0 to 65535, got a list"},
           Case{"timeouts: {idle: -1}\n",
                "c.yaml:1:18: timeouts.idle: expected seconds from 0 to 604800, got '-1'"},
           Case{"timeouts: {idle: nan}\n",
                "c.yaml:1:18: timeouts.idle: expected seconds from 0 to 604800, got 'nan'"},
           Case{"timeouts: {idle: 5s}\n",
                "c.yaml:1:18: timeouts.idle: expected seconds from 0 to 604800, got '5s'"},
           Case{"serve: {remember: 32}\n",
                "c.yaml:1:19: serve.remember: expected a size such as 32MiB, or 0, got '32'"},
           Case{"serve: {remember: 65GiB}\n",
                "c.yaml:1:19: serve.remember: expected a size such as 32MiB, or 0, got '65GiB'"},
           Case{"serve: {remember: -1MiB}\n",
                "c.yaml:1:19: serve.remember: expected a size such as 32MiB, or 0, got '-1MiB'"},
           Case{"serve: {allowed_hosts: ['http://x:80/']}\n",
                "c.yaml:1:25: serve.allowed_hosts: expected a host name without scheme, port or "
                "path"},
           Case{"serve: {allowed_hosts: [host.docker.internal, '::1', 'x:80']}\n",
                "c.yaml:1:54: serve.allowed_hosts: expected a host name without scheme, port or "
                "path"},
           Case{"timeouts: 5\n", "c.yaml:1:11: expected a map of keys under 'timeouts', got '5'"},
           Case{"- a\n", "c.yaml:1:1: expected a map of keys, got a list"},
           Case{"serve: {metrics: yes}\n",
                "c.yaml:1:18: serve.metrics: expected true or false, got 'yes'"},
           Case{"on_lossy: loud\n",
                "c.yaml:1:11: on_lossy: expected warn, error or ignore, got 'loud'"},
           Case{"client_headers: [plain]\n",
                "c.yaml:1:17: client_headers: expected claude-code or plain, got a list"},
           Case{"convert: {max_tokens: 0}\n",
                "c.yaml:1:23: convert.max_tokens: expected an integer from 1 to 1000000000, got "
                "'0'"},
           Case{"convert: {reasoning: [thoughts]}\n",
                "c.yaml:1:23: convert.reasoning: expected reasoning_content, reasoning_details or "
                "thinking_blocks, got 'thoughts'"},
           Case{"convert: {reasoning: none}\n",
                "c.yaml:1:22: convert.reasoning: expected a list, got 'none'"},
           Case{"api_key_command: pass show\n",
                "c.yaml:1:18: api_key_command: expected a list, got 'pass show'"},
           Case{"model: {a: b}\n", "c.yaml:1:8: model: expected text, got a map"},
           Case{"model: \"a\\nb\"\n", "c.yaml:1:8: model: a control character"},
           Case{"host: a b\n", "c.yaml:1:7: host: expected an address or a host name"},
           Case{"anthropic_version: today\n",
                "c.yaml:1:20: anthropic_version: expected a date such as 2023-06-01"},
           Case{"claude_cli_version: 2 1\n",
                "c.yaml:1:21: claude_cli_version: expected a version such as 2.1.330"},
           Case{"headers: [a]\n",
                "c.yaml:1:10: headers: expected a map of header names to values, got a list"},
           Case{"headers: {X-A: [secret]}\n",
                "c.yaml:1:16: headers: expected the text of header X-A"},
           Case{"headers: {Host: a}\n", "c.yaml:1:11: headers: header host cannot be set"},
           Case{"headers: {X-A: \"s\\r\\nt\"}\n",
                "c.yaml:1:11: headers: control character in the value of header X-A"},
       }) {
    CAPTURE(c.yaml);
    CHECK(load_error(scratch, c.yaml) == c.error);
  }
}

TEST_CASE("a long wrong value is cut, and shows no control characters") {
  Scratch scratch;
  CHECK(load_error(scratch, "port: " + std::string(1000, 'x') + "\n") ==
        "c.yaml:1:7: port: expected an integer from 0 to 65535, got '" + std::string(40, 'x') +
            "...'");
  CHECK(load_error(scratch, std::nullopt, {{"PROXX_PORT", "8\x1b[31m"}}) ==
        "PROXX_PORT: expected an integer from 0 to 65535, got '8?[31m'");
}

TEST_CASE("W5: a place sets 100 extra headers at most") {
  Scratch scratch;
  std::string yaml = "headers:\n";
  std::string lines;
  for (int i = 0; i < 100; ++i) {
    yaml += "  X-" + std::to_string(i) + ": v\n";
    lines += "X-" + std::to_string(i) + ": v\n";
  }
  CHECK(load_error(scratch, yaml) == "");
  CHECK(load_error(scratch, yaml + "  X-100: v\n") ==
        "c.yaml:2:3: headers: expected 100 headers at most");
  CHECK(load_error(scratch, std::nullopt, {{"ANTHROPIC_CUSTOM_HEADERS", lines}}) == "");
  CHECK(load_error(scratch, std::nullopt, {{"ANTHROPIC_CUSTOM_HEADERS", lines + "X-100: v"}}) ==
        "ANTHROPIC_CUSTOM_HEADERS: expected 100 headers at most");
}

TEST_CASE("L9: what is no readable regular file of sane size is refused with its path") {
  Scratch scratch;
  const auto error_of = [&](const std::string& path) {
    const auto loaded = load_settings({path, test::environment({}), {}, "."});
    return loaded ? std::string() : loaded.error().message.substr(scratch.path().size() + 1);
  };
  CHECK(error_of(scratch.path("absent.yaml")) == "absent.yaml: No such file or directory");
  std::filesystem::create_directory(scratch.path("dir"));
  CHECK(error_of(scratch.path("dir")) == "dir: is a directory");
  REQUIRE(mkfifo(scratch.path("fifo").c_str(), 0600) == 0);
  CHECK(error_of(scratch.path("fifo")) == "fifo: not a regular file");
  scratch.write("full", std::string(kMaxConfigBytes, '#'));
  CHECK(error_of(scratch.path("full")).empty());
  scratch.write("huge", std::string(kMaxConfigBytes + 1, '#'));
  CHECK(error_of(scratch.path("huge")) == "huge: larger than 1 MiB");
  if (geteuid() != 0) {
    scratch.write("secret", "", 0);
    CHECK(error_of(scratch.path("secret")) == "secret: Permission denied");
  }
  scratch.write("latin1", "model: caf\xE9\n");
  CHECK(error_of(scratch.path("latin1")) == "latin1:1:11: not valid UTF-8");
}

TEST_CASE("L10: bad YAML is refused with its line and column") {
  Scratch scratch;
  CHECK(load_error(scratch, "port: 1\nport: 2\n") ==
        "c.yaml:2:1: duplicate key 'port' (first in line 1)");
  CHECK(load_error(scratch, "a: &a [1]\nb: [*a, *a]\n") ==
        "c.yaml:1:4: anchors (&name) are not supported");
  CHECK(load_error(scratch, "port: 1\n---\nport: 2\n") ==
        "c.yaml:2:1: a second document is not read: one file is one document");
}

TEST_CASE("L17: http to another host needs permission from the file") {
  Scratch scratch;
  const std::string why =
      "http:// to another host sends the key in the clear; use https:// or set "
      "allow_insecure_upstream: true in the configuration file";
  const std::string url = "http://gateway.example";
  CHECK(load_error(scratch, "model: x\nupstream_url: " + url + "\n") ==
        "c.yaml:2:15: upstream_url: " + why);
  CHECK(load_error(scratch, std::nullopt, {{"ANTHROPIC_BASE_URL", url}}) ==
        "ANTHROPIC_BASE_URL: " + why);
  CHECK(load_error(scratch, std::nullopt, {}, {{"upstream_url", url, "--upstream-url"}}) ==
        "--upstream-url: " + why);
  CHECK(load_error(scratch, "allow_insecure_upstream: true\n", {},
                   {{"upstream_url", url, "--upstream-url"}})
            .empty());
  CHECK(load_error(scratch, "upstream_url: https://me:hunter2@gateway.example\n") ==
        "c.yaml:1:15: upstream_url: a user name or password has no place in the URL");
  CHECK(load_error(scratch, std::nullopt, {}, {{"upstream_url", "ftp://x", "--upstream-url"}}) ==
        "--upstream-url: expected https://HOST[:PORT][/PREFIX] or mock");
}

TEST_CASE("variables and flags are checked like the file") {
  Scratch scratch;
  CHECK(load_error(scratch, std::nullopt, {{"PROXX_PORT", "http"}}) ==
        "PROXX_PORT: expected an integer from 0 to 65535, got 'http'");
  CHECK(load_error(scratch, std::nullopt, {}, {{"retry", "-1", "--retry"}}) ==
        "--retry: expected an integer from 0 to 100, got '-1'");
  CHECK(load_error(scratch, std::nullopt, {{"ANTHROPIC_CUSTOM_HEADERS", "sk-ant-secret"}}) ==
        "ANTHROPIC_CUSTOM_HEADERS: expected 'Name: value'");
  CHECK(load_error(scratch, std::nullopt, {}, {{"headers", "a b: secret", "-H"}}) ==
        "-H: malformed header name");
  CHECK(load_error(scratch, std::nullopt, {}, {{"headers", "A: secret\r\nB: c", "-H"}}) ==
        "-H: control character in the value of header A");
  CHECK(load_error(scratch, std::nullopt, {}, {{"serve.log_level", "loud", "--log-level"}}) ==
        "--log-level: expected error, warn, info or debug, got 'loud'");
}

TEST_CASE("two sources of a key in one file are a slip") {
  Scratch scratch;
  const std::string both = "api_key_file: /k\napi_key_command: [pass]\n";
  CHECK(load_error(scratch, both) ==
        "c.yaml:2:18: api_key_command: api_key_file is set, too: keep one");
  CHECK(load_error(scratch, both, {}, {{"api_key_file", "/f", "--key-file"}}).empty());
}

TEST_CASE("R4: no error repeats a value or a name that looks like a key") {
  const std::string keys[] = {"sk-ant-api03-hush", "9f8e7d6c5b4a3f2e9f8e7d6c5b4a3f2e",
                              "Zq7xP9wKb3Lm5Nv8Rt2Yc4Df6Gh1Js0A"};
  Scratch scratch;
  for (const std::string& key : keys) {
    CAPTURE(key);
    const std::string hidden = "[redacted: it looks like a key]";
    struct Case {
      std::string yaml;
      std::string error;  ///< its beginning
    };
    const Case cases[] = {
        {"port: " + key, "c.yaml:1:7: port: expected an integer from 0 to 65535, got '" + hidden},
        {"port: \"" + key + "\"", "c.yaml:1:7: port: expected an integer"},
        {"timeouts: {idle: " + key + "}", "c.yaml:1:18: timeouts.idle: expected seconds"},
        {"timeouts: " + key,
         "c.yaml:1:11: expected a map of keys under 'timeouts', got '" + hidden},
        {key, "c.yaml:1:1: expected a map of keys, got '" + hidden},
        {key + ": 1", "c.yaml:1:1: unknown key '" + hidden + "'"},
        {"serve: {" + key + ": 1}", "c.yaml:1:9: unknown key '" + hidden + "'"},
        {"port." + key + ": 1", "c.yaml:1:1: unknown key '" + hidden + "'"},
        {key + ": 1\n" + key + ": 2",
         "c.yaml:2:1: duplicate key '" + hidden + "' (first in line 1)"},
        {"serve: {metrics: " + key + "}", "c.yaml:1:18: serve.metrics: expected true or false"},
        {"on_lossy: " + key, "c.yaml:1:11: on_lossy: expected warn, error or ignore"},
        {"convert: {max_tokens: " + key + "}", "c.yaml:1:23: convert.max_tokens: expected an int"},
        {"convert: {reasoning: [" + key + "]}", "c.yaml:1:23: convert.reasoning: expected"},
        {"convert: {reasoning: " + key + "}", "c.yaml:1:22: convert.reasoning: expected a list"},
        {"api_key_command: " + key, "c.yaml:1:18: api_key_command: expected a list, got '"},
        {"host: \"" + key + " x\"", "c.yaml:1:7: host: expected an address or a host name"},
        {"host: http://me:" + key + "@here", "c.yaml:1:7: host: expected an address"},
        {"port: http://me:hush@here", "c.yaml:1:7: port: expected an integer"},
        {"anthropic_version: " + key, "c.yaml:1:20: anthropic_version: expected a date"},
        {"claude_cli_version: " + key + "_", "c.yaml:1:21: claude_cli_version: expected a version"},
        {"upstream_url: " + key, "c.yaml:1:15: upstream_url: expected https://HOST"},
        {"upstream_url: https://" + key + "@here", "c.yaml:1:15: upstream_url: a user name"},
        {"headers: " + key, "c.yaml:1:10: headers: expected a map of header names to values"},
        {"headers: {" + key + ": [a]}", "c.yaml:1:"},
        {"headers: {" + key + ": \"a\\nb\"}", "c.yaml:1:11: headers: control character"},
        {"headers: {X-A: \"" + key + "\\n\"}", "c.yaml:1:11: headers: control character"},
        {"models: " + key, "c.yaml:1:9: models: expected a map of model names, got '" + hidden},
        {"models: {a: {max_tokens: " + key + "}}", "c.yaml:1:26: models: max_tokens: expected"},
        {"models: {a: {" + key + ": 1}}", "c.yaml:1:14: models: unknown key '" + hidden + "'"},
        {"models: {a: {lifecycle: " + key + "}}", "c.yaml:1:25: models: lifecycle: expected"},
        {"port: &" + key + " 1", "c.yaml:1:"},
        {"port: *" + key, "c.yaml:1:"},
        {"port: !" + key + " 1", "c.yaml:1:"},
        {"%YAML " + key + "\n---\na: 1", "c.yaml:"},
        {"%TAG ! " + key + "\n---\na: 1", "c.yaml:"},
        {"port: \"" + key + "\\q\"", "c.yaml:1:"},
        {"port: [" + key, "c.yaml:"},
        {"a: b: " + key, "c.yaml:1:"},
        {"? [" + key + "]\n: 1", "c.yaml:1:"},
    };
    for (const Case& c : cases) {
      CAPTURE(c.yaml);
      const std::string error = load_error(scratch, c.yaml + "\n");
      CHECK(error.substr(0, c.error.size()) == c.error);
      CHECK(error.find(key) == std::string::npos);
      CHECK(error.find(key.substr(4, 8)) == std::string::npos);
      CHECK(error.find("hush") == std::string::npos);
    }
    for (const char* variable : {"PROXX_PORT", "PROXX_HOST", "ANTHROPIC_BASE_URL",
                                 "ANTHROPIC_CUSTOM_HEADERS", "PROXX_CONFIG"}) {
      CAPTURE(variable);
      Sources sources;
      sources.getenv = test::environment({{variable, key + " x"}});
      sources.directory = scratch.path();
      const auto loaded = load_settings(sources);
      REQUIRE_FALSE(loaded);
      CHECK(loaded.error().kind == ErrorKind::usage);
      CHECK(loaded.error().message.find(key.substr(4, 8)) == std::string::npos);
    }
    for (const FlagValue& flag : std::vector<FlagValue>{{"port", key, "--port"},
                                                        {"retry", key, "--retry"},
                                                        {"timeouts.idle", key, "--idle-timeout"},
                                                        {"serve.log_level", key, "--log-level"},
                                                        {"upstream_url", key, "--upstream-url"},
                                                        {"headers", key, "--header"},
                                                        {"headers", key + ": a\nb", "--header"},
                                                        {"headers", "Host: " + key, "--header"}}) {
      CAPTURE(flag.flag);
      const std::string error = load_error(scratch, std::nullopt, {}, {flag});
      CHECK(error.substr(0, flag.flag.size() + 2) == flag.flag + ": ");
      CHECK(error.find(key.substr(4, 8)) == std::string::npos);
    }
    const auto no_file = load_settings({key, test::environment({}), {}, "."});
    REQUIRE_FALSE(no_file);
    CHECK(no_file.error().message == hidden + ": No such file or directory");
    const auto keys_of = [&](std::vector<FlagValue> flags, const std::string& yaml) {
      return read_keys(*test::load(scratch, yaml, {}, std::move(flags)), test::environment({}));
    };
    CHECK(keys_of({{"api_key_file", key, "--key-file"}}, "").error().message ==
          "--key-file: " + hidden + ": No such file or directory");
    CHECK(keys_of({}, "api_key_command: [" + key + "]\n").error().message ==
          "api_key_command: cannot run '" + hidden + "': No such file or directory");
  }
}

TEST_CASE("R4: a key is no name of a header or a model") {
  Scratch scratch;
  const std::string key = "sk-ant-api03-hush";
  const std::string hidden = "[redacted: it looks like a key]";
  CHECK(load_error(scratch, "headers: {" + key + ": a}\n") ==
        "c.yaml:1:11: headers: expected a header name, got " + hidden);
  CHECK(load_error(scratch, "models: {" + key + ": a}\n") ==
        "c.yaml:1:10: models: expected a model name, got " + hidden);
  CHECK(load_error(scratch, "models: {a: " + key + "}\n") ==
        "c.yaml:1:13: models: expected a model id, got " + hidden);
}

TEST_CASE("X9: a proxy that libcurl would do without, or name with its password, is refused") {
  Scratch scratch;
  for (const char* url :
       {"http://u:p%0Aq@h:1", "http://u%00:hush@h:1", "u:%1fhush@h", "http://u:SEC/hush@h:1",
        "http://u:SEC hush@h:1", "http://u:hush?@h:1", "http://u:a#hush@h"}) {
    CAPTURE(url);
    const auto loaded = load(scratch, "proxy: \"" + std::string(url) + "\"\n");
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().kind == ErrorKind::usage);
    CHECK(loaded.error().message.find("c.yaml:1:8: proxy: expected ") != std::string::npos);
    CHECK(loaded.error().message.find("hush") == std::string::npos);
  }
  for (const char* url : {"http://h:1", "http://u:p%2Fq%7e@h:1", "h:1", "socks5h://u@h"}) {
    CAPTURE(url);
    CHECK(load(scratch, "proxy: \"" + std::string(url) + "\"\n"));
  }
}
