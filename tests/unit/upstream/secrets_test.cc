#include "upstream/secrets.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/growth.h"

namespace proxx {
namespace {

const std::string kKey = "sk-ant-api03-Zq7/x+P9_w\"b";
const Secrets kSecrets{kKey};

std::string masked(std::string text, const Secrets& secrets = kSecrets) {
  mask(secrets, text);
  return text;
}

template <class Write>
std::string each(std::string_view text, Write write) {
  std::string out;
  for (const char c : text) out += write(static_cast<unsigned char>(c));
  return out;
}

std::string hex(unsigned c, std::string_view digits = "0123456789abcdef") {
  return {digits[c >> 4U & 15U], digits[c & 15U]};
}
std::string capital_hex(unsigned c) {
  return hex(c, "0123456789ABCDEF");
}

std::string base64(std::string_view bytes, std::string_view last_two = "+/") {
  const std::string digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + std::string(last_two);
  std::string out;
  unsigned bits = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) out += digits[bits >> (held - 6) & 63U];
  }
  if (held > 0) out += digits[bits << (6 - held) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

/// Its characters from `begin` on, `size` of them, are the key's alone.
struct Spelling {
  Spelling(std::string written) : text(std::move(written)), size(text.size()) {}
  std::string text;
  size_t begin = 0;
  size_t size;
  [[nodiscard]] std::string hidden() const {
    return std::string(text).replace(begin, size, size, '*');
  }
};

Spelling in_base64(std::string_view before, std::string_view after, std::string_view last_two) {
  Spelling out(base64(std::string(before) + kKey + std::string(after), last_two));
  out.begin = (before.size() * 8 + 5) / 6;
  out.size = (before.size() + kKey.size()) * 8 / 6 - out.begin;
  return out;
}

/// Ways to write the key that a peer may choose.
std::vector<Spelling> spellings() {
  std::vector<Spelling> out{
      kKey,
      each(kKey, [](unsigned c) { return "\\u00" + hex(c); }),
      each(kKey, [](unsigned c) { return "\\u00" + capital_hex(c); }),
      each(kKey, [](unsigned c) { return "\\\\u00" + hex(c); }),
      each(kKey, [](unsigned c) { return "%" + hex(c); }),
      each(kKey, [](unsigned c) { return "%" + capital_hex(c); }),
      each(kKey, [](unsigned c) { return "%25" + capital_hex(c); }),
      each(kKey, [](unsigned c) { return "&#" + std::to_string(c) + ";"; }),
      each(kKey, [](unsigned c) { return "&#x" + hex(c) + ";"; }),
      each(kKey, [](unsigned c) { return hex(c); }),
      each(kKey, [](unsigned c) { return capital_hex(c); }),
      // As JSON and URLs usually have it: only what must be escaped is.
      each(kKey,
           [](unsigned c) {
             return c == '"' || c == '/' ? std::string{'\\', static_cast<char>(c)}
                                         : std::string(1, static_cast<char>(c));
           }),
      each(kKey,
           [](unsigned c) {
             return c == '"' || c == '/' || c == '+' ? "%" + capital_hex(c)
                                                     : std::string(1, static_cast<char>(c));
           }),
      each(kKey,
           [](unsigned c) { return c == '"' ? "&quot;" : std::string(1, static_cast<char>(c)); }),
  };
  for (const std::string_view last : {"+/", "-_"}) {
    for (const char* before : {"", "a", "ab", "user:"}) {
      for (const char* after : {"", "@", "@host"}) out.push_back(in_base64(before, after, last));
    }
  }
  // As in a JSON string.
  std::string slashed = base64("abc" + kKey).substr(4);
  for (size_t at = 0; (at = slashed.find('/', at)) != std::string::npos; at += 2)
    slashed.insert(at, "\\");
  out.emplace_back(slashed.substr(0, slashed.size() - 3));  // without what ends in padding
  return out;
}

std::string in_pieces(const std::vector<std::string_view>& pieces,
                      const Secrets& secrets = kSecrets) {
  StreamMask stream;
  std::string out;
  for (const std::string_view piece : pieces) out += stream.take(secrets, piece);
  return out + stream.finish(secrets);
}

TEST_CASE("X9: a secret is masked in every spelling, byte for byte") {
  for (const Spelling& spelling : spellings()) {
    CAPTURE(spelling.text);
    CHECK(masked("{\"a\": \"" + spelling.text + "\"}, " + spelling.text + " end") ==
          "{\"a\": \"" + spelling.hidden() + "\"}, " + spelling.hidden() + " end");
  }
}

TEST_CASE("X9: a secret is masked wherever its text is cut, and the rest is shown") {
  for (const Spelling& spelling : spellings()) {
    CAPTURE(spelling.text);
    const std::string text = "a \\ % & " + spelling.text + "\\n" + spelling.text + " sk-ant-\nend";
    const std::string whole =
        "a \\ % & " + spelling.hidden() + "\\n" + spelling.hidden() + " sk-ant-\nend";
    for (size_t cut = 0; cut <= text.size(); ++cut) {
      CAPTURE(cut);
      const std::string_view view = text;
      CHECK(in_pieces({view.substr(0, cut), view.substr(cut)}) == whole);
    }
    std::vector<std::string_view> bytes;
    for (const char& c : text) bytes.emplace_back(&c, 1);
    CHECK(in_pieces(bytes) == whole);
  }
}

TEST_CASE("X9: nothing of a secret is shown before it is clear that it is none") {
  for (const Spelling& spelling : spellings()) {
    CAPTURE(spelling.text);
    for (size_t cut = spelling.begin + 1; cut < spelling.begin + spelling.size; ++cut) {
      StreamMask stream;
      CHECK(stream.take(kSecrets, "see " + spelling.text.substr(0, cut)).size() <=
            4 + spelling.begin);
    }
  }
  StreamMask stream;
  CHECK(stream.take(kSecrets, "see sk-ant-") == "see ");
  CHECK(stream.take(kSecrets, "other") == "sk-ant-other");
  CHECK(stream.finish(kSecrets).empty());
}

TEST_CASE("X9: the beginning of a secret at the end of a text is masked") {
  CHECK(masked("bad key sk-ant-api03") == "bad key ************");
  CHECK(masked("bad key sk-an") == "bad key sk-an");
  CHECK(in_pieces({"bad key sk-ant", "-api03"}) == "bad key ************");
  CHECK(masked("bad key sk-ant-api03-\\u005") == "bad key ******************");
}

TEST_CASE("X9: of a short secret a cut-off beginning needs all but the last character") {
  const Secrets secrets{"json1234", "Ab3456"};
  CHECK(masked("see json", secrets) == "see json");
  CHECK(masked("see json123", secrets) == "see *******");
  CHECK(masked("see Ab34", secrets) == "see Ab34");
  CHECK(masked("see Ab345", secrets) == "see *****");
}

TEST_CASE("X9: a whole text may end in what a secret begins with") {
  for (const std::string_view text : {"json", "json123", "sk-ant-api03", "sk-ant-api03-\\u005"}) {
    CAPTURE(text);
    std::string whole(text);
    mask_whole({kKey, "json1234"}, whole);
    CHECK(whole == text);
  }
  for (const Spelling& spelling : spellings()) {
    std::string whole = "see " + spelling.text;
    mask_whole(kSecrets, whole);
    CHECK(whole == "see " + spelling.hidden());
  }
}

TEST_CASE("X9: fields that steer the exchange are never masked, all others are") {
  const std::string value = "is json1234, json";
  const std::string hidden = "is ********, json";
  for (const char* name :
       {"content-type", "Content-Length", "transfer-encoding", "content-encoding", "Connection",
        "retry-after", "retry-after-ms", "x-should-retry"}) {
    CAPTURE(name);
    HeaderList headers{{name, value}, {"request-id", value}, {"x-" + std::string(name), value}};
    mask_values({"json1234"}, headers);
    CHECK(headers ==
          HeaderList{{name, value}, {"request-id", hidden}, {"x-" + std::string(name), hidden}});
  }
}

TEST_CASE("X9: a secret is masked in the deltas of a stream, and they stay JSON") {
  const auto delta = [](const std::string& text) {
    return "event: content_block_delta\ndata: "
           R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
           text + "\"}}\n\n";
  };
  const std::string ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n";
  const std::string text = "my key: sk-ant-secret-0123456789!";
  const Secrets secrets{"sk-ant-secret-0123456789"};
  for (size_t first = 1; first < text.size(); ++first) {
    CAPTURE(first);
    const size_t second = std::min(first + 3, text.size());
    const std::string stream = delta(text.substr(0, first)) + ping +
                               delta(text.substr(first, second - first)) + delta("") +
                               delta(text.substr(second));
    const std::string hidden = "my key: ************************!";
    const std::string expected = delta(hidden.substr(0, first)) + ping +
                                 delta(hidden.substr(first, second - first)) + delta("") +
                                 delta(hidden.substr(second));
    CHECK(masked(stream, secrets) == expected);
    const std::string_view view = stream;
    for (size_t cut = 0; cut < stream.size(); cut += 7) {
      CHECK(in_pieces({view.substr(0, cut), view.substr(cut)}, secrets) == expected);
    }
  }
}

TEST_CASE("X9: of a stream that ends in the beginning of a secret the framing stays") {
  const std::string end = "\"}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  CHECK(masked("data: {\"delta\":{\"text\":\"sk-ant-api03" + end) ==
        "data: {\"delta\":{\"text\":\"************" + end);
}

TEST_CASE("X9: ordinary text is as it was") {
  for (const std::string_view text :
       {"", "sk", "a % b & c \\ d", "100%", "\\u0073\\u006b-other", "%73%6b-", "&#115;k; &amp;",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"sk-ant\"}]}",
        "c2stYW50LQ==", "\r\n\r\n"}) {
    CAPTURE(text);
    CHECK(masked(std::string(text)) == text);
    CHECK(in_pieces({text}) == text);
  }
  CHECK(masked("sk-ant-api03", {}) == "sk-ant-api03");
}

TEST_CASE("X9: overlapping secrets are masked as one") {
  const Secrets both{"abcabcabd!", "cabd!xyz"};
  CHECK(masked("-abcabcabcabd!xyz-", both) == "-abc*************-");
  const std::string text = "-abcabcabcabd!xyz-";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view view = text;
    CHECK(in_pieces({view.substr(0, cut), view.substr(cut)}, both) == "-abc*************-");
  }
}

