#include "base/secret_text.h"

#include <doctest/doctest.h>

#include <cstdint>

#include "base/ascii.h"

namespace proxx {
namespace {

/// `length` characters of `alphabet`, the same on every run.
std::string random_text(std::string_view alphabet, size_t length, uint64_t seed) {
  std::string out;
  while (out.size() < length) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    out += alphabet[(seed >> 33U) % alphabet.size()];
  }
  return out;
}

constexpr std::string_view kSmall = "abcdefghijklmnopqrstuvwxyz";

TEST_CASE("R4: keys look like secrets") {
  for (const char* text : {
           "sk-ant-secret",
           "sk-ant-api03-AbC_dEf",
           "8080 sk-ant-api03",
           "port=sk-ant-x",
           "--sk-ant-x",
           "sk-proj-0123456789",
           "sk_live_abcdefgh",
           "/run/sk-ant-api03",
           "Bearer abc",
           "bearer abc",
           "Basic dXNlcjpwYXNz",
           "ghp_abcdefgh12345678",
           "github_pat_1",
           "glpat-abc",
           "xoxb-1-2",
           "AKIAIOSFODNN7EXAMPLE",
           "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
           "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
           "AIzaSyA-0123456789abcdef",
           "-----BEGIN PRIVATE KEY-----",
           "http://user:hush@proxy:3128",
           "https://me:hunter2@gateway.example/v1",
           "user:hush@127.0.0.1:1",
           "d41d8cd98f00b204e9800998ecf8427e",
           "f47ac10b-58cc-4372-a567-0e02b2c3d479",
           "9f8e7d6c5b4a3f2e",
           "314159265358979323846264338327950288",
       }) {
    CAPTURE(text);
    CHECK(looks_like_secret(text));
    CHECK(shown(text) == "[redacted: it looks like a key]");
    CHECK(shown_whole(text) == "[redacted: it looks like a key]");
  }
}

TEST_CASE("R4: ordinary words, names, numbers, URLs and paths do not look like secrets") {
  for (const char* text : {
           "",
           "8080",
           "70000",
           "-1",
           "5s",
           "80.5",
           "99999999999999999999",
           "loud",
           "localhost:8080",
           "internationalization",
           "Donaudampfschifffahrtsgesellschaft",
           "pneumonoultramicroscopicsilicovolcanoconiosis",
           "forced_tool_choice_with_manual_thinking",
           "anthropic-dangerous-direct-browser-access",
           "fine-grained-tool-streaming-2025-05-14",
           "X-Stainless-Runtime-Version",
           "MyVeryLongCompanyNameHere",
           "claude-sonnet-4-5-20250929",
           "claude-3-7-sonnet-20250219",
           "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
           "claude-3-5-sonnet-v2@20241022",
           "arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-v1:0",
           "projects/my-project-123456/locations/us-east5/publishers/anthropic/models/claude",
           "gpt-4o-mini-2024-07-18",
           "mixtral-8x7b-instruct-v0.1",
           "meta-llama/Llama-3.1-8B-Instruct",
           "llama3-8b-8192-tool-use-preview",
           "https://gateway.example.com/anthropic/v1/messages",
           "https://gateway.example.com/9f8e7d6c5b4a3f2e1d0c",
           "/etc/xdg/proxx/config.yaml",
           "/nix/store/9f8e7d6c5b4a3f2e1d0c9f8e7d6c5b4a-proxx/config.yaml",
           "~/Projects/my-project_2024/key.txt",
           "../risk-free/task-force",
           "sk-SK",
           "risk-management-office",
           "2026-11-28T10:00:00Z",
           "me@example.com",
           "127.0.0.1:8080",
           "[2001:db8:85a3::8a2e:370:7334]:443",
           "reasoning_content | reasoning_details | thinking_blocks",
           "a quite long sentence, with commas; and more in it (see above)",
       }) {
    CAPTURE(text);
    CHECK_FALSE(looks_like_secret(text));
  }
  CHECK_FALSE(looks_like_secret(std::string(1000, 'x')));
  CHECK(shown("8\x1b[31m") == "8?[31m");
  CHECK(shown(std::string(41, 'x')) == std::string(40, 'x') + "...");
  CHECK(shown_whole(std::string(100, 'x')) == std::string(100, 'x'));
}

TEST_CASE("R4: nearly every long random word looks like a secret") {
  const std::string capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::string digits = "0123456789";
  const struct {
    const char* name;
    std::string alphabet;
    size_t length;
    size_t seen_of_1000;
  } rows[] = {
      {"base62", std::string(kSmall) + capitals + digits, 32, 995},
      {"base62, short", std::string(kSmall) + capitals + digits, 20, 950},
      {"base64url", std::string(kSmall) + capitals + digits + "-_", 43, 995},
      {"base64", std::string(kSmall) + capitals + digits + "+/", 40, 960},
      {"hex", "0123456789abcdef", 32, 995},
      {"letters", std::string(kSmall) + capitals, 32, 950},
      {"base32", std::string(kSmall) + "234567", 52, 900},
      {"small letters", std::string(kSmall), 40, 900},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    size_t seen = 0;
    for (uint64_t seed = 0; seed < 1000; ++seed) {
      seen += looks_like_secret(random_text(row.alphabet, row.length, seed * 7919));
    }
    CHECK(seen >= row.seen_of_1000);
  }
}

TEST_CASE("X9: names of credentials are known by their parts") {
  for (const char* name : {"Authorization",
                           "X-Auth",
                           "Authentication",
                           "x-api-key",
                           "X-Goog-Api-Key",
                           "Cookie",
                           "Set-Cookie",
                           "Ocp-Apim-Subscription-Key",
                           "cf-access-token",
                           "X-Amz-Security-Token",
                           "X-Client-Secret",
                           "x-password",
                           "X-Passwd",
                           "X-Session",
                           "X-Session-Id",
                           "apikey",
                           "X-Credentials",
                           "X-Hub-Signature-256",
                           "PHPSESSIONID",
                           "Proxy-Authorization",
                           "X-Access-Token-1",
                           "X-JWT",
                           "X-Bearer",
                           "X-PAT",
                           "pat",
                           "X-Git-Pat-2",
                           "X-Saml-Assertion",
                           "X-OTP",
                           "x-pass",
                           "X-SSO",
                           "sid",
                           "X-Creds"}) {
    CAPTURE(name);
    CHECK(names_secret(name));
  }
  for (const char* name : {"anthropic-version",
                           "anthropic-ratelimit-tokens-remaining",
                           "x-ratelimit-limit-tokens",
                           "anthropic-priority-input-tokens-limit",
                           "Content-Type",
                           "X-Claude-Code-Session-Id",
                           "WWW-Authenticate",
                           "Proxy-Authenticate",
                           "request-id",
                           "User-Agent",
                           "X-Team",
                           "date",
                           "anthropic-beta",
                           "X-Stainless-Retry-Count",
                           "server-timing",
                           "X-Path",
                           "X-Pattern",
                           "x-dispatch",
                           "X-Compat",
                           "X-Passage",
                           "X-Bypass",
                           "X-Aside",
                           "X-Resident"}) {
    CAPTURE(name);
    CHECK_FALSE(names_secret(name));
  }
}

TEST_CASE("the login of a URL") {
  const std::pair<const char*, const char*> rows[] = {{"https://me:hush@host/a@b", "me:hush"},
                                                      {"me:hush@host", "me:hush"},
                                                      {"https://me:a@b@host", "me:a@b"},
                                                      {"https://me:a?b#c@host", "me:a?b#c"},
                                                      {"https://host/a@b", ""},
                                                      {"https://host", ""},
                                                      {"@host", ""},
                                                      {"", ""}};
  for (const auto& [url, login] : rows) {
    CAPTURE(url);
    CHECK(login_in(url) == login);
  }
}

TEST_CASE("R4: secrets are taken out of another library's message, and nothing else") {
  CHECK(without_secrets("--port: Value sk-ant-x not in range 0 to 65535") ==
        "--port: Value [redacted] not in range 0 to 65535");
  CHECK(without_secrets("cannot open 'sk-ant-api03-1': No such file") ==
        "cannot open '[redacted]': No such file");
  CHECK(without_secrets("sk-ant-api03-1: No such file") == "[redacted]: No such file");
  CHECK(without_secrets("Authorization: Bearer hush, Basic abc") ==
        "Authorization: Bearer [redacted], Basic [redacted]");
  for (const char* text : {"", " ", "--port: Value 70000 not in range 0 to 65535",
                           "c.yaml:1:7: port: expected 'a' (did you mean \"b\"?)::", "a  b\n"}) {
    CHECK(without_secrets(text) == text);
  }
  CHECK(without_keys("basic auth: invalid bearer token, Bearer h4sh, Basic hushhushhushhushhush") ==
        "basic auth: invalid bearer token, Bearer [redacted], Basic [redacted]");
  CHECK(without_keys("id f47ac10b-58cc-4372-a567-0e02b2c3d479: sk-ant-x") ==
        "id f47ac10b-58cc-4372-a567-0e02b2c3d479: [redacted]");
}

}  // namespace
}  // namespace proxx
