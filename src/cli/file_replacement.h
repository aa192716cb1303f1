#pragma once
#include <sys/stat.h>

#include <string>

#include "base/result.h"
#include "cli/descriptor.h"

namespace proxx::cli {

/// A file that is written beside `path` and then takes its place in one step, with the permissions
/// and, as far as the system allows, the owner and group of the file that it replaces. Until then
/// it has no name where the file system can do that, so that nothing is left behind by a kill; else
/// one of its own (`.proxx-` and a number), taken away when the replacement is not put in place.
class FileReplacement {
 public:
  /// `path` is no link (end_of_links()). Errors: `output_failed`, naming it.
  [[nodiscard]] static Result<FileReplacement> make(const std::string& path);
  FileReplacement(FileReplacement&& other) noexcept;
  FileReplacement& operator=(FileReplacement&&) = delete;
  ~FileReplacement();

  /// To write to, at its end.
  [[nodiscard]] int descriptor() const { return file_.number(); }
  /// Puts the file in the place of `path`. Signals that end the program wait for that. Errors:
  /// `output_failed`; then `path` is what it was.
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

/// Where writing to `path` ends up: `path`, or the end of its links, which need not exist. Stops at
/// a name of an open file (/dev/stdout is one), which is still a link then.
[[nodiscard]] std::string end_of_links(const std::string& path);

/// `PATH: ERRNO's text`, with the file that it is a link to.
[[nodiscard]] std::string path_error_text(const std::string& path, int error_number);

}  // namespace proxx::cli
