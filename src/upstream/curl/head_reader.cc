#include "upstream/curl/head_reader.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"

namespace proxx {
namespace {

// `HTTP/1.1 200 OK`; libcurl has checked it.
int status_of(std::string_view line) {
  int status = 0;
  const auto space = line.find(' ');
  if (space != std::string_view::npos)
    std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
  return status;
}

/// False if the name does not end at the colon: `transfer-encoding :` is a coding to one reader and
/// none to the next (RFC 9112 section 5.1).
bool add_field(HeaderList& headers, std::string_view line) {
  const std::string_view text = trimmed(line);
  const auto colon = text.find(':');
  if (line.front() == ' ' || line.front() == '\t') {
    if (!headers.empty()) headers.back().second.append(" ").append(text);
  } else if (colon != std::string_view::npos) {
    const std::string_view name = text.substr(0, colon);
    if (!name.empty() && !is_token(name.substr(name.size() - 1))) return false;
    headers.emplace_back(lower(name), trimmed(text.substr(colon + 1)));
  }
  return true;
}

/// Calls `take` with each member of each field of that name, until it returns false; whether it
/// never did.
template <class Take>
bool each_member(const HeaderList& headers, std::string_view name, Take take) {
  for (const auto& [field, value] : headers) {
    if (field != name) continue;
    for (std::string_view rest = value;;) {
      const size_t comma = rest.find(',');
      if (!take(trimmed(rest.substr(0, comma)))) return false;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return true;
}

size_t count_fields(const HeaderList& headers, std::string_view name) {
  return static_cast<size_t>(std::count_if(
      headers.begin(), headers.end(), [name](const auto& field) { return field.first == name; }));
}

/// All content-lengths are one number.
bool lengths_agree(const HeaderList& headers) {
  std::string_view first;
  return each_member(headers, "content-length", [&first](std::string_view length) {
    if (length.empty() || !std::all_of(length.begin(), length.end(), is_digit)) return false;
    if (first.empty()) first = length;
    return length == first;
  });
}

}  // namespace

bool has_content_coding(const HeaderList& headers) {
  return !each_member(headers, "content-encoding", [](std::string_view coding) {
    return coding.empty() || same_word(coding, "identity");
  });
}

Status HeadReader::check(const std::string& peer) {
  const HeaderList& headers = head_.headers;
  if (head_.status == 101)
    return err(ErrorKind::upstream_protocol, peer + " switched protocols unasked");
  if (has_content_coding(headers))
    return err(ErrorKind::upstream_bad_content_type,
               "the answer of " + peer + " is coded, though that was not asked for");
  const size_t codings = count_fields(headers, "transfer-encoding");
  if (codings > 0) {
    if (codings > 1 || !same_word(*find_header(headers, "transfer-encoding"), "chunked"))
      return err(ErrorKind::upstream_bad_content_type,
                 "the answer of " + peer + " has a transfer coding other than chunked");
    chunked_ = true;
    reusable_ = !is_http10_ && count_fields(headers, "content-length") == 0;
  }
  if (!lengths_agree(headers))
    return err(ErrorKind::upstream_protocol,
               "malformed HTTP from " + peer + ": its content-length is not one number");
  const auto length = find_header(headers, "content-length");
  const bool empty = length && length->find_first_not_of('0') == std::string_view::npos;
  if (head_.status == 204 || head_.status == 304 || empty) reusable_ = false;
  return {};
}

Result<bool> HeadReader::add(std::string_view line, size_t max_bytes, const std::string& peer) {
  bytes_ += line.size();
  if (bytes_ > max_bytes)
    return err(ErrorKind::upstream_protocol, "the answer's header from " + peer + " is too large");
  if (complete_) return false;
  if (line.substr(0, 5) == "HTTP/") {
    head_ = {status_of(line), {}};
    is_http10_ = line.substr(5, 3) == "1.0";
  } else if (!trimmed(line).empty()) {
    if (!add_field(head_.headers, line))
      return err(ErrorKind::upstream_protocol,
                 "malformed HTTP from " + peer + ": a header's name does not end at its colon");
  } else if (head_.status >= 200 || head_.status == 101) {
    complete_ = true;
    PROXX_TRY(check(peer));
  }
  return complete_;
}

}  // namespace proxx
