#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"
#include "upstream/upstream.h"

namespace proxx {

/// Puts an answer's head together from the lines that libcurl hands over: one call each, line ends
/// with them. Heads of 1xx answers before it and trailers behind it are left out, but count.
class HeadReader {
 public:
  /// True with the line that completes the head, false with any other. Errors name `peer`: a head
  /// of more than `max_bytes`, and one that switches protocols, are `upstream_protocol`; a coded
  /// body, which was not asked for, is `upstream_bad_content_type`.
  Result<bool> add(std::string_view line, size_t max_bytes, const std::string& peer);

  [[nodiscard]] bool begun() const { return bytes_ > 0; }
  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] UpstreamHead& head() { return head_; }

 private:
  UpstreamHead head_;
  size_t bytes_ = 0;
  bool complete_ = false;
};

}  // namespace proxx
