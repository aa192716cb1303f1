#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "server/lossy_writer.h"
#include "server/request_record.h"

namespace proxx::server {

struct LogOptions {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
  int fd = 2;
  bool systemd = false;  ///< lines begin with `<6>` and the like, and the journal adds the time
};

/// True if `fd` is the journal's stream, by $JOURNAL_STREAM.
[[nodiscard]] bool is_journal(int fd, const char* journal_stream);

/// Writes log lines. Each is one line whatever a peer put into it (base/visible.h). May be used
/// from any thread: a line is one write of at most kMaxLogLineBytes, which neither tears nor
/// blocks. Ignores write errors, and drops a line that a full pipe has no room for.
class Log {
 public:
  explicit Log(LogOptions options) : options_(options), writer_(options.fd) {}

  void write(LogLevel level, std::string_view text) const;
  /// One line for a request: `info`, with a 5xx `warn`.
  void access(const RequestRecord& record) const;

 private:
  void put(LogLevel level, std::string line) const;

  const LogOptions options_;
  const LossyWriter writer_;
};

/// `POST /v1/chat/completions model=claude-sonnet-5-5 status=200 first=12ms total=40ms in=10 out=5
/// upstream=req_1 dropped=seed`, without the line end. Fields that are not known are left out.
[[nodiscard]] std::string access_text(const RequestRecord& record);
/// The same as members of a JSON object, without its braces.
[[nodiscard]] std::string access_json(const RequestRecord& record);

}  // namespace proxx::server
