#include "upstream/trace.h"

#include <string>
#include <string_view>

#include "upstream/curl_library.h"

namespace proxx {
namespace {

void trace_header_lines(const Trace& trace, char direction, std::string_view lines) {
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    std::string shown = redact_header(line);
    mask(trace.secrets, shown);
    trace.options.trace_header(direction, shown);
  }
}

void trace_body(const Trace& trace, char direction, std::string_view bytes) {
  std::string shown(bytes);
  mask(trace.secrets, shown);
  trace.options.trace_body(direction, shown);
}

/// Of what curl says of itself, which proxy it took from the environment (faults.md L18), without
/// the user and the password: `Uses proxy env variable HTTPS_PROXY == 'http://user:pw@host:1'`.
void trace_proxy(const Trace& trace, std::string_view text) {
  if (!text.starts_with("Uses proxy env variable")) return;
  std::string shown(text.substr(0, text.find('\n')));
  const size_t quote = shown.find('\'');
  const size_t scheme = shown.find("://", quote);
  const size_t begin = scheme == std::string::npos ? quote + 1 : scheme + 3;
  if (const size_t at = shown.rfind('@'); at != std::string::npos && at > begin) {
    shown.replace(begin, at - begin, "[redacted]");
  }
  trace.options.trace_header('*', shown);
}

int debug_callback(CURL*, curl_infotype type, char* data, size_t size, void* user) {
  const auto& trace = *static_cast<const Trace*>(user);
  const std::string_view bytes(data, size);
  const char direction = type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT ? '>' : '<';
  try {
    switch (type) {
      case CURLINFO_HEADER_OUT:
      case CURLINFO_HEADER_IN:
        if (trace.options.trace_header) trace_header_lines(trace, direction, bytes);
        break;
      case CURLINFO_DATA_IN:
        if (trace.on_raw_body) trace.on_raw_body(bytes);
        [[fallthrough]];
      case CURLINFO_DATA_OUT:
        if (trace.options.trace_body) trace_body(trace, direction, bytes);
        break;
      case CURLINFO_TEXT:
        if (trace.options.trace_header) trace_proxy(trace, bytes);
        break;
      default:
        break;
    }
  } catch (...) {
    // A trace that cannot be written must not end the transfer.
    return 0;
  }
  return 0;
}

}  // namespace

bool is_tracing(const EngineOptions& options) {
  return options.trace_header || options.trace_body;
}

void apply_trace(CURL* easy, const Trace& trace) {
  if (is_tracing(trace.options)) curl().easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  curl().easy_setopt(easy, CURLOPT_DEBUGFUNCTION, debug_callback);
  curl().easy_setopt(easy, CURLOPT_DEBUGDATA, const_cast<Trace*>(&trace));
}

}  // namespace proxx
