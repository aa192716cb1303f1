#include "upstream/headers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>

#include "base/ascii.h"

namespace proxx {
namespace {

std::string text(const HeaderList& headers) {
  std::string out;
  for (const auto& [name, value] : headers) out += name + ": " + value + "\n";
  return out;
}

size_t count(const HeaderList& headers, std::string_view name) {
  return static_cast<size_t>(std::count_if(headers.begin(), headers.end(), [&](const auto& field) {
    return same_word(field.first, name);
  }));
}

}  // namespace

TEST_CASE("claude-code: what Claude Code sends (docs/protocol.md 7)") {
  HeaderOptions options;
  options.session_id = "11111111-2222-4333-8444-555555555555";
  Credential credential;
  credential.api_key = "sk-1";
  CHECK(text(upstream_headers(options, credential, {})) ==
        "User-Agent: claude-cli/2.1.330 (external, cli)\n"
        "Accept: application/json\n"
        "x-app: cli\n"
        "anthropic-dangerous-direct-browser-access: true\n"
        "X-Stainless-Lang: js\n"
        "X-Stainless-Package-Version: 0.128.0\n"
        "X-Stainless-OS: Linux\n"
        "X-Stainless-Arch: x64\n"
        "X-Stainless-Runtime: node\n"
        "X-Stainless-Runtime-Version: v26.12.1\n"
        "X-Stainless-Timeout: 600\n"
        "X-Stainless-Retry-Count: 0\n"
        "X-Claude-Code-Session-Id: 11111111-2222-4333-8444-555555555555\n"
        "Content-Type: application/json\n"
        "anthropic-version: 2023-06-01\n"
        "x-api-key: sk-1\n");
}

TEST_CASE("claude-code: version and retry count") {
  HeaderOptions options;
  options.claude_cli_version = "3.0.0";
  RequestHeaders request;
  request.retries_done = 2;
  const HeaderList headers = upstream_headers(options, {}, request);
  CHECK(find_header(headers, "user-agent") == "claude-cli/3.0.0 (external, cli)");
  CHECK(find_header(headers, "x-stainless-retry-count") == "2");
  CHECK_FALSE(find_header(headers, "x-claude-code-session-id"));
}

TEST_CASE("plain: our own name and nothing of Claude Code's") {
  HeaderOptions options;
  options.profile = HeaderProfile::plain;
  options.session_id = "11111111-2222-4333-8444-555555555555";
  Credential credential;
  credential.auth_token = "t";
  CHECK(text(upstream_headers(options, credential, {})) == "User-Agent: proxx/" PROXX_VERSION
                                                           "\n"
                                                           "Accept: application/json\n"
                                                           "Content-Type: application/json\n"
                                                           "anthropic-version: 2023-06-01\n"
                                                           "Authorization: Bearer t\n");
}

TEST_CASE("both credentials are sent if both are set") {
  Credential credential{"sk-1", "token"};
  const HeaderList headers = upstream_headers({}, credential, {});
  CHECK(find_header(headers, "x-api-key") == "sk-1");
  CHECK(find_header(headers, "authorization") == "Bearer token");
  CHECK(Credential{}.empty());
  CHECK_FALSE(credential.empty());
}

TEST_CASE("betas: the client's first, the configured ones last, each once") {
  HeaderOptions options;
  options.extra = {{"Anthropic-Beta", "configured, client-a"}};
  RequestHeaders request;
  request.betas = {"client-a, client-b", "", "needed", "client-b"};
  const HeaderList headers = upstream_headers(options, {}, request);
  CHECK(find_header(headers, "anthropic-beta") == "client-a,client-b,needed,configured");
  CHECK(count(headers, "anthropic-beta") == 1);
  CHECK_FALSE(find_header(upstream_headers({}, {}, {}), "anthropic-beta"));
}

TEST_CASE("W1: configured betas, however many, are joined in linear time") {
  constexpr int kCount = 50'000;
  HeaderOptions options;
  std::string list;
  for (int i = 0; i < kCount; ++i) list += "b" + std::to_string(i % (kCount / 2)) + ',';
  options.extra = {{"anthropic-beta", list}};
  const std::clock_t begin = std::clock();
  const HeaderList headers = upstream_headers(options, {}, {});
  // Some hundredths of a second; compared one by one it would be half a minute.
  CHECK(std::clock() - begin < 5 * CLOCKS_PER_SEC);
  CHECK(find_header(headers, "anthropic-beta")->size() == list.size() / 2 - 1);
}

TEST_CASE("the client's version wins, then the configured header, then the option") {
  HeaderOptions options;
  options.anthropic_version = "2026-10-21";
  CHECK(find_header(upstream_headers(options, {}, {}), "anthropic-version") == "2026-10-21");
  options.extra = {{"Anthropic-Version", "2024-01-01"}};
  CHECK(find_header(upstream_headers(options, {}, {}), "anthropic-version") == "2024-01-01");
  RequestHeaders request;
  request.anthropic_version = "2025-01-01";
  const HeaderList headers = upstream_headers(options, {}, request);
  CHECK(find_header(headers, "anthropic-version") == "2025-01-01");
  CHECK(count(headers, "anthropic-version") == 1);
}

TEST_CASE("a configured header joins, or replaces its namesake") {
  HeaderOptions options;
  options.extra = {{"X-Team", "red"}, {"user-agent", "mine"}};
  const HeaderList headers = upstream_headers(options, {}, {});
  CHECK(find_header(headers, "x-team") == "red");
  CHECK(find_header(headers, "User-Agent") == "mine");
  CHECK(count(headers, "user-agent") == 1);
}

TEST_CASE("H18: keys are visible ASCII, and never shown") {
  for (const std::string_view good : {"sk-ant-api03-AbC_123", "a", "!~"}) CHECK(check_key(good));
  for (const std::string_view bad :
       {std::string_view(""), std::string_view("secret key"), std::string_view("secret\r\nX: y"),
        std::string_view("secret\n"), std::string_view("secret\0x", 8),
        std::string_view("secret\x7f"), std::string_view("secret\xc3\xa9"),
        std::string_view("\tsecret")}) {
    const Status status = check_key(bad);
    REQUIRE_FALSE(status);
    CHECK(status.error().kind == ErrorKind::unauthorized);
    CHECK(status.error().message.find("secret") == std::string::npos);
  }
}

TEST_CASE("S7: a credential that comes back is masked, byte for byte") {
  const Secrets secrets = secrets_in({{"x-api-key", "sk-ant-0123"},
                                      {"Authorization", "Bearer tok-456789"},
                                      {"anthropic-version", "2023-06-01"},
                                      {"x-client-secret", "short"}});
  CHECK(secrets == Secrets{"sk-ant-0123", "tok-456789"});
  std::string text = "sk-ant-0123sk-ant-0123, Bearer tok-456789 of 2023-06-01; short, sk-ant-012.";
  mask(secrets, text);
  CHECK(text == "**********************, Bearer ********** of 2023-06-01; short, sk-ant-012.");
}

TEST_CASE("a session id is a random UUID v4") {
  const std::string id = make_session_id();
  REQUIRE(id.size() == 36);
  CHECK(id[14] == '4');
  CHECK(std::string("89ab").find(id[19]) != std::string::npos);
  CHECK(make_session_id() != id);
}

}  // namespace proxx
