#include "cli/half_price/output.h"

#include <sys/stat.h>

#include <charconv>
#include <system_error>
#include <utility>

#include "base/hash.h"

namespace proxx::cli {
namespace {

constexpr size_t kLineDigits = 8;

}  // namespace

Result<HalfOutput> HalfOutput::open(const std::string& path, const std::string& tag,
                                    HalfInput& input,
                                    const std::function<void(const ResultLine&)>& each) {
  HalfOutput output(path, tag, input);
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    PROXX_ASSIGN(output.file_, BatchFile::create(path));
    return Result<HalfOutput>(std::move(output));
  }
  Status status;
  PROXX_ASSIGN(output.file_, BatchFile::reopen(path, [&](const ResultLine& result) {
                 if (status) status = output.take(result);
                 if (each && result.kind == ResultKind::answered) each(result);
               }));
  PROXX_TRY(std::move(status));
  return Result<HalfOutput>(std::move(output));
}

Result<std::optional<uint64_t>> HalfOutput::line_of(const ResultLine& result) {
  const std::string_view id = result.id;
  if (id.size() == tag_.size() + kLineDigits && id.starts_with(tag_)) {
    uint64_t line = 0;
    const auto [end, error] =
        std::from_chars(id.data() + tag_.size(), id.data() + id.size(), line, 16);
    if (error == std::errc() && end == id.data() + id.size() && line > 0 && line <= marks_.size()) {
      return std::optional(line);
    }
  }
  if (result.custom_id.empty()) return std::optional<uint64_t>();
  return input_.find(result.custom_id);
}

Status HalfOutput::take(const ResultLine& result) {
  PROXX_ASSIGN(const auto line, line_of(result));
  if (!line || marks_[*line - 1] != Mark::none) return {};
  const bool answered = result.kind == ResultKind::answered;
  marks_[*line - 1] = answered ? Mark::answered : Mark::failed;
  ++(answered ? answered_ : failed_);
  return {};
}

std::string HalfOutput::result_id(uint64_t line) const {
  return tag_ + hex(line).substr(16 - kLineDigits);
}

Status HalfOutput::write(uint64_t line, std::string_view result, Mark mark) {
  if (marks_[line - 1] != Mark::none) return {};
  PROXX_TRY(file_->append(result));
  marks_[line - 1] = mark;
  ++(mark == Mark::answered ? answered_ : failed_);
  return {};
}

Status HalfOutput::drop_failures() {
  IdSet answered;
  file_.reset();
  PROXX_ASSIGN(file_, BatchFile::resume(path_, answered));
  for (Mark& mark : marks_) {
    if (mark == Mark::failed) mark = Mark::none;
  }
  failed_ = 0;
  return {};
}

}  // namespace proxx::cli
