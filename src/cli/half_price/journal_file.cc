#include "cli/half_price/journal_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "cli/io/file_replacement.h"
#include "cli/io/jsonl.h"
#include "cli/io/write.h"

namespace proxx::cli {
namespace {

/// A record names 10,000 lines at most, each by itself in the worst case.
constexpr size_t kMaxRecordBytes = size_t{4} << 20;
constexpr size_t kPieceBytes = size_t{64} << 10;

Error journal_error(const std::string& path) {
  return {ErrorKind::output_failed, path_error_text(path, errno)};
}

Error in_use(const std::string& path) {
  return {ErrorKind::usage, path + ": another proxx batch has it"};
}

bool is_at(const std::string& path, int descriptor) {
  struct stat opened {};
  struct stat named {};
  return fstat(descriptor, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/// A new file is found again after a power cut only once its folder is on the disk too.
void sync_folder_of(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open.number() != -1) fsync(open.number());
}

}  // namespace

Result<JournalFile> JournalFile::open(const std::string& path) {
  struct stat info {};
  const bool existed = stat(path.c_str(), &info) == 0;
  if (existed && !S_ISREG(info.st_mode)) {
    return err(ErrorKind::usage, path + ": expected a regular file");
  }
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (file.number() == -1) return err(journal_error(path));
  if (flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    return err(errno == EWOULDBLOCK ? in_use(path) : journal_error(path));
  }
  // Who had it may have deleted it meanwhile.
  if (!is_at(path, file.number())) return err(in_use(path));
  if (!existed) sync_folder_of(path);
  return JournalFile(path, std::move(file), existed);
}

Status JournalFile::load_into(Journal& journal) {
  LineCutter cutter(kMaxRecordBytes);
  std::vector<char> piece(kPieceBytes);
  off_t offset = 0;
  off_t whole_bytes = 0;
  for (bool torn = false; !torn;) {
    const ssize_t got = pread(file_.number(), piece.data(), piece.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return err(journal_error(path_));
    if (got == 0) break;
    offset += got;
    cutter.feed({piece.data(), static_cast<size_t>(got)});
    while (const auto line = cutter.next()) {
      // What a power cut leaves at the end of a file may be zeros.
      torn = line->text.find('\0') != std::string_view::npos;
      if (torn) break;
      if (Status status = journal.load(line->text); !status) {
        Error error = std::move(status).error();
        error.message = path_ + ": record " + std::to_string(line->number) + ": " + error.message;
        return err(std::move(error));
      }
      whole_bytes += static_cast<off_t>(line->text.size() + 1);
    }
  }
  // Nothing was done yet on the strength of a record that is not whole.
  struct stat info {};
  if (fstat(file_.number(), &info) != 0) return err(journal_error(path_));
  if (whole_bytes < info.st_size && ftruncate(file_.number(), whole_bytes) != 0) {
    return err(journal_error(path_));
  }
  return {};
}

Status JournalFile::append(std::string_view line) {
  if (Status status = write_all(file_.number(), line); !status) {
    Error error = std::move(status).error();
    error.message = path_ + ": " + error.message;
    return err(std::move(error));
  }
  if (fdatasync(file_.number()) != 0 && errno != EINVAL && errno != EROFS) {
    return err(journal_error(path_));
  }
  return {};
}

Status JournalFile::clear() {
  if (ftruncate(file_.number(), 0) != 0) return err(journal_error(path_));
  return {};
}

Status JournalFile::remove() {
  if (unlink(path_.c_str()) != 0 && errno != ENOENT) return err(journal_error(path_));
  sync_folder_of(path_);
  return {};
}

}  // namespace proxx::cli
