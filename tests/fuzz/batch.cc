// Whatever an earlier run left of its file of results, --resume either refuses it and leaves it as
// it is, or keeps every answered line once, as it stands, and nothing else; doing it again changes
// nothing, and the next result is a line of its own. Nothing that any input line holds makes a
// result that is not read back for what it is. Lines are the same wherever the input is cut.
//
// Input: an even byte and choices of lines of results, or an odd one and an input file's bytes.

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/batch/file.h"
#include "cli/batch/line.h"
#include "cli/bridge_line.h"
#include "cli/io/jsonl.h"
#include "client_stream.h"
#include "fuzz.h"

namespace proxx::fuzz {
namespace {

namespace fs = std::filesystem;
using namespace cli;

/// A file in memory where a file system for it can be written: the file is synced at every turn.
class ResultsFile {
 public:
  ResultsFile() {
    const fs::path memory = "/dev/shm";
    const bool writable = access(memory.c_str(), W_OK) == 0;
    const fs::path parent = writable ? memory : fs::temp_directory_path();
    std::string folder = parent / "proxx-fuzz-XXXXXX";
    expect(mkdtemp(folder.data()) != nullptr, "a folder can be made");
    folder_ = folder;
  }
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;
  ~ResultsFile() { fs::remove_all(folder_); }

  [[nodiscard]] std::string path() const { return folder_ / "out.jsonl"; }
  void put(const std::string& text) const { std::ofstream(path(), std::ios::binary) << text; }
  [[nodiscard]] std::string text() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }

 private:
  fs::path folder_;
};

std::string good(std::string_view id) {
  return result_line("0f", id, {200, "r", R"({"choices":[]})"});
}

/// Lines of a file of results; `foreign` if one of them is anything at all.
std::string tell_results(Choices& choices, bool& foreign) {
  static constexpr std::string_view kIds[] = {"a", "b", "line-1", "\xC3\xA9\n\"", ""};
  std::string text;
  while (choices.more()) {
    const std::string_view id = choices.one_of(kIds);
    std::string line;
    switch (choices.below(8)) {
      case 0:
      case 1:
        line = good(id);
        break;
      case 2:
        line = result_line("0f", id, {500, "", R"({"error":{}})"});
        break;
      case 3:
        line = failure_line("0f", id, Error{});
        break;
      case 4:
        line = std::string(choices.byte(), '\0') + "\n";
        break;
      case 5:
        line = good(id).substr(0, 1 + choices.byte() % 60) + "\n";
        break;
      case 6:
        text += good(id).substr(0, choices.byte());
        return text;
      default:
        line = choices.bytes();
        foreign = true;
    }
    text += line;
  }
  return text;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    lines.emplace_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(lines.back().size() + 1, text.size()));
  }
  return lines;
}

/// The answered lines, each id's first.
std::string answered_lines(const std::string& text, IdSet& ids) {
  std::string out;
  json::Document document;
  for (const std::string& line : lines_of(text)) {
    const ResultLine result = read_result_line(line, document);
    if (result.kind != ResultKind::answered || !ids.insert(result.custom_id)) continue;
    out.append(line).append("\n");
  }
  return out;
}

void check_resume(Choices& choices) {
  static const ResultsFile file;
  bool foreign = false;
  const std::string before = tell_results(choices, foreign);
  file.put(before);
  IdSet expected_ids;
  const std::string expected = answered_lines(before, expected_ids);

  IdSet ids;
  auto resumed = BatchFile::resume(file.path(), ids);
  if (!resumed) {
    expect(foreign, "results are results", resumed.error().message);
    expect(resumed.error().kind == ErrorKind::usage, "a file of something else", before);
    expect(file.text() == before, "is left as it is", before);
    return;
  }
  expect(file.text() == expected, "every answered line stays, once, and nothing else", before);
  expect(ids.size() == expected_ids.size(), "and its id is known", before);
  expect(resumed->append(good("next")) && resumed->close(), "it can be written to");
  expect(file.text() == expected + good("next"), "the next result is a line of its own", before);

  IdSet again_ids;
  const auto again = BatchFile::resume(file.path(), again_ids);
  expect(again.has_value(), "it can be resumed again");
  const std::string all = file.text();
  IdSet all_ids;
  expect(all == answered_lines(expected + good("next"), all_ids), "which changes nothing", before);
  expect(file.files() == 1, "no other file is left");
}

