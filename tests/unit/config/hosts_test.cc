#include <doctest/doctest.h>

#include "config/aws_credentials.h"
#include "config/host_settings.h"
#include "config/keys.h"
#include "config/render.h"
#include "unit/config/fixture.h"

namespace proxx {
namespace {

using test::load;
using test::Scratch;
using test::Variables;

LoadedSettings loaded_with(const Scratch& scratch, const std::string& yaml, Variables variables) {
  auto loaded = load(scratch, yaml, std::move(variables));
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  return std::move(*loaded);
}

Result<Keys> keys_with(const Scratch& scratch, const std::string& yaml,
                       const Variables& variables) {
  return read_keys(loaded_with(scratch, yaml, variables), test::environment(variables),
                   std::chrono::milliseconds(2000));
}

}  // namespace

TEST_CASE(
    "hosts: a preset makes the URL of what the shell has; another host's variables are nothing") {
  const Variables shell = {{"AWS_REGION", "eu-west-1"},
                           {"ANTHROPIC_BASE_URL", "https://elsewhere.example"},
                           {"ANTHROPIC_VERTEX_PROJECT_ID", "my-project"},
                           {"ANTHROPIC_FOUNDRY_RESOURCE", "my-resource"},
                           {"ANTHROPIC_AWS_WORKSPACE_ID", "wrkspc_1"}};
  const struct {
    const char* yaml;
    const char* url;
  } rows[] = {
      {"upstream: anthropic", "https://elsewhere.example"},
      {"upstream: bedrock", "https://bedrock-runtime.eu-west-1.amazonaws.com/anthropic"},
      {"upstream: bedrock\nbedrock: {endpoint: mantle}",
       "https://bedrock-mantle.eu-west-1.api.aws/anthropic"},
      {"upstream: vertex", "https://aiplatform.googleapis.com"},
      {"upstream: foundry", "https://my-resource.services.ai.azure.com/anthropic"},
      {"upstream: aws", "https://aws-external-anthropic.eu-west-1.api.aws"},
      {"upstream: bedrock\nupstream_url: https://gate.example/x",
       "https://gate.example/x/anthropic"},
      {"upstream: foundry\nupstream_url: https://gate.example/anthropic/v1/",
       "https://gate.example/anthropic"},
  };
  const Scratch scratch;
  for (const auto& row : rows) {
    CAPTURE(row.yaml);
    const LoadedSettings loaded = loaded_with(scratch, row.yaml, shell);
    CHECK(loaded.settings.upstream_url == row.url);
    CHECK(!loaded.incomplete);
  }
}

TEST_CASE("hosts: a URL of AWS's own tells the region") {
  const Scratch scratch;
  const LoadedSettings loaded = loaded_with(
      scratch, "upstream: bedrock\nupstream_url: https://bedrock-runtime.ap-south-1.amazonaws.com",
      {});
  CHECK(loaded.target.region == "ap-south-1");
  const LoadedSettings other =
      loaded_with(scratch, "upstream: bedrock\nupstream_url: https://gate.example", {});
  CHECK(other.target.region.empty());
}

TEST_CASE("hosts: what is missing is said in the words of the setting and of its variable") {
  const struct {
    const char* yaml;
    const char* message;
  } rows[] = {
      {"upstream: bedrock", "upstream bedrock needs a region: set region or AWS_REGION"},
      {"upstream: aws", "upstream aws needs a region: set region or AWS_REGION"},
      {"upstream: aws\nregion: x",
       "upstream aws needs a workspace: set workspace or ANTHROPIC_AWS_WORKSPACE_ID"},
      {"upstream: vertex",
       "upstream vertex needs a project: set project or ANTHROPIC_VERTEX_PROJECT_ID"},
      {"upstream: google",
       "upstream google needs a project: set project or ANTHROPIC_GOOGLE_CLOUD_PROJECT"},
      {"upstream: foundry",
       "upstream foundry needs a resource: set resource or ANTHROPIC_FOUNDRY_RESOURCE"},
  };
  const Scratch scratch;
  for (const auto& row : rows) {
    CAPTURE(row.yaml);
    const LoadedSettings loaded = loaded_with(scratch, row.yaml, {});
    REQUIRE(loaded.incomplete);
    CHECK(loaded.incomplete->message == row.message);
    CHECK(loaded.incomplete->kind == ErrorKind::usage);
  }
}

TEST_CASE("hosts: the upstream's list of models is asked for only where there is one") {
  const Scratch scratch;
  for (const std::string host : {"anthropic", "aws", "google", "bedrock", "vertex", "foundry"}) {
    CAPTURE(host);
    const std::string error = test::load_error(scratch, "models_from: upstream\nupstream: " + host);
    const bool lists = host == "anthropic" || host == "aws" || host == "google";
    CHECK(error.empty() == lists);
    if (!lists) CHECK(error.starts_with("c.yaml:1:14: models_from: "));
  }
}

TEST_CASE("hosts: a project of Google's, by either variable") {
  const Scratch scratch;
  Variables shell = {{"GOOGLE_CLOUD_PROJECT", "shared-project"}};
  CHECK(loaded_with(scratch, "upstream: google", shell).target.project == "shared-project");
  CHECK(loaded_with(scratch, "upstream: vertex", shell).target.project.empty());
  shell["ANTHROPIC_GOOGLE_CLOUD_PROJECT"] = "own-project";
  CHECK(loaded_with(scratch, "upstream: google", shell).target.project == "own-project");
}

TEST_CASE("hosts: nothing in a region or a name makes it another host") {
  const Scratch scratch;
  for (const char* yaml :
       {"upstream: bedrock\nregion: x.evil.example/", "upstream: foundry\nresource: evil.example",
        "upstream: vertex\nproject: a/b", "upstream: google\nworkspace: ../x",
        "upstream: bedrock\nregion: \"\"", "upstream: azure"}) {
    CAPTURE(yaml);
    CHECK(!load(scratch, yaml));
  }
  CHECK(!load(scratch, "upstream: bedrock", {{"AWS_REGION", "a b"}}));
}

TEST_CASE("hosts: a key goes to the host that it is for") {
  const Scratch scratch;
  const Variables shell = {{"ANTHROPIC_API_KEY", "sk-ant-own"},
                           {"AWS_BEARER_TOKEN_BEDROCK", "bedrock-key"},
                           {"ANTHROPIC_FOUNDRY_API_KEY", "foundry-key"},
                           {"ANTHROPIC_AWS_API_KEY", "aws-key"},
                           {"AWS_REGION", "eu-west-1"}};
  const struct {
    const char* upstream;
    const char* key;
  } rows[] = {{"anthropic", "sk-ant-own"},
              {"bedrock", "bedrock-key"},
              {"foundry", "foundry-key"},
              {"aws", "aws-key"},
              {"vertex", ""},
              {"google", ""}};
  for (const auto& row : rows) {
    const auto keys = keys_with(scratch, std::string("upstream: ") + row.upstream, shell);
    REQUIRE(keys);
    CHECK(keys->api_key == row.key);
    CHECK(keys->auth_token.empty());
    CHECK(keys->empty() == std::string(row.key).empty());
  }
  const auto token =
      keys_with(scratch, "upstream: vertex\nauth_token_command: [echo, ya29.token]", shell);
  REQUIRE(token);
  CHECK(token->auth_token == "ya29.token");
  scratch.write("token", "file-token\n");
  const auto file = keys_with(scratch, "upstream: foundry\nauth_token_file: token", {});
  REQUIRE(file);
  CHECK(file->auth_token == "file-token");
}

TEST_CASE("hosts: what a token command may not do, without its output") {
  const Scratch scratch;
  const struct {
    const char* yaml;
    const char* message;
  } rows[] = {
      {"auth_token_command: [sh, -c, 'echo secret-a; echo secret-b']",
       "auth_token_command: the output: holds more than one line"},
      {"auth_token_command: [sh, -c, 'echo secret-a; exit 3']",
       "auth_token_command: 'sh' exited with status 3"},
      {"auth_token_command: [sleep, '9']", "auth_token_command: 'sleep' did not finish within 2 s"},
      {"auth_token_command: [\"true\"]",
       "auth_token_command: the output: holds no key: it is empty"},
      {"aws_credentials_command: [echo, secret-a]",
       "aws_credentials_command: the output: expected the JSON of: aws configure "
       "export-credentials --format process"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.yaml);
    const auto keys =
        keys_with(scratch, std::string("upstream: bedrock\nregion: x\n") + row.yaml, {});
    REQUIRE(!keys);
    CHECK(keys.error().message == row.message);
    CHECK(keys.error().message.find("secret") == std::string::npos);
  }
  CHECK(!load(scratch, "auth_token_file: a\napi_key_command: [b]"));
}

TEST_CASE("hosts: AWS credentials of the environment, and as its tools print them") {
  const Scratch scratch;
  const Variables shell = {{"AWS_ACCESS_KEY_ID", "AKID"},
                           {"AWS_SECRET_ACCESS_KEY", "secret"},
                           {"AWS_SESSION_TOKEN", "token"},
                           {"AWS_REGION", "eu-west-1"}};
  const auto keys = keys_with(scratch, "upstream: bedrock", shell);
  REQUIRE(keys);
  CHECK(keys->aws == AwsCredentials{"AKID", "secret", "token", 0});
  CHECK(keys_with(scratch, "upstream: anthropic", shell)->empty());
  Variables half = shell;
  half.erase("AWS_SECRET_ACCESS_KEY");
  CHECK(keys_with(scratch, "upstream: bedrock", half).error().message ==
        "AWS_ACCESS_KEY_ID: is set without AWS_SECRET_ACCESS_KEY");
  const auto no_region = keys_with(scratch, "upstream: bedrock\nupstream_url: https://gate.example",
                                   {{"AWS_ACCESS_KEY_ID", "a"}, {"AWS_SECRET_ACCESS_KEY", "b"}});
  REQUIRE(!no_region);
  CHECK(no_region.error().message == "upstream bedrock needs a region: set region or AWS_REGION");

  constexpr const char* kInner =
      R"("AccessKeyId":"A","SecretAccessKey":"B","SessionToken":"C","Expiration":"2026-11-29T12:00:00+00:00")";
  const std::string flat = std::string(R"({"Version":1,)") + kInner + "}";
  const std::string nested = std::string(R"({"Credentials":{)") + kInner + "}}";
  for (const std::string& json : {flat, nested}) {
    const auto parsed = parse_aws_credentials(json, "x");
    REQUIRE_MESSAGE(parsed, parsed.error().message);
    CHECK(parsed->session_token == "C");
    CHECK(parsed->expires_unix_s == 1795953600);
  }
  for (const char* bad :
       {R"({"AccessKeyId":"A"})", R"({"AccessKeyId":"A/B","SecretAccessKey":"s"})",
        "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\\n\"}",
        R"({"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soon"})"}) {
    CAPTURE(bad);
    CHECK(!parse_aws_credentials(bad, "x"));
  }
}

TEST_CASE("hosts: the configuration that is shown says where each value is from, and no secret") {
  const Scratch scratch;
  const LoadedSettings loaded = loaded_with(
      scratch, "upstream: bedrock",
      {{"AWS_REGION", "eu-west-1"}, {"AWS_BEARER_TOKEN_BEDROCK", "a-secret-of-bedrock"}});
  const std::string page = render_settings(loaded);
  for (const char* part :
       {"upstream_url: https://bedrock-runtime.eu-west-1.amazonaws.com/anthropic # upstream: "
        "bedrock",
        "# env AWS_REGION", "# AWS_BEARER_TOKEN_BEDROCK: [set]"}) {
    CAPTURE(page);
    CHECK(page.find(part) != std::string::npos);
  }
  CHECK(page.find("a-secret-of") == std::string::npos);
  CHECK(page.find("client_headers: plain ") != std::string::npos);
}

TEST_CASE("models: `like` makes a deployment one word") {
  const Scratch scratch;
  const LoadedSettings loaded =
      loaded_with(scratch, "models: {my-deployment: {like: claude-haiku-4-5}}", {});
  ModelTable table;
  add_models(loaded.settings.models, table);
  const Model model = table.resolve("my-deployment");
  CHECK(model.id == "my-deployment");
  CHECK(model.max_tokens == 64'000);
  CHECK(!model.thinking.adaptive);
  CHECK(render_settings(loaded).find(
            "my-deployment: {id: my-deployment, like: claude-haiku-4-5}") != std::string::npos);
}

}  // namespace proxx
