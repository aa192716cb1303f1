#pragma once
#include <sys/stat.h>

#include <string>

#include "base/result.h"
#include "cli/io/descriptor.h"

namespace proxx::cli {

/// A file that is written beside `path` and then replaces it in one step. It gets the permissions
/// and, as far as the system allows, the owner and group of the file that it replaces. Until then
/// it has no name where the file system supports that, so a kill leaves nothing; elsewhere its name
/// is
/// `.proxx-` and a number, and the destructor removes it unless it was put in place.
class FileReplacement {
 public:
  /// `path` is no link (end_of_links()). Errors: `output_failed`, naming it.
  [[nodiscard]] static Result<FileReplacement> make(const std::string& path);
  FileReplacement(FileReplacement&& other) noexcept;
  FileReplacement& operator=(FileReplacement&&) = delete;
  ~FileReplacement();

  /// The file to append to.
  [[nodiscard]] int descriptor() const { return file_.number(); }
  /// Replaces `path` by the file. Signals that end the program wait meanwhile. Errors:
  /// `output_failed`; then `path` is unchanged.
  [[nodiscard]] Status put_in_place();
  /// After put_in_place(): the open file.
  [[nodiscard]] Descriptor release() { return std::move(file_); }

 private:
  explicit FileReplacement(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] bool open_beside(mode_t mode);
  void take_over(const struct stat& replaced) const;
  [[nodiscard]] bool give_name();

  std::string path_;
  Descriptor file_;
  std::string name_;  ///< "" while it has none
};

/// The file that writing to `path` would write: `path`, or the end of its links, which need not
/// exist. Stops at the name of an open file, such as /dev/stdout, which is itself a link.
[[nodiscard]] std::string end_of_links(const std::string& path);

/// `PATH: ERRNO's text`, with the file that it is a link to.
[[nodiscard]] std::string path_error_text(const std::string& path, int error_number);

}  // namespace proxx::cli
