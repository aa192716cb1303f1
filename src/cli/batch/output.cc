#include "cli/batch/output.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <utility>

#include "cli/io/write.h"

namespace proxx::cli {
namespace {

constexpr std::chrono::seconds kSyncInterval{1};

bool may_block(int descriptor) {
  struct stat info {};
  return fstat(descriptor, &info) == 0 &&
         (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode) || isatty(descriptor) == 1);
}

}  // namespace

BatchOutput::BatchOutput(boost::asio::io_context& loop, std::optional<BatchFile> file)
    : loop_(loop),
      file_(std::move(file)),
      reader_(loop, file_ ? file_->descriptor() : STDOUT_FILENO),
      sync_timer_(loop) {}

void BatchOutput::on_drain(std::function<void()> callback) {
  drained_ = std::move(callback);
}
void BatchOutput::on_error(std::function<void(const Error&)> callback) {
  failed_ = std::move(callback);
}
bool BatchOutput::idle() const {
  return !pipe_ || pipe_->idle();
}

Status BatchOutput::write(std::string_view line) {
  if (file_) {
    sync_soon();
    return file_->append(line);
  }
  PROXX_ASSIGN(const int descriptor, stdout_.descriptor());
  if (!pipe_ && may_block(descriptor)) {
    pipe_.emplace(loop_, descriptor);
    pipe_->on_drain([this] { drained_(); });
    pipe_->on_error([this](const Error& error) { failed_(error); });
  }
  if (!pipe_) return write_all(descriptor, line);
  pipe_->write(line);
  return {};
}

void BatchOutput::sync_soon() {
  if (std::exchange(sync_planned_, true)) return;
  sync_timer_.expires_after(kSyncInterval);
  sync_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    sync_planned_ = false;
    if (const Status status = file_->sync(); !status) failed_(status.error());
  });
}

Status BatchOutput::close() {
  sync_timer_.cancel();
  return file_ ? file_->close() : stdout_.close();
}

}  // namespace proxx::cli
