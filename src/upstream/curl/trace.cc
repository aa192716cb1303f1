#include "upstream/curl/trace.h"

#include <string>
#include <string_view>

#include "base/ascii.h"
#include "base/secret_text.h"

namespace proxx {
namespace {

bool has_login(const EngineOptions& options) {
  return !options.proxy_user.empty() || !options.proxy_password.empty();
}

/// A proxy may send back what it was given.
Secrets secrets_of(const Trace& trace) {
  const EngineOptions& options = trace.options;
  Secrets all = has_login(options)
                    ? secrets_in_login(options.proxy_user + ":" + options.proxy_password)
                    : secrets_in_url(options.proxy);
  all.insert(all.end(), trace.secrets.begin(), trace.secrets.end());
  return all;
}

void trace_header_lines(const Trace& trace, char direction, std::string_view lines) {
  const Secrets secrets = secrets_of(trace);
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    trace.options.trace_header(direction, shown_header(line, secrets));
  }
}

void show_body(const Trace& trace, char direction, const std::string& bytes) {
  if (!bytes.empty()) trace.options.trace_body(direction, bytes);
}

void finish_body(Trace& trace, char direction, StreamMask& body) {
  if (trace.options.trace_body) show_body(trace, direction, body.finish(secrets_of(trace)));
}

/// Of what curl says of itself, which proxy it took from the environment (docs/faults.md L18), its
/// login redacted: `Uses proxy env variable HTTPS_PROXY == 'http://host:1'`. The variable has lost
/// the login by then, unless it came up later.
void trace_proxy(const Trace& trace, std::string_view text) {
  if (!text.starts_with("Uses proxy env variable")) return;
  std::string shown(text.substr(0, text.find('\n')));
  const size_t quote = shown.find('\'');
  const std::string_view login = login_in(std::string_view(shown).substr(quote + 1));
  const size_t begin = static_cast<size_t>(login.data() - shown.data());
  if (!login.empty()) {
    shown.replace(begin, login.size(), kRedacted);
  } else if (has_login(trace.options) && lower(shown).find("no_proxy") == std::string::npos) {
    shown.insert(begin, std::string(kRedacted) + "@");
  }
  trace.options.trace_header('*', shown);
}

int debug_callback(CURL*, curl_infotype type, char* data, size_t size, void* user) {
  auto& trace = *static_cast<Trace*>(user);
  const std::string_view bytes(data, size);
  try {
    switch (type) {
      case CURLINFO_HEADER_OUT:
        if (trace.options.trace_header) trace_header_lines(trace, '>', bytes);
        break;
      case CURLINFO_HEADER_IN:
        finish_body(trace, '>', trace.sent);
        if (trace.options.trace_header) trace_header_lines(trace, '<', bytes);
        break;
      case CURLINFO_DATA_IN:
        if (trace.on_raw_body) trace.on_raw_body(bytes);
        break;
      case CURLINFO_DATA_OUT:
        if (trace.options.trace_body) {
          show_body(trace, '>', trace.sent.take(secrets_of(trace), bytes));
        }
        break;
      case CURLINFO_TEXT:
        if (trace.options.trace_header) trace_proxy(trace, bytes);
        break;
      default:
        break;
    }
  } catch (...) {
    return 0;
  }
  return 0;
}

}  // namespace

bool is_tracing(const EngineOptions& options) {
  return options.trace_header || options.trace_body;
}

void apply_trace(CURL* easy, Trace& trace) {
  if (is_tracing(trace.options)) curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, debug_callback);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, &trace);
}

// A trace that cannot be written must not end the transfer.

void trace_answer(Trace& trace, std::string_view bytes) {
  if (!trace.options.trace_body) return;
  try {
    show_body(trace, '<', trace.received.take(secrets_of(trace), bytes));
  } catch (...) {
    return;
  }
}

void finish_trace(Trace& trace) {
  try {
    finish_body(trace, '>', trace.sent);
    finish_body(trace, '<', trace.received);
  } catch (...) {
    return;
  }
}

}  // namespace proxx
