#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "upstream/upstream.h"

namespace proxx {

/// Whether any content coding but identity is on the body. None was asked for.
[[nodiscard]] bool has_content_coding(const HeaderList& headers);

/// Puts an answer's head together from the lines that libcurl hands over: one call each, line ends
/// with them. Heads of 1xx answers before it and trailers behind it are left out, but count.
class HeadReader {
 public:
  /// True with the line that completes the head, false with any other. Errors name `peer`: a head
  /// of more than `max_bytes`, one that switches protocols, a name with a blank behind it, and
  /// content-lengths that are no number or differ are `upstream_protocol`; a content coding, and a
  /// transfer coding other than a single `chunked`, are `upstream_bad_content_type` (docs/faults.md
  /// U48, X2).
  Result<bool> add(std::string_view line, size_t max_bytes, const std::string& peer);

  [[nodiscard]] bool begun() const { return bytes_ > 0; }
  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] UpstreamHead& head() { return head_; }
  // Once complete:
  [[nodiscard]] bool chunked() const { return chunked_; }
  /// False if the connection is not to be kept: peers could disagree about where the body ends, or
  /// there is no body, and libcurl drops unseen what comes right behind the head.
  [[nodiscard]] bool reusable() const { return reusable_; }

 private:
  Status check(const std::string& peer);

  UpstreamHead head_;
  size_t bytes_ = 0;
  bool complete_ = false;
  bool is_http10_ = false;
  bool chunked_ = false;
  bool reusable_ = true;
};

}  // namespace proxx
