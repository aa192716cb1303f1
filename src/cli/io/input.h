#pragma once
#include <cstddef>
#include <string>

#include "base/result.h"

namespace proxx::cli {

/// Largest request that is read. The upstream takes 32 MB.
inline constexpr size_t kMaxRequestBytes = size_t{32} << 20;

/// All of `path`, or of stdin for `-`. Errors: `usage` if it cannot be read or stdin was closed,
/// `request_too_large` beyond `max_bytes`.
[[nodiscard]] Result<std::string> read_input(const std::string& path,
                                             size_t max_bytes = kMaxRequestBytes);

/// Returns a descriptor from which `path` (`-` is stdin) can be read piece by piece. The caller
/// closes it unless it is 0.
[[nodiscard]] Result<int> open_input(const std::string& path);
/// The next bytes, at most `size`; 0 at the end.
[[nodiscard]] Result<size_t> read_some(int descriptor, char* buffer, size_t size);

/// True for words that may be a FILE argument: `-`, or words with a `/` or a `.` in them. All
/// others are names of commands (proxx(1)).
[[nodiscard]] bool looks_like_file(const std::string& word);

}  // namespace proxx::cli
