#include "cli/half_price/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "cli/io/input.h"
#include "cli/io/jsonl.h"

namespace proxx::cli {
namespace {

constexpr size_t kPieceBytes = size_t{128} << 10;

tl::unexpected<Error> wrong(const std::string& what) {
  return err(ErrorKind::usage, what);
}

/// `size` bytes at `offset`, or as many as there are.
Result<size_t> read_at(int descriptor, char* buffer, size_t size, uint64_t offset) {
  size_t done = 0;
  while (done < size) {
    const ssize_t got =
        pread(descriptor, buffer + done, size - done, static_cast<off_t>(offset + done));
    if (got == 0) break;
    if (got > 0) {
      done += static_cast<size_t>(got);
    } else if (errno != EINTR) {
      return wrong(std::string("read error: ") + std::strerror(errno));
    }
  }
  return done;
}

}  // namespace

Result<HalfInput> HalfInput::open(const std::string& path, bool own_ids) {
  PROXX_ASSIGN(const int number, open_input(path));
  // Never stdin's own descriptor, which is not ours to close.
  Descriptor file(number == STDIN_FILENO ? fcntl(number, F_DUPFD_CLOEXEC, 3) : number);
  struct stat info {};
  if (fstat(file.number(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return wrong((path == "-" ? "stdin" : path) +
                 " is no regular file: --half-price reads the input again when the answers come");
  }
  HalfInput input(path == "-" ? "stdin" : path, std::move(file));
  std::random_device random;
  for (;;) {
    input.seed_ = uint64_t{random()} << 32 | random();
    PROXX_TRY(input.scan(own_ids));
    PROXX_ASSIGN(const bool distinct, input.sort_ids());
    if (distinct) return Result<HalfInput>(std::move(input));
  }
}

Status HalfInput::scan(bool own_ids) {
  begins_.assign(1, 0);
  ids_.clear();
  hash_ = 0;
  LineCutter cutter(kMaxRequestBytes);
  std::vector<char> piece(kPieceBytes);
  uint64_t offset = 0;
  for (bool ended = false; !ended;) {
    PROXX_ASSIGN(const size_t got, read_at(file_.number(), piece.data(), piece.size(), offset));
    ended = got == 0;
    // Where a line that is too long begins and ends is known only by its newline.
    const std::string_view text(piece.data(), got);
    for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
      begins_.push_back(offset + at + 1);
    }
    offset += got;
    cutter.feed(text);
    for (;;) {
      const auto line = ended ? cutter.rest() : cutter.next();
      if (!line) break;
      if (!line->has_newline) begins_.push_back(offset);
      PROXX_TRY(add_line(line->text, line->too_long, own_ids));
    }
  }
  if (lines() == 0) return err(ErrorKind::invalid_request, "the input is empty");
  return {};
}

Status HalfInput::add_line(std::string_view text, bool too_long, bool own_ids) {
  hash_ = stable_hash(text, hash_ + 1);
  if (ids_.size() == std::numeric_limits<uint32_t>::max()) {
    return wrong(path_ + " has too many lines");
  }
  // The line's number is its place among all; those without an id get one that is never found.
  const auto index = static_cast<uint32_t>(ids_.size());
  const BatchLine line = too_long ? BatchLine() : read_batch_line(text, index + 1, *document_);
  if (own_ids && !line.has_own_id && !line.request.empty()) {
    return wrong("line " + std::to_string(index + 1) +
                 ": --resume needs a custom_id on every line");
  }
  const uint64_t hash = line.custom_id.empty() ? stable_hash(std::to_string(index), ~seed_)
                                               : stable_hash(line.custom_id, seed_);
  ids_.push_back({static_cast<uint32_t>(hash >> 32), static_cast<uint32_t>(hash), index});
  return {};
}

Result<bool> HalfInput::sort_ids() {
  std::sort(ids_.begin(), ids_.end(), [](const Entry& a, const Entry& b) {
    return a.hash() != b.hash() ? a.hash() < b.hash() : a.line < b.line;
  });
  for (size_t i = 1; i < ids_.size(); ++i) {
    if (ids_[i].hash() != ids_[i - 1].hash()) continue;
    PROXX_ASSIGN(const Line first, read(ids_[i - 1].line + 1));
    const std::string id = first.batch.custom_id;
    PROXX_ASSIGN(const Line second, read(ids_[i].line + 1));
    if (id != second.batch.custom_id || id.empty()) return false;
    return wrong("line " + std::to_string(second.number) + ": the custom_id '" + id +
                 "' stands twice");
  }
  return true;
}

Result<HalfInput::Line> HalfInput::read(uint64_t number) {
  Line line;
  line.number = number;
  const uint64_t begin = begins_[number - 1];
  const uint64_t size = begins_[number] - begin;
  if (size > kMaxRequestBytes + 1) {
    line.too_long = true;
    return line;
  }
  text_.resize(size);
  PROXX_ASSIGN(const size_t got, read_at(file_.number(), text_.data(), size, begin));
  if (got < size) return wrong(path_ + " was changed while it was in use");
  line.text = text_;
  if (line.text.ends_with('\n')) line.text.remove_suffix(1);
  line.too_long = line.text.size() > kMaxRequestBytes;
  if (!line.too_long) line.batch = read_batch_line(line.text, number, *document_);
  return line;
}

Result<std::optional<uint64_t>> HalfInput::find(std::string_view custom_id) {
  const uint64_t hash = stable_hash(custom_id, seed_);
  const auto entry =
      std::lower_bound(ids_.begin(), ids_.end(), hash,
                       [](const Entry& each, uint64_t wanted) { return each.hash() < wanted; });
  if (entry == ids_.end() || entry->hash() != hash) return std::optional<uint64_t>();
  return std::optional<uint64_t>(uint64_t{entry->line} + 1);
}

}  // namespace proxx::cli
