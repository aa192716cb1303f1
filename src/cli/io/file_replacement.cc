#include "cli/io/file_replacement.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

#include "base/hash.h"

namespace proxx::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNamePrefix = ".proxx-";
/// As many as Linux follows.
constexpr int kMaxLinks = 40;
constexpr int kMaxNameTries = 100;

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

mode_t mode_of_new_files() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

/// Holds back the signals that end the program.
class SignalsWait {
 public:
  SignalsWait() {
    sigset_t ending;
    sigemptyset(&ending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ending, signal);
    pthread_sigmask(SIG_BLOCK, &ending, &before_);
  }
  ~SignalsWait() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsWait(const SignalsWait&) = delete;
  SignalsWait& operator=(const SignalsWait&) = delete;

 private:
  sigset_t before_{};
};

/// `/dev/fd/1` and `/proc/self/fd/1`, to which /dev/stdout leads, are open files: what they claim
/// to be links to is a description.
bool is_open_file(const fs::path& path) {
  const std::string text = path;
  return text.starts_with("/proc/") || text.starts_with("/dev/fd/");
}

std::string open_file_path(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

}  // namespace

Result<FileReplacement> FileReplacement::make(const std::string& path) {
  FileReplacement out(path);
  struct stat replaced {};
  const bool exists = stat(path.c_str(), &replaced) == 0;
  if (!out.open_beside(exists ? replaced.st_mode & 0777 : mode_of_new_files())) {
    return err(ErrorKind::output_failed, path_error_text(path, errno));
  }
  if (exists) out.take_over(replaced);
  return out;
}

FileReplacement::FileReplacement(FileReplacement&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::move(other.file_)),
      name_(std::exchange(other.name_, {})) {}

FileReplacement::~FileReplacement() {
  if (!name_.empty()) unlink(name_.c_str());
}

bool FileReplacement::open_beside(mode_t mode) {
  const std::string folder = folder_of(path_);
#ifdef O_TMPFILE
  // Without /proc it could not get a name afterwards.
  if (access("/proc/self/fd", X_OK) == 0) {
    file_ = Descriptor(
        ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
  }
#endif
  if (!file_.is_open()) {
    const SignalsWait wait;
    std::string name = folder + '/' + kNamePrefix + "XXXXXX";
    file_ = Descriptor(mkostemp(name.data(), O_APPEND | O_CLOEXEC));
    if (file_.is_open()) name_ = name;
  }
  return file_.is_open() && fchmod(file_.number(), mode) == 0;
}

void FileReplacement::take_over(const struct stat& replaced) const {
  const auto keep = static_cast<uid_t>(-1);
  struct stat ours {};
  if (fstat(file_.number(), &ours) != 0) return;
  const bool same = ours.st_uid == replaced.st_uid && ours.st_gid == replaced.st_gid;
  if (same || fchown(file_.number(), replaced.st_uid, replaced.st_gid) == 0 ||
      ours.st_gid == replaced.st_gid || fchown(file_.number(), keep, replaced.st_gid) == 0) {
    return;
  }
  // Another group than the one that these permissions were given to: it gets what all others get.
  const mode_t mode = replaced.st_mode & 0777;
  const mode_t group = (mode & S_IRWXO) << 3 & mode & S_IRWXG;
  fchmod(file_.number(), (mode & ~static_cast<mode_t>(S_IRWXG)) | group);
}

bool FileReplacement::give_name() {
  const std::string open_file = open_file_path(file_.number());
  std::random_device random;
  for (int i = 0; i < kMaxNameTries; ++i) {
    const uint64_t number = uint64_t{random()} << 32 | random();
    const std::string name = folder_of(path_) + '/' + kNamePrefix + hex(number);
    if (linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      name_ = name;
      return true;
    }
    if (errno != EEXIST) return false;
  }
  return false;
}

Status FileReplacement::put_in_place() {
  const SignalsWait wait;
  const bool named = !name_.empty() || give_name();
  if (!named || std::rename(name_.c_str(), path_.c_str()) != 0) {
    return err(ErrorKind::output_failed, path_error_text(path_, errno));
  }
  name_.clear();
  return {};
}

std::string end_of_links(const std::string& path) {
  fs::path at = path;
  for (int i = 0; i < kMaxLinks && !is_open_file(at); ++i) {
    std::error_code error;
    const fs::path target = fs::read_symlink(at, error);
    if (error) break;
    at = at.parent_path() / target;  // an absolute target replaces the folder
  }
  return at;
}

std::string path_error_text(const std::string& path, int error_number) {
  std::string text = path;
  if (const std::string end = end_of_links(path); end != path) text += " (a link to " + end + ")";
  return text + ": " + std::strerror(error_number);
}

}  // namespace proxx::cli
