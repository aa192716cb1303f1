// Whatever stands in a header, a key, a retry-after or a URL: what is taken can be sent as it is,
// on one line, and is taken again; what must not be seen is not in what is shown, wherever that is
// cut; waits are within their bounds, and plain seconds are what they say.
//
// Input: what now is (a byte), then lines, each taken for all of these.

#include "upstream/headers.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/ascii.h"
#include "config/header_field.h"
#include "config/upstream_url.h"
#include "exchange/answer_headers.h"
#include "fuzz.h"
#include "server/client_keys.h"
#include "server/guards.h"
#include "upstream/curl/header_block.h"
#include "upstream/retry.h"
#include "upstream/secrets.h"

namespace proxx::fuzz {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kSecret = "s3cr3t-0123456789";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    lines.push_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(lines.back().size() + 1, text.size()));
  }
  return lines;
}

/// One physical line.
bool is_clean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void check_block(const HeaderList& headers) {
  HeaderBlock block;
  const bool clean = std::all_of(headers.begin(), headers.end(), [](const auto& field) {
    return !field.first.empty() && is_clean(field.first) && is_clean(field.second);
  });
  expect(block.assign(headers) == clean, "only what would stay one line is sent");
  if (!clean) return;
  std::vector<std::string> lines;
  for (const curl_slist* node = block.list(); node != nullptr; node = node->next) {
    // An entry may be many lines, joined as they go out.
    std::string_view entry(node->data);
    for (size_t end = 0; end != std::string_view::npos; entry.remove_prefix(end + 2)) {
      end = entry.find("\r\n");
      lines.emplace_back(entry.substr(0, end));
      expect(is_clean(lines.back()), "a field is one line", entry);
      if (end == std::string_view::npos) break;
    }
  }
  for (const auto& [name, value] : headers) {
    const auto line =
        std::find(lines.begin(), lines.end(), value.empty() ? name + ";" : name + ": " + value);
    expect(line != lines.end(), "as it was given", name);
    lines.erase(line);
  }
  for (const std::string& line : lines)
    expect(line.ends_with(':'), "besides, only what libcurl must not add", line);
}

void check_configured_header(const std::string& name, const std::string& value) {
  if (const auto wrong = check_header(name, value)) {
    expect(!wrong->empty(), "told why");
    return;
  }
  check_block({{name, value}});

  HeaderOptions options;
  options.extra = {{name, value}};
  const HeaderList sent = upstream_headers(options, {"key", "token"}, {{}, {value, "a,b"}, 1});
  if (is_clean(value)) check_block(sent);
  const auto is_it = [&](const auto& field) { return same_word(field.first, name); };
  expect(std::count_if(sent.begin(), sent.end(), is_it) == 1, "a header is sent once", name);
}

void check_secrets(std::string_view line) {
  for (const char* name : {"x-api-key", "Authorization", "proxy-authorization", "COOKIE"}) {
    const std::string shown =
        shown_header(std::string(name) + ": " + std::string(kSecret) + " " + std::string(line), {});
    expect(shown.find(kSecret) == std::string::npos, "a secret is not shown", shown);
  }
  (void)shown_header(line, {});
  if (check_key(line)) {
    expect(is_clean(line) && !line.empty(), "a key that is taken is one line", line);
    check_block({{"x-api-key", std::string(line)}});
  } else {
    const std::string said = check_key(line).error().message;
    expect(said == check_key(line.empty() ? "" : " ").error().message, "and not shown", said);
  }
}

/// What is masked does not depend on the cuts, is as long as it was, and has no secret.
void check_mask(std::string_view text) {
  const Secrets secrets{std::string(kSecret), "abcabcab1"};
  const std::string_view half = text.substr(0, text.size() / 2);
  for (const std::string& told : {std::string(text), std::string(half) + std::string(kSecret) +
                                                         std::string(text.substr(half.size()))}) {
    std::string whole = told;
    mask(secrets, whole);
    expect(whole.size() == told.size(), "byte for byte", told);
    expect(whole.find(kSecret) == std::string::npos, "a secret is masked", told);
    for (const Pieces& pieces : both_cuts(told)) {
      StreamMask stream;
      std::string out;
      for (const std::string& piece : pieces) out += stream.take(secrets, piece);
      out += stream.finish(secrets);
      expect(out == whole, "the same wherever it is cut", told);
    }
  }
}

