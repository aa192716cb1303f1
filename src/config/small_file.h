#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "base/result.h"

namespace proxx {

struct SmallFile {
  std::string text;
  mode_t mode = 0;
  uid_t owner = 0;
};

/// Whether a pipe may be read instead of a regular file: `--key-file <(pass show anthropic)`.
enum class PipeAllowed { no, yes };

/// Longest wait for what comes through a pipe.
inline constexpr std::chrono::seconds kPipeLimit{30};

/// Reads a whole file of at most `max_bytes`. Never blocks on opening; folders, devices and sockets
/// are refused. Errors: `usage`, `PATH: why`.
[[nodiscard]] Result<SmallFile> read_small_file(const std::string& path, size_t max_bytes,
                                                PipeAllowed pipes);

enum class PipeEnd { closed, too_large, timeout, failed };

/// Appends what comes through a non-blocking descriptor until its other side closes.
[[nodiscard]] PipeEnd read_pipe(int fd, size_t max_bytes,
                                std::chrono::steady_clock::time_point deadline, std::string& out);

/// `key file PATH is open to other users: chmod 600 PATH`, or that it is another user's; "" if
/// neither. `what` is what the file is.
[[nodiscard]] std::string exposure_of(const std::string& what, const std::string& path,
                                      const SmallFile& file);

/// The text of an errno.
[[nodiscard]] std::string errno_text(int error);

}  // namespace proxx
