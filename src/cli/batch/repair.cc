#include "cli/batch/repair.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "cli/batch/line.h"
#include "cli/io/jsonl.h"
#include "cli/io/write.h"

namespace proxx::cli {
namespace {

constexpr size_t kPieceBytes = size_t{128} << 10;
/// A line with the largest answer that is taken from an upstream (docs/faults.md U7).
constexpr size_t kMaxResultBytes = json::kMaxDocumentBytes;

/// Calls `each` with every line and what it is.
Status read_results(int descriptor,
                    const std::function<Status(const LineCutter::Line&, const ResultLine&)>& each) {
  LineCutter cutter(kMaxResultBytes);
  json::Document document;
  std::vector<char> piece(kPieceBytes);
  off_t offset = 0;
  for (;;) {
    const ssize_t got = pread(descriptor, piece.data(), piece.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return err(ErrorKind::output_failed, std::string("read error: ") + std::strerror(errno));
    }
    if (got == 0) break;
    offset += got;
    cutter.feed({piece.data(), static_cast<size_t>(got)});
    while (const auto line = cutter.next()) {
      PROXX_TRY(each(*line, read_result_line(line->text, document)));
    }
  }
  const auto last = cutter.rest();
  return last ? each(*last, read_result_line(last->text, document)) : Status{};
}

}  // namespace

Result<FoundResults> scan_results(int descriptor,
                                  const std::function<bool(const ResultLine&)>& stays) {
  FoundResults found;
  PROXX_TRY(read_results(descriptor, [&](const LineCutter::Line& line, const ResultLine& result) {
    if (result.kind == ResultKind::foreign || line.too_long) {
      return Status(err(ErrorKind::usage, "line " + std::to_string(line.number) +
                                              " is no result of a batch: not a file to resume"));
    }
    const bool torn = !line.has_newline && result.kind == ResultKind::damaged;
    if (torn) return Status{};
    if (!stays(result)) found.has_failures = true;
    found.whole_bytes += line.text.size() + (line.has_newline ? 1 : 0);
    found.lacks_newline = !line.has_newline;
    return Status{};
  }));
  return found;
}

Status repair_tail(int descriptor, const FoundResults& found) {
  if (found.lacks_newline) return write_all(descriptor, "\n");
  if (ftruncate(descriptor, static_cast<off_t>(found.whole_bytes)) != 0) {
    return err(write_error_or_die(errno));
  }
  return {};
}

Status copy_answered(int from, int to, IdSet& answered) {
  std::string waiting;
  PROXX_TRY(read_results(from, [&](const LineCutter::Line& line, const ResultLine& result) {
    if (result.kind != ResultKind::answered || !answered.insert(result.custom_id)) {
      return Status{};
    }
    waiting.append(line.text).append("\n");
    if (waiting.size() < kPieceBytes) return Status{};
    Status status = write_all(to, waiting);
    waiting.clear();
    return status;
  }));
  return write_all(to, waiting);
}

}  // namespace proxx::cli
