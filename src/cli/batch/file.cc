#include "cli/batch/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "cli/batch/repair.h"
#include "cli/io/file_replacement.h"
#include "cli/io/write.h"

namespace proxx::cli {
namespace {

Error file_error(const std::string& path, ErrorKind kind = ErrorKind::output_failed) {
  return {kind, path_error_text(path, errno)};
}

Error in_use(const std::string& path) {
  return {ErrorKind::usage, path + ": another proxx batch is writing to it"};
}

Status lock(int descriptor, const std::string& path) {
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return {};
  return err(errno == EWOULDBLOCK ? in_use(path) : file_error(path));
}

/// A file is found again after a power cut only once its folder is on the disk too.
Status sync_folder_of(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot do it, and a folder may be writable but not readable.
  if (open.number() == -1 || fsync(open.number()) == 0 || errno == EINVAL) return {};
  return err(file_error(folder));
}

/// True if `path` still is the open file: another run may have renamed a new one into its place.
bool is_at(const std::string& path, int descriptor) {
  struct stat opened {};
  struct stat named {};
  return fstat(descriptor, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/// Writes the results that stay to a new file and puts it, locked, in the place of `file`.
Result<Descriptor> without_failures(const std::string& path, const Descriptor& file,
                                    IdSet& answered) {
  PROXX_ASSIGN(FileReplacement fresh, FileReplacement::make(path));
  PROXX_TRY(lock(fresh.descriptor(), path));
  PROXX_TRY(copy_answered(file.number(), fresh.descriptor(), answered));
  if (fsync(fresh.descriptor()) != 0) return err(file_error(path));
  PROXX_TRY(fresh.put_in_place());
  PROXX_TRY(sync_folder_of(path));
  return fresh.release();
}

/// Opens and locks the results of an earlier run.
Result<Descriptor> open_results(const std::string& path, const struct stat& info) {
  if (!S_ISREG(info.st_mode)) {
    return err(ErrorKind::usage, path + ": --resume needs a regular file");
  }
  Descriptor file(::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  if (file.number() == -1) return err(file_error(path));
  PROXX_TRY(lock(file.number(), path));
  if (!is_at(path, file.number())) return err(in_use(path));
  return file;
}

/// Errors name the file.
Result<FoundResults> in_file(const std::string& path, Result<FoundResults> found) {
  if (!found) found.error().message = path + ": " + found.error().message;
  return found;
}

}  // namespace

Result<BatchFile> BatchFile::create(const std::string& name) {
  struct stat info {};
  const bool is_new = stat(name.c_str(), &info) != 0 && errno == ENOENT;
  // O_EXCL takes a link that points nowhere for a file that exists.
  const std::string path = is_new ? end_of_links(name) : name;
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666));
  if (file.number() != -1) {
    PROXX_TRY(lock(file.number(), path));
    PROXX_TRY(sync_folder_of(path));
    return BatchFile(std::move(file));
  }
  if (errno != EEXIST) return err(file_error(name));
  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
    Descriptor device(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    if (device.number() == -1) return err(file_error(path));
    return BatchFile(std::move(device));
  }
  return err(ErrorKind::usage, path + " exists; --resume continues it");
}

Result<BatchFile> BatchFile::resume(const std::string& name, IdSet& answered,
                                    const std::function<void(const ResultLine&)>& each) {
  struct stat info {};
  if (stat(name.c_str(), &info) != 0) return create(name);
  // The file is renamed over, a link to it stays.
  const std::string path = end_of_links(name);
  PROXX_ASSIGN(Descriptor file, open_results(path, info));
  PROXX_ASSIGN(const FoundResults found,
               in_file(path, scan_results(file.number(), [&](const ResultLine& result) {
                         const bool stays = result.kind == ResultKind::answered &&
                                            answered.insert(result.custom_id);
                         if (stays && each) each(result);
                         return stays;
                       })));
  if (found.has_failures) {
    answered = IdSet();
    PROXX_ASSIGN(file, without_failures(path, file, answered));
  } else {
    PROXX_TRY(repair_tail(file.number(), found));
  }
  return BatchFile(std::move(file));
}

Result<BatchFile> BatchFile::reopen(const std::string& name,
                                    const std::function<void(const ResultLine&)>& each) {
  struct stat info {};
  if (stat(name.c_str(), &info) != 0) return err(file_error(name));
  const std::string path = end_of_links(name);
  PROXX_ASSIGN(Descriptor file, open_results(path, info));
  PROXX_ASSIGN(const FoundResults found,
               in_file(path, scan_results(file.number(), [&each](const ResultLine& result) {
                         each(result);
                         return true;
                       })));
  PROXX_TRY(repair_tail(file.number(), found));
  return BatchFile(std::move(file));
}

Status BatchFile::append(std::string_view line) {
  return write_all(file_.number(), line);
}

Status BatchFile::sync() {
  // Pipes and devices have nothing to sync.
  if (fdatasync(file_.number()) == 0 || errno == EINVAL || errno == EROFS) return {};
  return err(write_error_or_die(errno));
}

Status BatchFile::close() {
  PROXX_TRY(sync());
  if (::close(file_.release()) != 0 && errno != EINTR) return err(write_error_or_die(errno));
  return {};
}

}  // namespace proxx::cli
