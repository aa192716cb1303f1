#include "cli/record.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "cli/io/descriptor.h"
#include "cli/io/terminal.h"
#include "cli/io/write.h"
#include "exchange/protocols.h"
#include "json/writer.h"
#include "mock/replay.h"
#include "openai/error.h"

namespace proxx::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// More exchanges than this in one folder are a mistake.
constexpr int kMaxExchanges = 999'999;
/// Prompts and answers are private.
constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;

/// The headers of an answer that its reader acts on; none of them is a secret.
constexpr std::array<std::string_view, 5> kKeptHeaders = {
    "content-type", "request-id", "retry-after", "retry-after-ms", "x-should-retry"};

Status system_error(const std::string& path) {
  return err(ErrorKind::output_failed, path + ": " + std::strerror(errno));
}

/// A new file, whole or not at all.
Status write_file(const std::string& path, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
  if (!file.is_open()) return system_error(path);
  Status status = write_all(file.number(), bytes);
  if (status) return status;
  unlink(path.c_str());
  status.error().message = path + ": " + status.error().message;
  return status;
}

}  // namespace

/// One call under way; written down at its end, which for a cancelled one is destruction.
class Recording::Call final : public UpstreamCall, UpstreamHandler {
 public:
  Call(Recording& recording, std::string request, UpstreamHandler& handler)
      : recording_(recording), request_(std::move(request)), handler_(handler) {}
  ~Call() override {
    call_.reset();
    save(false);
  }

  void start(Upstream& upstream, UpstreamRequest request) {
    last_ = Clock::now();
    call_ = upstream.start(std::move(request), *this);
  }
  void pause() override { call_->pause(); }
  void resume() override { call_->resume(); }

  void on_head(UpstreamHead head) override {
    head_ = head;
    handler_.on_head(std::move(head));
  }
  void on_data(std::string_view bytes) override {
    const auto now = Clock::now();
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_);
    last_ = now;
    pieces_.push_back({wait.count(), bytes.size()});
    bytes_.append(bytes);
    handler_.on_data(bytes);
  }
  void on_caught_up() override { handler_.on_caught_up(); }
  void on_done(Status status) override {
    save(!status);
    handler_.on_done(std::move(status));
  }

 private:
  struct Piece {
    int64_t wait_ms;
    size_t bytes;
  };

  /// An upstream that never answered leaves nothing to replay.
  void save(bool cut) {
    if (saved_ || head_.status == 0) return;
    saved_ = true;
    if (const Status status = write(cut); !status) say("not recorded: " + status.error().message);
  }

  Status write(bool cut) {
    PROXX_ASSIGN(const std::string folder, recording_.folder_->next());
    Status status = write_into(folder, cut);
    if (status) {
      recording_.last_folder_ = folder;
    } else {
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
    }
    return status;
  }

  Status write_into(const std::string& folder, bool cut) {
    const auto type = find_header(head_.headers, "content-type").value_or("");
    const bool stream = type.starts_with("text/event-stream");
    PROXX_TRY(write_file(folder + '/' + mock::kRequestFile,
                         recording_.masked(std::move(request_)) + '\n'));
    PROXX_TRY(write_file(folder + '/' + (stream ? mock::kStreamFile : mock::kMessageFile),
                         recording_.masked(std::move(bytes_))));
    // Last: a folder without it is none that is replayed.
    return write_file(folder + '/' + mock::kMetaFile, meta(cut) + '\n');
  }

  [[nodiscard]] std::string meta(bool cut) const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("status").integer(head_.status).key("headers").begin_object();
    for (const std::string_view name : kKeptHeaders) {
      if (const auto value = find_header(head_.headers, name)) writer.text_key(name).string(*value);
    }
    writer.end_object().key("pieces").begin_array();
    for (const Piece& piece : pieces_) {
      writer.begin_array().integer(piece.wait_ms);
      writer.integer(static_cast<int64_t>(piece.bytes)).end_array();
    }
    writer.end_array().key("cut").boolean(cut).end_object();
    return out;
  }

  Recording& recording_;
  std::string request_;
  UpstreamHandler& handler_;
  std::unique_ptr<UpstreamCall> call_;
  UpstreamHead head_;
  std::string bytes_;
  std::vector<Piece> pieces_;
  Clock::time_point last_;
  bool saved_ = false;
};

Result<RecordFolder> RecordFolder::make(std::string path) {
  if (::mkdir(path.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    return proxx::err(ErrorKind::usage, "--record: " + path + ": " + std::strerror(errno));
  }
  return RecordFolder(std::move(path));
}

Result<std::string> RecordFolder::next() {
  while (next_number_ <= kMaxExchanges) {
    char name[16];
    std::snprintf(name, sizeof name, "/%04d", next_number_++);
    const std::string path = path_ + name;
    if (::mkdir(path.c_str(), kFolderMode) == 0) return path;
    if (errno != EEXIST) return tl::unexpected<Error>(system_error(path).error());
  }
  return proxx::err(ErrorKind::output_failed, path_ + ": full");
}

namespace {

/// Lines of chunks in `frame` as server-sent events.
std::string as_events(std::string_view lines, const answer::Frame& frame) {
  std::string events;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size() - 1) + 1;
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end);
    if (line.starts_with(frame.prefix) && line.ends_with(frame.suffix)) {
      line.remove_prefix(frame.prefix.size());
      line.remove_suffix(frame.suffix.size());
      answer::Frame().append(events, line);
    }
  }
  return events;
}

}  // namespace

Recording::Recording(const ExchangeContext& context, RecordFolder* folder,
                     std::optional<AnswerForm> form, Sink& sink, answer::Frame frame)
    : context_(context), folder_(folder), form_(form), sink_(sink), frame_(std::move(frame)) {
  if (folder_ == nullptr) return;
  own_ = context;
  own_->upstream = this;
}

Recording::~Recording() {
  save_output();
}

std::unique_ptr<UpstreamCall> Recording::start(UpstreamRequest request, UpstreamHandler& handler) {
  secrets_ = request.secrets.empty() ? secrets_in(request.headers) : request.secrets;
  auto call = std::make_unique<Call>(*this, request.body, handler);
  call->start(*context_.upstream, std::move(request));
  return call;
}

void Recording::begin(const AnswerHead& head) {
  streams_ = head.event_stream;
  begun_ = true;
  sink_.begin(head);
}

bool Recording::write(std::string_view bytes) {
  output_.append(bytes);
  return sink_.write(bytes);
}

void Recording::finish() {
  save_output();
  sink_.finish();
}

void Recording::fail(const AnswerHead& head, const Error& error) {
  streams_ = head.event_stream;
  const bool has_error_event = streams_ && begun_;
  if (form_ != AnswerForm::text && !has_error_event) {
    output_ += streams_ ? error_event(head.protocol, error) : error_body(error) + '\n';
  }
  save_output();
  sink_.fail(head, error);
}

void Recording::save_output() {
  if (saved_ || last_folder_.empty()) return;
  saved_ = true;
  if (streams_ && !frame_.server_sent_events) output_ = as_events(output_, frame_);
  const char* name = streams_                    ? "/output.sse"
                     : form_ == AnswerForm::text ? "/output.txt"
                                                 : "/output.json";
  const Status status = write_file(last_folder_ + name, masked(std::move(output_)));
  if (!status) say("not recorded: " + status.error().message);
}

std::string Recording::masked(std::string text) const {
  mask(secrets_, text);
  return text;
}

}  // namespace proxx::cli
