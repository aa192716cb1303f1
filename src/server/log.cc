#include "server/log.h"

#include <sys/stat.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "base/secret_text.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "json/string.h"
#include "server/notice_list.h"

namespace proxx::server {
namespace {

constexpr size_t kMaxNoticesBytes = 512;
/// What a character that was cut through may grow by.
constexpr size_t kCutBytes = 8;

struct LevelRow {
  LogLevel level;
  const char* name;
  const char* prefix;  ///< sd-daemon(3)
};
constexpr std::array<LevelRow, 4> kLevels = {{
    {LogLevel::error, "error", "<3>"},
    {LogLevel::warn, "warn", "<4>"},
    {LogLevel::info, "info", "<6>"},
    {LogLevel::debug, "debug", "<7>"},
}};

const LevelRow& row_of(LogLevel level) {
  return kLevels[static_cast<size_t>(level)];
}

/// What a peer sent, fit for a line: printable ASCII without quotes and spaces, no key, and short.
std::string plain(std::string_view text, size_t max_bytes) {
  std::string out = without_keys(text.substr(0, max_bytes));
  for (char& c : out) {
    if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\\') c = '?';
  }
  return out;
}

std::string milliseconds(std::chrono::microseconds time) {
  return std::to_string((time.count() + 500) / 1000);
}

/// `2026-11-22T18:00:00.000Z`
std::string timestamp() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                parts.tm_sec, static_cast<int>(ms % 1000));
  return text.data();
}

/// An answer that broke off behind its 200 is as bad as one that never came.
LogLevel level_of(const RequestRecord& record) {
  const bool broke_off = record.error && record.status < 400;
  return record.status >= 500 || broke_off ? LogLevel::warn : LogLevel::info;
}

struct Field {
  const char* name;
  std::string value;
  bool is_number;
};

/// One row for each field, in the order of the line; empty ones are not shown.
std::array<Field, 12> fields_of(const RequestRecord& record) {
  const auto id = plain(record.request_id, kMaxShownNameBytes);
  const auto count = [&record](int64_t TokenCounts::*which) {
    return record.tokens ? std::to_string((*record.tokens).*which) : std::string();
  };
  return {{
      {"model", plain(record.model, kMaxShownNameBytes), false},
      {"status", std::to_string(record.status), true},
      {"error", plain(record.error_word, kMaxShownNameBytes), false},
      {"first", record.first ? milliseconds(*record.first) : std::string(), true},
      {"total", milliseconds(record.total), true},
      {"in", count(&TokenCounts::input), true},
      {"out", count(&TokenCounts::output), true},
      {"id", record.upstream_answered ? std::string() : id, false},
      {"upstream", record.upstream_answered ? id : std::string(), false},
      {"failed", plain(record.failed_id, kMaxShownNameBytes), false},
      {"dropped", notice_list(record.notices, Notice::Kind::dropped, kMaxNoticesBytes), false},
      {"adjusted", notice_list(record.notices, Notice::Kind::adjusted, kMaxNoticesBytes), false},
  }};
}

bool is_time(const Field& field) {
  return field.name == std::string_view("first") || field.name == std::string_view("total");
}

}  // namespace

bool is_journal(int fd, const char* journal_stream) {
  if (journal_stream == nullptr) return false;
  struct stat about {};
  if (fstat(fd, &about) != 0) return false;
  return std::to_string(about.st_dev) + ":" + std::to_string(about.st_ino) == journal_stream;
}

std::string access_text(const RequestRecord& record) {
  std::string out =
      plain(record.method, kMaxShownNameBytes) + " " + plain(record.path, kMaxShownPathBytes);
  for (const Field& field : fields_of(record)) {
    if (field.value.empty()) continue;
    out.append(" ").append(field.name).append("=").append(field.value);
    if (is_time(field)) out += "ms";
  }
  return out;
}

std::string access_json(const RequestRecord& record) {
  std::string out = R"("method":")" + plain(record.method, kMaxShownNameBytes) + R"(","path":")" +
                    plain(record.path, kMaxShownPathBytes) + "\"";
  for (const Field& field : fields_of(record)) {
    if (field.value.empty()) continue;
    out.append(",\"").append(field.name).append(is_time(field) ? "_ms" : "").append("\":");
    out += field.is_number ? field.value : "\"" + field.value + "\"";
  }
  return out;
}

void Log::access(const RequestRecord& record) const {
  const LogLevel level = level_of(record);
  if (level > options_.level) return;
  put(level, options_.format == LogFormat::json ? access_json(record) : access_text(record));
}

void Log::write(LogLevel level, std::string_view text) const {
  if (level > options_.level) return;
  if (options_.format == LogFormat::text) return put(level, visible(without_keys(text)));
  std::string message = "\"message\":\"";
  json::append_escaped(message, without_keys(text.substr(0, kMaxLogLineBytes / 8)));
  put(level, visible_json(message) + "\"");
}

void Log::put(LogLevel level, std::string line) const {
  const LevelRow& row = row_of(level);
  std::string out = options_.systemd ? row.prefix : "";
  if (options_.format == LogFormat::json) {
    out += R"({"time":")" + timestamp() + R"(","level":")" + row.name + "\"," + line + "}";
  } else {
    if (!options_.systemd) out += timestamp() + " ";
    const size_t room = kMaxLogLineBytes - out.size() - 1;
    // The cut may go through a character.
    out += line.size() <= room ? line : utf8::repaired(line.substr(0, room - kCutBytes));
  }
  out += '\n';
  writer_.write(out);
}

}  // namespace proxx::server
