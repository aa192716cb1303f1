#include "upstream/head_reader.h"

#include <charconv>

#include "core/ascii.h"

namespace proxx {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// `HTTP/1.1 200 OK`; libcurl has checked it.
int status_of(std::string_view line) {
  int status = 0;
  const auto space = line.find(' ');
  if (space != std::string_view::npos)
    std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
  return status;
}

void add_field(HeaderList& headers, std::string_view line) {
  const std::string_view text = trim(line);
  const auto colon = text.find(':');
  if (line.front() == ' ' || line.front() == '\t') {
    if (!headers.empty()) headers.back().second.append(" ").append(text);
  } else if (colon != std::string_view::npos) {
    headers.emplace_back(lower(text.substr(0, colon)), trim(text.substr(colon + 1)));
  }
}

Status check(const UpstreamHead& head, const std::string& peer) {
  if (head.status == 101)
    return fail(ErrorKind::upstream_protocol, peer + " switched protocols unasked");
  const auto coding = find_header(head.headers, "content-encoding");
  if (coding && !coding->empty() && !same_word(*coding, "identity"))
    return fail(ErrorKind::upstream_bad_content_type,
                "the answer of " + peer + " is coded, though that was not asked for");
  return {};
}

}  // namespace

Result<bool> HeadReader::add(std::string_view line, size_t max_bytes, const std::string& peer) {
  bytes_ += line.size();
  if (bytes_ > max_bytes)
    return fail(ErrorKind::upstream_protocol, "the answer's header from " + peer + " is too large");
  if (complete_) return false;
  if (line.substr(0, 5) == "HTTP/") {
    head_ = {status_of(line), {}};
  } else if (!trim(line).empty()) {
    add_field(head_.headers, line);
  } else if (head_.status >= 200 || head_.status == 101) {
    complete_ = true;
    PROXX_TRY(check(head_, peer));
  }
  return complete_;
}

}  // namespace proxx
