#pragma once
#include <cstddef>
#include <string>

#include "base/result.h"

namespace proxx::cli {

/// Largest request that is read: the upstream takes 32 MB.
inline constexpr size_t kMaxRequestBytes = size_t{32} << 20;

/// All of `path`, or of stdin for `-`. Errors: `usage` if it cannot be read or stdin was closed,
/// `request_too_large` beyond `max_bytes`.
[[nodiscard]] Result<std::string> read_input(const std::string& path,
                                             size_t max_bytes = kMaxRequestBytes);

/// A descriptor to read `path` (`-` is stdin) from piece by piece; the caller closes what is not 0.
[[nodiscard]] Result<int> open_input(const std::string& path);
/// The next bytes, at most `size`; 0 at the end.
[[nodiscard]] Result<size_t> read_some(int descriptor, char* buffer, size_t size);

/// True for what a FILE argument may look like: `-`, or with a `/` or a `.` in it. Everything else
/// is a command's name (proxx(1)).
[[nodiscard]] bool looks_like_file(const std::string& word);

}  // namespace proxx::cli
