#pragma once
#include <cstddef>
#include <string>

#include "base/notices.h"

namespace proxx::server {

/// Contract.md section 5: what `x-proxx-dropped` holds at most.
inline constexpr size_t kMaxNoticeNameBytes = 64;
inline constexpr size_t kMaxNoticeListBytes = size_t{4} << 10;

/// The field paths of all notices of a kind, once each, comma separated; "" if there are none.
/// Paths are the client's own text: whatever is no plain path character is percent-encoded, a long
/// one is cut and ends in `...`, and behind `max_bytes` stands `+N`, the number of those left out.
[[nodiscard]] std::string notice_list(const Notices& notices, Notice::Kind kind,
                                      size_t max_bytes = kMaxNoticeListBytes);

}  // namespace proxx::server
