#include "server/log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/utf8.h"
#include "fixture.h"
#include "json/reader.h"

namespace proxx::server {
namespace {

RequestRecord sample() {
  RequestRecord record;
  record.method = "POST";
  record.path = "/v1/chat/completions";
  record.endpoint = Endpoint::chat_completions;
  record.model = "claude-sonnet-5-5";
  record.status = 200;
  record.first = std::chrono::microseconds(12'345);
  record.total = std::chrono::microseconds(39'600);
  record.tokens = TokenCounts{10, 5, 0, 0, 0};
  record.request_id = "req_1";
  record.upstream_answered = true;
  record.notices = {{Notice::Kind::dropped, "seed", "no such field"}};
  return record;
}

TEST_CASE("the access line says what happened, in words that can be searched") {
  CHECK(access_text(sample()) ==
        "POST /v1/chat/completions model=claude-sonnet-5-5 status=200 first=12ms total=40ms in=10 "
        "out=5 upstream=req_1 dropped=seed");
}

TEST_CASE("an answer that broke off says so, and is worth a warning") {
  RequestRecord record = sample();
  record.error = ErrorKind::upstream_truncated;
  record.error_word = "upstream_stream_truncated";
  CHECK(has(access_text(record), " status=200 error=upstream_stream_truncated "));
  LogPipe pipe;
  LogOptions options = log_to(pipe.fd());
  options.level = LogLevel::warn;
  Log(options).access(record);
  record.status = 404;
  Log(options).access(record);
  const std::string lines = pipe.text();
  CHECK(has(lines, "error=upstream_stream_truncated"));
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 1);
}

TEST_CASE("R4: a line shows no key that stands in the place of a model, a path or a field") {
  RequestRecord record = sample();
  record.model = "sk-ant-api03-hush";
  record.path = "/v1/sk-ant-api03-hush";
  record.request_id = "sk-ant-api03-hush";
  record.notices = {{Notice::Kind::dropped, "sk-ant-api03-hush", "no such field"}};
  for (const std::string& line : {access_text(record), access_json(record)}) {
    CAPTURE(line);
    CHECK_FALSE(has(line, "hush"));
    CHECK(has(line, "[redacted]"));
  }
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    LogPipe pipe;
    LogOptions options = log_to(pipe.fd());
    options.format = format;
    Log(options).write(LogLevel::error, "no such thing: sk-ant-api03-hush");
    CHECK(has(pipe.text(), "no such thing: [redacted]"));
  }
}

TEST_CASE("what is not known is left out") {
  RequestRecord record;
  record.method = "GET";
  record.path = "/healthz";
  record.status = 200;
  record.request_id = "req_proxx_1";
  CHECK(access_text(record) == "GET /healthz status=200 total=0ms id=req_proxx_1");
}

TEST_CASE("the JSON line is one object") {
  LogPipe pipe;
  LogOptions options = log_to(pipe.fd());
  options.format = LogFormat::json;
  Log(options).access(sample());
  const std::string line = pipe.text();
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  json::Document document;
  REQUIRE(document.parse(line));
  const json::Reader root = document.root();
  CHECK(root.get("level").equals("info"));
  CHECK(root.get("model").equals("claude-sonnet-5-5"));
  CHECK(root.get("status").integer_or_none() == 200);
  CHECK(root.get("first_ms").integer_or_none() == 12);
  CHECK(root.get("total_ms").integer_or_none() == 40);
  CHECK(root.get("in").integer_or_none() == 10);
  CHECK(root.get("upstream").equals("req_1"));
  CHECK(root.get("dropped").equals("seed"));
  CHECK(root.get("time").string_or("").size() == 24);
}

TEST_CASE("a hostile path or model stays on its line") {
  RequestRecord record = sample();
  record.path = "/a\nb \x1b[31m\"\\" + std::string(10'000, 'x');
  record.model = "m\r\nfake=1 \xff" + std::string(10'000, 'y');
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    LogPipe pipe;
    LogOptions options = log_to(pipe.fd());
    options.format = format;
    Log(options).access(record);
    const std::string line = pipe.text();
    CHECK(line.size() < 1024);
    CHECK(line.find_first_of("\n\r\x1b\xff") == line.size() - 1);
    if (format == LogFormat::json) CHECK(json::is_valid(line));
  }
}

TEST_CASE("X8: a message stays one line, and what acts on a reader's eyes is shown") {
  const std::string hostile =
      "a\nproxx: fake\x1b[2J\xc2\x9b"
      "b\xe2\x80\xa8"
      "c\xe2\x80\xae"
      "d\xff"
      "e\xc3\xa9";
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    LogPipe pipe;
    LogOptions options = log_to(pipe.fd());
    options.format = format;
    Log(options).write(LogLevel::error, hostile);
    const std::string& line = pipe.text();
    CHECK(line.find_first_of("\n\r\x1b\xff") == line.size() - 1);
    for (const char* hidden : {"\xc2\x9b", "\xe2\x80\xa8", "\xe2\x80\xae"}) {
      CHECK_FALSE(has(line, hidden));
    }
    CHECK(has(line, "\xc3\xa9"));
    if (format == LogFormat::json) {
      json::Document document;
      REQUIRE(document.parse(line));
      const std::string message = document.root().get("message").string_or("");
      CHECK(has(message,
                "a\nproxx: fake\x1b[2J\xc2\x9b"
                "b\xe2\x80\xa8"
                "c\xe2\x80\xae"
                "d"));
    } else {
      CHECK(has(line, "a\\x0aproxx: fake\\x1b[2J\\x9bb\\u2028c\\u202ed\\xffe"));
    }
  }
}

TEST_CASE("X8: a line that is cut is not cut through a character") {
  for (size_t shift = 0; shift < 4; ++shift) {
    LogPipe pipe;
    std::string text(shift, 'x');
    for (int i = 0; i < 3'000; ++i) text += "\xe2\x82\xac";
    Log(log_to(pipe.fd())).write(LogLevel::error, text);
    CHECK(pipe.text().size() <= kMaxLogLineBytes);
    CHECK(utf8::find_invalid(pipe.text()) == std::string::npos);
  }
}

struct Terminal {
  Terminal() : master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    REQUIRE(master != -1);
    REQUIRE(grantpt(master) == 0);
    REQUIRE(unlockpt(master) == 0);
    fd = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(fd != -1);
  }
  ~Terminal() {
    close(fd);
    close(master);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  /// What it shows up to `last`, with \n as line ends.
  [[nodiscard]] std::string text_to(std::string_view last) const {
    std::string text;
    char bytes[4096];
    while (text.find(last) == std::string::npos) {
      const ssize_t got = read(master, bytes, sizeof bytes);
      if (got <= 0) break;
      for (ssize_t i = 0; i < got; ++i) {
        if (bytes[i] != '\r') text += bytes[i];
      }
    }
    return text;
  }
  int master;
  int fd = -1;
};

TEST_CASE("X4: a terminal that is nearly full does not hold up the log") {
  const Terminal terminal;
  // Nobody reads the master; each line is longer than the room that is left at last.
  const Log log(log_to(terminal.fd));
  for (int i = 0; i < 5'000; ++i) log.access(sample());
  CHECK((fcntl(terminal.fd, F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("X4: what follows a line that had room for its beginning is on a line of its own") {
  for (const size_t size : {60, 61, 200, 1000}) {
    CAPTURE(size);
    const Terminal terminal;
    const LossyWriter writer(terminal.fd);
    const std::string line = std::string(size, 'x') + '\n';
    for (int i = 0; i < 5'000; ++i) writer.write(line);
    char some[2048];
    REQUIRE(read(terminal.master, some, sizeof some) > 0);
    // There is room again when the kernel has moved on what the terminal holds.
    for (int i = 0; i < 100; ++i) {
      writer.write("last\n");
      usleep(1'000);
    }
    const std::string shown = terminal.text_to("last");
    CHECK(has(shown, "x\nlast"));
  }
}

TEST_CASE("X4: a torn line is ended once, and one that was lost whole is not") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const LossyWriter writer(ends[1]);
  std::string bytes(1 << 20, '\0');
  const auto text = [&] {
    return bytes.substr(0, static_cast<size_t>(read(ends[0], bytes.data(), bytes.size())));
  };
  writer.write(bytes);  // more than a pipe holds
  writer.write("lost\n");
  CHECK_FALSE(has(text(), "lost"));
  writer.write("one\n");
  writer.write("two\n");
  CHECK(text() == "\none\ntwo\n");
  for (int i = 0; i < 2; ++i) {
    for (int line = 0; line < 1'000; ++line) writer.write(std::string(4'095, 'x') + '\n');
    CHECK(text().ends_with("x\n"));
  }
  writer.write("three\n");
  CHECK(text() == "three\n");
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("the level decides what is written") {
  LogPipe pipe;
  const Log log(log_to(pipe.fd(), LogLevel::warn));
  log.write(LogLevel::info, "not this");
  log.access(sample());
  RequestRecord failed = sample();
  failed.status = 503;
  log.access(failed);
  log.write(LogLevel::error, "and this");
  CHECK_FALSE(has(pipe.text(), "not this"));
  CHECK_FALSE(has(pipe.text(), "status=200"));
  CHECK(has(pipe.text(), "status=503"));
  CHECK(has(pipe.text(), "and this\n"));
}

TEST_CASE("under systemd a line has its level in front and no time") {
  LogPipe pipe;
  LogOptions options = log_to(pipe.fd());
  options.systemd = true;
  const Log log(options);
  log.access(sample());
  log.write(LogLevel::error, "broken");
  CHECK(pipe.text().substr(0, 9) == "<6>POST /");
  CHECK(has(pipe.text(), "\n<3>broken\n"));
}

TEST_CASE("the journal is known by the descriptor it names") {
  LogPipe pipe;
  struct stat about {};
  REQUIRE(fstat(pipe.fd(), &about) == 0);
  const std::string name = std::to_string(about.st_dev) + ":" + std::to_string(about.st_ino);
  CHECK(is_journal(pipe.fd(), name.c_str()));
  CHECK_FALSE(is_journal(pipe.fd(), "1:2"));
  CHECK_FALSE(is_journal(pipe.fd(), nullptr));
}

TEST_CASE("S10: a log that cannot be written costs nothing but the line") {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  Log(log_to(full)).access(sample());
  close(full);
  Log(log_to(full)).access(sample());  // closed
  Log(log_to(-1)).access(sample());

  LogPipe pipe;  // nobody reads: the writer must not block
  std::array<int, 2> blocking{};
  REQUIRE(::pipe(blocking.data()) == 0);
  const Log log(log_to(blocking[1]));
  for (int i = 0; i < 5'000; ++i) log.access(sample());
  close(blocking[0]);
  close(blocking[1]);
}

}  // namespace
}  // namespace proxx::server
