#pragma once
#include <cstddef>
#include <string>

#include "base/notices.h"

namespace proxx::server {

/// The largest value of `x-proxx-dropped`, in bytes.
inline constexpr size_t kMaxNoticeNameBytes = 64;
inline constexpr size_t kMaxNoticeListBytes = size_t{4} << 10;

/// The field paths of all notices of a kind, each once, comma separated; "" if there are none.
/// Paths are the client's own text: characters that are not plain are percent-encoded, and a long
/// path is cut and ends in `...`. Paths that do not fit into `max_bytes`, or that conversion did
/// not list one by one, are counted at the end, as `+N`.
[[nodiscard]] std::string notice_list(const Notices& notices, Notice::Kind kind,
                                      size_t max_bytes = kMaxNoticeListBytes);

}  // namespace proxx::server
