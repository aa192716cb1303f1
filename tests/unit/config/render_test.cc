#include "config/render.h"

#include <doctest/doctest.h>

#include "config/settings_table.h"
#include "fixture.h"

using namespace proxx;
using test::load;
using test::Scratch;

TEST_CASE("the defaults are printed in the order of the contract") {
  Scratch scratch;
  const std::string text = render_settings(*load(scratch, std::nullopt));
  CHECK(text ==
        "# configuration file: none\n"
        "upstream: anthropic                       # default\n"
        "upstream_url: https://api.anthropic.com   # default\n"
        "region: ~                                 # default\n"
        "project: ~                                # default\n"
        "workspace: ~                              # default\n"
        "resource: ~                               # default\n"
        "bedrock:\n"
        "  endpoint: runtime                       # default\n"
        "  profile: global                         # default\n"
        "host: 127.0.0.1                           # default\n"
        "port: 8080                                # default\n"
        "api_key_file: ~                           # default\n"
        "api_key_command: []                       # default\n"
        "auth_token_file: ~                        # default\n"
        "auth_token_command: []                    # default\n"
        "aws_credentials_command: []               # default\n"
        "aws_signing_host: ~                       # default\n"
        "client_headers: claude-code               # default\n"
        "headers: {}                               # default\n"
        "anthropic_version: \"2023-06-01\"           # default\n"
        "model: claude-sonnet-5-5                  # default\n"
        "models_from: table                        # default\n"
        "models: {}                                # default\n"
        "on_lossy: warn                            # default\n"
        "prompt_cache: asked                       # default\n"
        "retry: 2                                  # default\n"
        "timeouts:\n"
        "  connect: 5                              # default\n"
        "  first_byte: 600                         # default\n"
        "  idle: 120                               # default\n"
        "  total: 0                                # default\n"
        "proxy: ~                                  # default\n"
        "cacert: ~                                 # default\n"
        "allow_insecure_upstream: false            # default\n"
        "claude_cli_version: 2.1.330               # default\n"
        "convert:\n"
        "  max_tokens: ~                           # default\n"
        "  reasoning: [reasoning_content, reasoning_details] # default\n"
        "  continue_paused: 5                      # default\n"
        "  web_search: false                       # default\n"
        "  echo_model: false                       # default\n"
        "  names: drop                             # default\n"
        "half_price:\n"
        "  poll: 30                                # default\n"
        "  settle: 180                             # default\n"
        "serve:\n"
        "  client_key: forward                     # default\n"
        "  auth_file: ~                            # default\n"
        "  retry: 0                                # default\n"
        "  cors: []                                # default\n"
        "  allowed_hosts: []                       # default\n"
        "  max_connections: 1024                   # default\n"
        "  threads: 1                              # default\n"
        "  drain: 30                               # default\n"
        "  drain_delay: 0                          # default\n"
        "  idle_timeout: 75                        # default\n"
        "  log_level: info                         # default\n"
        "  log_format: text                        # default\n"
        "  metrics: false                          # default\n"
        "  page: ~                                 # default\n"
        "  page_bodies: false                      # default\n"
        "  remember: 32MiB                         # default\n");
}

TEST_CASE("what is printed loads again to the same settings") {
  Scratch scratch;
  auto first = load(scratch,
                    "upstream_url: http://localhost:1/x\n"
                    "api_key_file: '/a b/\"c\" #d'\n"
                    "headers: {X-A: 'one: two # three', X-B: '', X-C: \"caf\xC3\xA9\", X-D: '~'}\n"
                    "model: 'null'\n"
                    "models: {gpt-4o: 'claude: x', 'a b': {max_tokens: 5, thinking: {adaptive: "
                    "true, enabled: false}, effort: {max: true}, price_input: 0.1}}\n"
                    "timeouts: {connect: 0.125, idle: 1e2}\n"
                    "convert: {reasoning: [thinking_blocks], max_tokens: 100}\n"
                    "claude_cli_version: '3'\n"
                    "proxy: \"\\\\odd\"\n",
                    {{"PROXX_HOST", "::1"}}, {{"cacert", "-x", "--cacert"}});
  REQUIRE_MESSAGE(first, first.error().message);
  auto second = load(scratch, render_settings(*first));
  REQUIRE_MESSAGE(second, second.error().message);
  // A relative path starts at the file it stands in.
  second->settings.cacert = second->settings.cacert.substr(scratch.path().size() + 1);
  const auto a = settings_of(first->settings);
  const auto b = settings_of(second->settings);
  for (size_t i = 0; i < a.size(); ++i) {
    CAPTURE(a[i].name);
    CHECK(print_value(a[i].slot) == print_value(b[i].slot));
  }
  CHECK(second->settings.headers == first->settings.headers);
  CHECK(second->settings.api_key_file == "/a b/\"c\" #d");
  CHECK(second->settings.proxy == "\\odd");
}