TEST_CASE("X9: the secrets of headers are all of their values") {
  const struct {
    const char* name;
    const char* value;
    Secrets secrets;
  } rows[] = {
      {"x-api-key", "sk-ant-0123", {"sk-ant-0123"}},
      {"Authorization", "Bearer tok-456789", {"tok-456789"}},
      {"authorization", "bearer  tok-456789 ", {"tok-456789"}},
      {"Authorization",
       "Basic dXNlcjpodXNoLWh1c2g=",
       {"dXNlcjpodXNoLWh1c2g=", "user:hush-hush", "hush-hush"}},
      {"Cookie", "a=SECRET; b=c", {"a=SECRET; b=c", "a=SECRET", "SECRET"}},
      {"Cookie",
       "sid=\"abc-def-1\"; theme=dark; t2=hush-hush",
       {"sid=\"abc-def-1\"; theme=dark; t2=hush-hush", "sid=\"abc-def-1", "abc-def-1", "theme=dark",
        "t2=hush-hush", "hush-hush"}},
      {"X-Auth", "one-secret two-secret", {"one-secret two-secret", "one-secret", "two-secret"}},
      {"Authentication", "hush-hush", {"hush-hush"}},
      {"X-Team", "sk-ant-0123", {"sk-ant-0123"}},
      {"X-Team", "hush-hush", {}},
      {"anthropic-version", "2023-06-01", {}},
      {"x-client-secret", "short", {}},
      {"x-client-secret", "k", {}},
      {"Cookie",
       "consent=true; type=text",
       {"consent=true; type=text", "consent=true", "type=text"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.value);
    CHECK(secrets_in({{row.name, row.value}}) == row.secrets);
  }
}

TEST_CASE("X9: a proxy's login is secret in its URL and as it is sent") {
  const Secrets secrets = secrets_in_url("http://user:hush%2Fhush1@proxy:3128");
  CHECK(masked("user:hush%2Fhush1", secrets) == std::string(17, '*'));
  CHECK(masked("hush/hush1", secrets) == std::string(10, '*'));
  CHECK(masked("Basic " + base64("user:hush/hush1"), secrets) == "Basic " + std::string(20, '*'));
  CHECK(secrets_in_url("user:hush-hush@proxy").size() == 2);
  CHECK(secrets_in_url("http://proxy:3128").empty());
  CHECK(secrets_in_url("").empty());
}

TEST_CASE("S7 X9: traces show no credential") {
  for (const char* name :
       {"x-api-key", "X-Api-Key", "Authorization", "proxy-authorization", "Cookie", "Set-Cookie",
        "api-key", "Ocp-Apim-Subscription-Key", "cf-access-token", "X-Client-Secret", "x-password",
        "X-Auth", "Authentication", "X-Session", "X-JWT", "X-Bearer", "X-PAT"})
    CHECK(shown_header(std::string(name) + ": Bearer s3cret", {}) ==
          std::string(name) + ": [redacted]");
  CHECK(shown_header("X-Team: Bearer s3cret", {}) == "X-Team: [redacted]");
  CHECK(shown_header("X-Team: hush-1234", {"hush-1234"}) == "X-Team: *********");
  CHECK(shown_header("GET /hush-1234 HTTP/1.1", {"hush-1234"}) == "GET /********* HTTP/1.1");
  CHECK(shown_header("CONNECT sk-ant-0123.example:443 HTTP/1.1", {}) ==
        "CONNECT [redacted] HTTP/1.1");
  CHECK(shown_header("POST https://sk-ant-0123.example/v1/messages", {}) == "POST [redacted]");
  CHECK(shown_header("X-Team: sk-ant-0123", {}) == "X-Team: [redacted]");
  for (const char* line :
       {"anthropic-version: 2023-06-01", "anthropic-ratelimit-tokens-remaining: 1000",
        "x-ratelimit-limit-tokens: 5", "POST /v1/messages HTTP/1.1", "HTTP/1.1 200 OK", "",
        "CONNECT auth.example:443 HTTP/1.1", "request-id: req_011CSHoEeqs5C35K2UUqR7Fy",
        "X-Claude-Code-Session-Id: f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "www-authenticate: Bearer", "cf-ray: 9a1b2c3d4e5f6a7b-FRA"})
    CHECK(shown_header(line, {}) == line);
}

std::string repeated(std::string_view piece, size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += piece;
  return out;
}

TEST_CASE("W5 X9: the time to mask grows with the text, whatever is in it") {
  for (const std::string_view piece :
       {"s", "\\", "%", "&", "%25", "\\u0073", "\"s\",\n", "\"s\"", "sk-ant-secret-012345678",
        "data: {\"text\":\"s\"}\n\n", "data: {\"text\":\"\"}\n\n"}) {
    CAPTURE(piece);
    CHECK(test::grows_linearly(10'000, [piece](size_t bytes) {
      (void)masked(repeated(piece, bytes), {"sk-ant-secret-0123456789"});
    }));
  }
}

TEST_CASE("W5: the time to take n cookie values apart grows with them") {
  CHECK(test::grows_linearly(2'000, [](size_t count) {
    std::string cookies;
    for (size_t i = 0; i < count; ++i) cookies += "name=Value" + std::to_string(i) + "; ";
    CHECK(secrets_in({{"Cookie", cookies}}).size() == 2 * count + 1);
  }));
}

}  // namespace
}  // namespace proxx