struct Line {
  uint64_t number;
  std::string text;
  bool too_long;
  bool has_newline;
  bool operator==(const Line&) const = default;
};

constexpr size_t kMaxLine = 300;

std::vector<Line> cut_lines(const Pieces& pieces) {
  LineCutter cutter(kMaxLine);
  std::vector<Line> lines;
  const auto keep = [&](const LineCutter::Line& line) {
    lines.push_back({line.number, std::string(line.text), line.too_long, line.has_newline});
  };
  for (const std::string& piece : pieces) {
    cutter.feed(piece);
    while (const auto line = cutter.next()) keep(*line);
  }
  if (const auto line = cutter.rest()) keep(*line);
  return lines;
}

/// A result is one line of JSON, and read back as what it is.
void check_result(const std::string& line, ResultKind kind, const std::string& id) {
  expect(line.find('\n') == line.size() - 1, "one line", line);
  json::Document document;
  const ResultLine result = read_result_line({line.data(), line.size() - 1}, document);
  expect(result.kind == kind, "read back as what it is", line);
  if (kind == ResultKind::answered) expect(result.custom_id == id, "with its id", line);
}

void check_batch_line(const Line& line) {
  json::Document document;
  const BatchLine read = read_batch_line(line.text, line.number, document);
  check_result(failure_line("0f", read.custom_id, read.error), ResultKind::failed, "");
  if (read.request.empty()) {
    expect(!read.error.message.empty(), "a line that cannot be run says why", line.text);
    return;
  }
  expect(is_json(read.request), "a request is JSON", line.text);
  expect(!read.custom_id.empty(), "and has an id", line.text);
  check_result(result_line("0f", read.custom_id, {200, line.text, R"({"choices":[]})"}),
               ResultKind::answered, read.custom_id);
}

void check_bridge_line(const Line& line) {
  json::Document document;
  std::string id = "null";
  const auto read = read_bridge_line(line.text, id, document);
  expect(is_json(id) && id.size() <= kMaxIdBytes, "an id is JSON of a bounded size", id);
  if (read) {
    if (read->kind == BridgeLine::Kind::request) expect(is_json(read->body), "a body is JSON");
    expect(is_json(response_line(id, "{}", {})), "so is a response", id);
    return;
  }
  const std::string told = error_line(id, read.error());
  expect(is_json(told) && told.find('\n') == told.size() - 1, "an error is one line", told);
}

void check_input(std::string_view bytes) {
  const std::vector<Pieces> cuts = both_cuts(bytes);
  const std::vector<Line> lines = cut_lines(cuts.front());
  for (const Pieces& pieces : cuts) {
    expect(cut_lines(pieces) == lines, "the same lines wherever it is cut");
  }
  std::string joined;
  for (const Line& line : lines) {
    expect(line.too_long == line.text.empty() || !line.too_long, "a line too long has no text");
    joined.append(line.text).append(line.has_newline ? "\n" : "");
    if (line.too_long) joined.clear();
    check_batch_line(line);
    check_bridge_line(line);
  }
  expect(bytes.substr(bytes.size() - std::min(joined.size(), bytes.size())) == joined,
         "the lines are the input");
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  proxx::fuzz::Choices choices(data, size);
  if (choices.flag()) {
    proxx::fuzz::check_input(choices.rest());
  } else {
    proxx::fuzz::check_resume(choices);
  }
  return 0;
}
