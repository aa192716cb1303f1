#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "answer/frame.h"
#include "base/notices.h"
#include "base/result.h"
#include "json/text.h"

// The lines of the stdio bridge (proxx(1)). An id is any JSON value; the answers repeat its text as
// the parent wrote it.

namespace proxx::cli {

/// Most bytes of an id as JSON text: each line of an answer repeats it.
inline constexpr size_t kMaxIdBytes = 1024;

/// A line from the parent.
struct BridgeLine {
  enum class Kind { request, cancel, nothing };
  Kind kind = Kind::nothing;  ///< `nothing` is a blank line
  std::string_view body;      ///< of a request: a view into the document
};

/// Parses into `document`. Sets `id` as soon as it is known, so that an error can name it. Errors:
/// `invalid_request`, also for an id that is too long; then `id` is its beginning, as a string.
[[nodiscard]] Result<BridgeLine> read_bridge_line(std::string_view text, std::string& id,
                                                  json::Document& document);

// Lines to the parent, each with its newline.

/// The frame that makes each chunk of a stream a line.
[[nodiscard]] answer::Frame chunk_frame(std::string_view id);
/// The line after the last chunk of a complete stream.
[[nodiscard]] std::string done_line(std::string_view id, const Notices& notices);
[[nodiscard]] std::string response_line(std::string_view id, std::string_view completion,
                                        const Notices& notices);
[[nodiscard]] std::string error_line(std::string_view id, const Error& error,
                                     const Notices& notices = {});

}  // namespace proxx::cli