TEST_CASE("an empty text in the place of another loads again as empty") {
  Scratch scratch;
  const auto first = load(scratch,
                          "model: ''\n"
                          "models: {fast: {id: claude-opus-5-5, display_name: ''}}\n");
  REQUIRE(first);
  const std::string page = render_settings(*first);
  const auto second = load(scratch, page);
  REQUIRE_MESSAGE(second, page);
  CHECK(second->settings.model.empty());
  CHECK(print_value(second->settings.models[0]) == print_value(first->settings.models[0]));
}

TEST_CASE("each value carries its origin") {
  Scratch scratch;
  const auto loaded = load(scratch, "retry: 3\nheaders: {X-A: b}\nmodels: {\n  m: n}\n",
                           {{"PROXX_PORT", "1"}}, {{"timeouts.total", "9", "--max-time"}});
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  const std::string text = render_settings(*loaded);
  const std::string file = scratch.path("c.yaml");
  for (const std::string& line : {
           "# configuration file: " + file + "\n",
           "\nretry: 3                                  # " + file + ":1\n",
           std::string("\nport: 1                                   # env PROXX_PORT\n"),
           std::string("\n  total: 9                                # flag --max-time\n"),
           "\nheaders:\n  X-A: b                                  # " + file + ":2\n",
           "\nmodels:\n  m: n                                    # " + file + ":4\n",
       }) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
}

TEST_CASE("S7: no secret is printed") {
  Scratch scratch;
  const auto loaded = load(scratch,
                           "headers: {Authorization: hunter2, X-Thing: sk-ant-hunter2}\n"
                           "proxy: http://me:hunter2@proxy.example:3128\n",
                           {{"ANTHROPIC_API_KEY", "hunter2"}, {"ANTHROPIC_AUTH_TOKEN", ""}});
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  const std::string text = render_settings(*loaded);
  CHECK(text.find("hunter2") == std::string::npos);
  CHECK(text.find("Authorization: \"[set]\"") != std::string::npos);
  CHECK(text.find("proxy: \"http://[set]@proxy.example:3128\"") != std::string::npos);
  CHECK(text.find("# ANTHROPIC_API_KEY: [set]\n") != std::string::npos);
  CHECK(text.find("ANTHROPIC_AUTH_TOKEN") == std::string::npos);
}

TEST_CASE("R4: a key in the place of another value is not printed") {
  Scratch scratch;
  const std::string key = "sk-ant-api03-hush";
  for (const std::string& yaml : std::initializer_list<std::string>{
           "api_key_file: " + key, "api_key_file: /keys/" + key,
           "api_key_command: [echo, " + key + "]", "model: " + key, "host: " + key,
           "cacert: " + key, "serve: {allowed_hosts: [" + key + "]}",
           "serve: {auth_file: " + key + "}", "upstream_url: https://" + key + ".example",
           "upstream_url: https://a.example/" + key, "proxy: http://me:hush@proxy:1/?a=b",
           "proxy: http://proxy:1?token=hush", "proxy: 'http://proxy:1#hush'"}) {
    CAPTURE(yaml);
    const auto loaded = load(scratch, yaml + "\n");
    REQUIRE_MESSAGE(loaded, loaded.error().message);
    CHECK(render_settings(*loaded).find("hush") == std::string::npos);
  }
  const auto by_flag = load(scratch, std::nullopt, {{"ANTHROPIC_MODEL", key}});
  CHECK(render_settings(*by_flag).find(
            "\nmodel: [redacted]                         # env ANTHROPIC_MODEL") !=
        std::string::npos);
  const auto scheme = load(scratch, "model: Bearer\n");
  CHECK(render_settings(*scheme).find("\nmodel: Bearer                             # ") !=
        std::string::npos);
  auto named = *load(scratch, "port: 1\n");
  named.file = "/" + key + ".yaml";
  CHECK(render_settings(named).find("hush") == std::string::npos);
}
