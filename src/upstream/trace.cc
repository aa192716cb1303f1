#include "upstream/trace.h"

#include <string_view>

#include "upstream/headers.h"

namespace proxx {
namespace {

void trace_header_lines(const EngineOptions& options, char direction, std::string_view lines) {
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    options.trace_header(direction, redact_header(line));
  }
}

int debug_callback(CURL*, curl_infotype type, char* data, size_t size, void* user) {
  const auto& options = *static_cast<const EngineOptions*>(user);
  const std::string_view bytes(data, size);
  const char direction = type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT ? '>' : '<';
  try {
    switch (type) {
      case CURLINFO_HEADER_OUT:
      case CURLINFO_HEADER_IN:
        if (options.trace_header) trace_header_lines(options, direction, bytes);
        break;
      case CURLINFO_DATA_OUT:
      case CURLINFO_DATA_IN:
        if (options.trace_body) options.trace_body(direction, bytes);
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

void apply_trace(CURL* easy, const EngineOptions& options) {
  if (!options.trace_header && !options.trace_body) return;
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, debug_callback);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, const_cast<EngineOptions*>(&options));
}

}  // namespace proxx
