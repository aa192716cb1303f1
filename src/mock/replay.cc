#include "mock/replay.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/utf8.h"
#include "json/text.h"
#include "mock/file.h"
#include "mock/wire_headers.h"

namespace proxx::mock {
namespace {

namespace fs = std::filesystem;

/// How much of a request the list of a 404 shows, and of how many.
constexpr size_t kShownBytes = 60;
constexpr size_t kShownExchanges = 20;

/// As much as an upstream may answer, and what goes up and is noted beside that.
constexpr size_t kMaxAnswerBytes = size_t{256} << 20;
constexpr size_t kMaxRequestBytes = size_t{64} << 20;
constexpr size_t kMaxMetaBytes = size_t{64} << 20;
/// All of a folder's recordings are held in memory.
constexpr size_t kMaxFolderBytes = size_t{1} << 30;

/// Parsed only where it is no deeper than what a request may be: the library's values are walked
/// recursively.
Result<Json> read_json(const fs::path& path, size_t max_bytes, size_t& bytes) {
  PROXX_ASSIGN(const std::string text, read_regular_file(path.string(), max_bytes));
  bytes += text.size();
  json::Document document;
  if (const Status status = document.parse(text, {.max_depth = 256, .allow_lone_surrogates = true});
      !status) {
    return err(ErrorKind::usage, path.string() + ": " + status.error().message);
  }
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return err(ErrorKind::usage, path.string() + ": not JSON");
  return value;
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

/// Numbers and strings as parsed; the order of keys says nothing.
nlohmann::json unordered(const Json& value) {
  return nlohmann::json(value);
}

/// The bytes in the pieces they came in, each with the wait before it.
bool split_pieces(const std::string& bytes, const Json& pieces, Answer& out) {
  size_t at = 0;
  for (const Json& piece : pieces) {
    const auto size = piece.at(1).get<size_t>();
    if (size > bytes.size() - at) return false;
    out.pieces.push_back(bytes.substr(at, size));
    out.delays.emplace_back(piece.at(0).get<int64_t>());
    at += size;
  }
  return at == bytes.size();
}

std::string last_text(const Json& request) {
  const Json& content = request.at("messages").back().at("content");
  if (content.is_string()) return content.get<std::string>();
  for (auto block = content.rbegin(); block != content.rend(); ++block) {
    if (block->contains("text")) return block->at("text").get<std::string>();
  }
  return {};
}

std::string summary(const Json& request) {
  try {
    std::string text = last_text(request);
    if (text.size() > kShownBytes) text = utf8::repaired(text.substr(0, kShownBytes)) + "...";
    return request.value("model", "") + ' ' + dump(Json(text));
  } catch (const Json::exception&) {
    return "(a request of another shape)";
  }
}

}  // namespace

Result<Recordings> Recordings::load(const std::string& folder) {
  Recordings out;
  out.folder_ = folder;
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (is_there(at->path() / kMetaFile)) names.push_back(at->path().filename().string());
  }
  if (error) return err(ErrorKind::usage, folder + ": " + error.message());
  if (names.empty()) return err(ErrorKind::usage, folder + ": no recording in it");
  std::sort(names.begin(), names.end());
  size_t bytes = 0;
  for (const std::string& name : names) {
    PROXX_ASSIGN(Exchange exchange, load_exchange(folder, name, bytes));
    if (bytes > kMaxFolderBytes) {
      return err(ErrorKind::usage, folder + ": the recordings are larger than " +
                                       std::to_string(kMaxFolderBytes >> 20) + " MiB in all");
    }
    out.exchanges_.push_back(std::move(exchange));
  }
  return out;
}

Result<Recordings::Exchange> Recordings::load_exchange(const std::string& folder,
                                                       const std::string& name, size_t& bytes) {
  const fs::path path = fs::path(folder) / name;
  const fs::path answer = path / (is_there(path / kStreamFile) ? kStreamFile : kMessageFile);
  for (const fs::path& file : {path / kRequestFile, answer}) {
    if (!is_there(file)) {
      return err(ErrorKind::usage, path.string() + ": a file of the recording is missing");
    }
  }
  Exchange out;
  out.name = name;
  PROXX_ASSIGN(out.request, read_json(path / kRequestFile, kMaxRequestBytes, bytes));
  PROXX_ASSIGN(const Json meta, read_json(path / kMetaFile, kMaxMetaBytes, bytes));
  PROXX_ASSIGN(const std::string answered, read_regular_file(answer.string(), kMaxAnswerBytes));
  bytes += answered.size();
  try {
    out.answer.status = meta.at("status").get<int>();
    out.answer.cut = meta.value("cut", false);
    for (const auto& [header, value] : meta.at("headers").items()) {
      out.answer.headers.emplace_back(header, value.get<std::string>());
    }
    if (!split_pieces(answered, meta.at("pieces"), out.answer)) {
      return err(ErrorKind::usage, path.string() + ": the answer is not as long as meta.json says");
    }
  } catch (const Json::exception& error) {
    return err(ErrorKind::usage, path.string() + ": " + error.what());
  }
  return out;
}

Answer Recordings::answer(std::string_view body, uint64_t number) {
  const Json asked = Json::parse(body, nullptr, false);
  Exchange* chosen = nullptr;
  for (Exchange& exchange : exchanges_) {
    if (unordered(exchange.request) != unordered(asked)) continue;
    chosen = &exchange;
    if (exchange.played == 0) break;
  }
  if (chosen == nullptr) return answer_error(api_error(404, listing()), number);
  ++chosen->played;
  return chosen->answer;
}

std::string Recordings::listing() const {
  std::string out = "no recording of this request in " + folder_ + "; there are:";
  const size_t shown = std::min(exchanges_.size(), kShownExchanges);
  for (size_t i = 0; i < shown; ++i) {
    out += (i == 0 ? " " : "; ") + exchanges_[i].name + ' ' + summary(exchanges_[i].request);
  }
  if (shown < exchanges_.size()) {
    out += "; and " + std::to_string(exchanges_.size() - shown) + " more";
  }
  return out;
}

}  // namespace proxx::mock