void check_retry(const HeaderList& headers, uint8_t now) {
  const int64_t now_unix_s = int64_t{1'700'000'000} + now;
  const auto asked = requested_delay(headers, now_unix_s);
  if (asked) expect(*asked > milliseconds(0) && asked->count() <= INT32_MAX + 1LL, "a sane wait");
  for (const int status : {200, 400, 408, 429, 500, 529}) {
    for (const int done : {0, 1, 5, 60}) {
      const FailedTry failed{done, status, std::nullopt, &headers, now_unix_s, 0.999};
      const auto delay = retry_delay(failed, 61);
      expect(!delay || (delay->count() >= 0 && *delay <= kMaxRetryAfter), "waits are bounded");
      expect(!delay || is_retryable(failed), "only what may be tried again is");
      expect(!retry_delay(failed, done), "no more tries than allowed");
    }
  }
}

/// Digits only, and so few that no limit is near.
void check_plain_seconds(std::string_view line) {
  if (line.empty() || line.size() > 6 || !std::all_of(line.begin(), line.end(), [](char c) {
        return std::isdigit(static_cast<unsigned char>(c)) != 0;
      })) {
    return;
  }
  const int64_t number = std::stoll(std::string(line));
  const auto seconds = requested_delay({{"Retry-After", std::string(line)}}, 0);
  const auto ms = requested_delay({{"retry-after-ms", std::string(line)}}, 0);
  expect(seconds.has_value() == (number > 0) && ms.has_value() == (number > 0), "a wait or none");
  if (number == 0) return;
  expect(*seconds == std::chrono::seconds(number), "seconds are seconds", line);
  expect(*ms == milliseconds(number), "milliseconds are milliseconds", line);
}

void check_client_headers(const HeaderList& upstream, uint8_t now) {
  for (const auto& [name, value] : client_headers(upstream, now)) {
    const bool known = name.rfind("anthropic-", 0) == 0 || name.rfind("x-ratelimit-", 0) == 0 ||
                       name == "x-request-id" || name == "retry-after" ||
                       name == "retry-after-ms" || name == "x-should-retry";
    expect(known, "only what a client may see", name);
    (void)value;
  }
}

void check_url(std::string_view line) {
  const auto url = parse_upstream_url(line);
  if (!url) {
    expect(!url.error().empty(), "told why");
    return;
  }
  expect(parse_upstream_url(url->text).has_value(), "a URL that is taken is taken again", line);
  expect(url->text == "mock" || url->text.back() != '/', "without a final slash", url->text);
}

/// Of a key that is refused not even a part is told.
void check_refused_key(std::string_view line) {
  const std::string key = std::string(line) + "\x7f" + std::string(kSecret);
  for (const std::string& value : {key, "Bearer " + key}) {
    for (const char* name : {"Authorization", "x-api-key"}) {
      http::Request request;
      request.headers = {{name, value}};
      const auto refused = server::credential_for(request, {});
      expect(!refused, "a control character makes no key", key);
      expect(refused.error().message.find(kSecret) == std::string::npos, "not shown", key);
    }
  }
}

void check_client_key(std::string_view line) {
  check_refused_key(line);
  const std::pair<std::string, std::string> bearer{"Authorization", line};
  const std::pair<std::string, std::string> plain{"X-Api-Key", line};
  const std::pair<std::string, std::string> whole{"authorization", "Bearer " + std::string(line)};
  for (const auto& headers : {http::HeaderList{bearer}, {plain}, {whole}, {whole, plain}}) {
    http::Request request;
    request.headers = headers;
    server::KeyRules rules;
    rules.own.api_key = "the-servers-own";
    const auto forwarded = server::credential_for(request, rules);
    if (forwarded) {
      expect(check_key(forwarded->api_key).has_value(), "a key that can be sent", line);
      expect(line.find(forwarded->api_key) != std::string_view::npos, "is the client's", line);
    } else {
      expect(!forwarded.error().message.empty(), "told why");
    }
    rules.accepted = {"accepted-key"};
    const auto own = server::credential_for(request, rules);
    constexpr size_t kBearerBytes = 7;
    const bool knows =
        line == rules.accepted[0] ||
        (line.size() > kBearerBytes && line.substr(kBearerBytes) == rules.accepted[0]);
    expect(!own || knows, "the door is shut", line);
    expect(!own || own->api_key == rules.own.api_key, "the server's own key goes", line);
  }
}

void check(uint8_t now, std::string_view text) {
  HeaderList headers;
  for (const std::string_view line : lines_of(text)) {
    check_secrets(line);
    check_plain_seconds(line);
    check_url(line);
    check_client_key(line);
    const size_t colon = std::min(line.find(':'), line.size());
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    check_configured_header(std::string(line.substr(0, colon)), std::string(value));
    headers.emplace_back(line.substr(0, colon), value);
  }
  const auto keys = server::parse_auth_file(text);
  if (keys) {
    expect(!keys->empty(), "an auth file holds a key");
    for (const std::string& key : *keys) expect(check_key(key).has_value(), "keys are keys", key);
  }
  check_mask(text);
  check_block(headers);
  check_retry(headers, now);
  check_client_headers(headers, now);
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  proxx::fuzz::Choices choices(data, size);
  const uint8_t now = choices.byte();
  proxx::fuzz::check(now, choices.rest());
  return 0;
}
