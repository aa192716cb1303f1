#include "config/upstream_url.h"

#include <doctest/doctest.h>

using namespace proxx;

TEST_CASE("a base URL is brought to one form") {
  struct Case {
    const char* given;
    const char* kept;
    bool insecure = false;
  };
  for (const Case& c : {
           Case{"https://api.anthropic.com", "https://api.anthropic.com"},
           Case{"https://api.anthropic.com/", "https://api.anthropic.com"},
           Case{"https://api.anthropic.com/v1", "https://api.anthropic.com"},
           Case{"https://api.anthropic.com/v1/", "https://api.anthropic.com"},
           Case{"https://api.anthropic.com/v1/messages", "https://api.anthropic.com"},
           Case{"https://api.anthropic.com/v1/messages//", "https://api.anthropic.com"},
           Case{"https://gateway.example/anthropic/v1", "https://gateway.example/anthropic"},
           Case{"https://gateway.example/dev1", "https://gateway.example/dev1"},
           Case{"https://gateway.example/v1/v1", "https://gateway.example/v1"},
           Case{"HTTPS://API.Example:8443", "https://api.example:8443"},
           Case{"mock", "mock"},
           Case{"http://localhost:9000", "http://localhost:9000"},
           Case{"http://LOCALHOST", "http://localhost"},
           Case{"http://127.0.0.1:9000/x", "http://127.0.0.1:9000/x"},
           Case{"http://127.255.1.2", "http://127.255.1.2"},
           Case{"http://[::1]:9000", "http://[::1]:9000"},
           Case{"http://[0:0:0:0:0:0:0:1]", "http://[0:0:0:0:0:0:0:1]"},
           Case{"https://[2001:db8::1]", "https://[2001:db8::1]"},
           Case{"http://example.com", "http://example.com", true},
           Case{"http://10.0.0.1", "http://10.0.0.1", true},
           Case{"http://[2001:db8::1]", "http://[2001:db8::1]", true},
           Case{"http://127.0.0.1.example.com", "http://127.0.0.1.example.com", true},
           Case{"http://localhost.example.com", "http://localhost.example.com", true},
           Case{"http://127.1", "http://127.1", true},
       }) {
    CAPTURE(c.given);
    const auto url = parse_upstream_url(c.given);
    REQUIRE(url);
    CHECK(url->text == c.kept);
    CHECK(url->insecure == c.insecure);
  }
}

TEST_CASE("L17: URLs that are no upstream are refused, without repeating them") {
  struct Case {
    std::string given;
    const char* why;
  };
  const char* form = "expected https://HOST[:PORT][/PREFIX] or mock";
  const char* bytes = "spaces, control and non-ASCII characters have no place in a URL";
  const char* user = "a user name or password has no place in the URL";
  const char* host = "the host is missing or malformed";
  const char* query = "a base URL has no query, no fragment and no backslash";
  const char* port = "expected a port from 1 to 65535";
  for (const Case& c : {
           Case{"", form},
           Case{"api.anthropic.com", form},
           Case{"ftp://example.com", form},
           Case{"file:///etc/passwd", form},
           Case{"Mock", form},
           Case{"https://user:secret@example.com", user},
           Case{"https://user@example.com", user},
           Case{"https://example.com/a b", bytes},
           Case{"https://example.com\r\nX-Evil: yes", bytes},
           Case{std::string("https://exam\0ple.com", 20), bytes},
           Case{"https://ex\xC3\xA4mple.com", bytes},
           Case{"https://", host},
           Case{"https:///path", host},
           Case{"https://[::1", host},
           Case{"https://[nonsense]", host},
           Case{"https://%6cocalhost", host},
           Case{"https://example.com?x=1", query},
           Case{"https://example.com/#x", query},
           Case{"https://example.com\\@evil.com", query},
           Case{"https://example.com:", port},
           Case{"https://example.com:0", port},
           Case{"https://example.com:70000", port},
           Case{"https://example.com:+80", port},
           Case{"https://[::1]:x", port},
       }) {
    CAPTURE(c.given);
    const auto url = parse_upstream_url(c.given);
    REQUIRE_FALSE(url);
    CHECK(url.error() == c.why);
  }
}
