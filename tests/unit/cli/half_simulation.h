#pragma once
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "anthropic/models.h"
#include "cli/half_price/calls.h"
#include "cli/half_price/input.h"
#include "cli/half_price/journal.h"
#include "cli/half_price/output.h"
#include "cli/half_price/run.h"
#include "json/reader.h"

namespace proxx::test {

/// The process died.
struct Crash {};

/// Counts steps, and ends the process at one of them.
class Fuse {
 public:
  explicit Fuse(int64_t steps) : left_(steps) {}
  void step() {
    if (left_-- == 0) throw Crash();
  }

 private:
  int64_t left_;
};

/// What an upstream does wrong.
struct Faults {
  double lose_answer = 0;  ///< of creations that are accepted: 500, or no answer
  double refuse = 0;       ///< of creations: 500, not accepted
  double unreachable = 0;  ///< of all calls: no byte left
  double not_found = 0;    ///< of retrieves and results: 404
  double cut_results = 0;  ///< of result streams
  int64_t lag_s = 0;       ///< until a batch is listed
  bool repeat_results = false;
  bool foreign_results = false;
  bool foreign_batches = false;  ///< another's of the same size, just before each of ours
  uint64_t max_waiting = 0;      ///< items
  size_t max_bytes = 0;
  uint64_t refused_line = 0;  ///< 400 to a batch that has it
  bool other_host = false;
};

/// The Message Batches API as a model, with a clock of its own. It outlives the processes.
class SimUpstream final : public cli::HalfCalls {
 public:
  SimUpstream(Faults faults, uint64_t seed) : faults_(faults), random_(seed) {}

  Fuse* fuse = nullptr;

  cli::HalfAnswer call(cli::HalfCall call) override {
    fuse->step();
    now_ += 1;
    if (happens(faults_.unreachable)) return not_sent();
    cli::HalfAnswer answer = route(call);
    fuse->step();
    return answer;
  }

  cli::HalfAnswer lines(const std::string& path,
                        const std::function<bool(std::string_view)>& each) override {
    fuse->step();
    now_ += 1;
    Batch* const batch = find(id_in(path));
    if (batch == nullptr || !batch->ended(now_) || no_results || happens(faults_.not_found)) {
      return error(404);
    }
    std::string text;
    std::vector<std::string> ids = batch->ids;
    std::shuffle(ids.begin(), ids.end(), random_);
    if (faults_.repeat_results) ids.insert(ids.end(), ids.begin(), ids.begin() + 1);
    if (faults_.foreign_results) ids.insert(ids.begin(), "somebody-else");
    for (const std::string& id : ids) text += result(id);
    const bool cut = happens(faults_.cut_results) || cut_at;
    if (cut) text.resize(std::min(cut_at.value_or(random_() % (text.size() + 1)), text.size()));
    cut_at.reset();
    // As LoopCalls cuts lines: the last may lack its newline if the answer ended in order.
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      const std::string line = text.substr(0, end);
      text.erase(0, std::min(end + 1, text.size()));
      fuse->step();
      if (!each(line)) break;
    }
    cli::HalfAnswer answer;
    answer.fate = cli::HalfAnswer::Fate::answered;
    answer.status = 200;
    if (cut && happens(0.5)) answer.error = Error(ErrorKind::upstream_unreachable, "reset");
    return answer;
  }

  void wait(std::chrono::milliseconds time) override { now_ += time.count() / 1000 + 1; }
  int64_t now_unix_s() override { return now_; }
  double random() override { return 0.5; }
  [[nodiscard]] bool interrupted() const override { return false; }

  /// How often a line went out in a batch that was accepted.
  [[nodiscard]] std::map<uint64_t, int> sent_lines() const { return sent_; }
  [[nodiscard]] size_t batches() const { return batches_.size(); }

  bool no_results = false;                 ///< 404, though the batch has ended
  bool other_key = false;                  ///< calls come from another workspace, which is empty
  int refuse_creations = 0;                ///< with this status
  std::optional<cli::HalfAnswer> counted;  ///< the answer of count_tokens
  std::optional<size_t> cut_at;            ///< the next results end behind that many bytes
  std::function<std::string(const std::string& id)> result_of;  ///< instead of a success

  static cli::HalfAnswer refusal(int status, const std::string& message,
                                 const std::string& param = "", const std::string& code = "") {
    cli::HalfAnswer answer = error(status, message);
    answer.error->param = param;
    answer.error->code = code;
    return answer;
  }

 private:
  struct Batch {
    std::string id;
    std::vector<std::string> ids;
    int64_t created = 0;
    int64_t listed = 0;
    int64_t ends = 0;
    bool foreign = false;
    [[nodiscard]] bool ended(int64_t now) const { return now >= ends; }
  };

  bool happens(double chance) {
    return chance > 0 && std::uniform_real_distribution<double>(0, 1)(random_) < chance;
  }
  static cli::HalfAnswer answered(std::string body) {
    cli::HalfAnswer answer;
    answer.fate = cli::HalfAnswer::Fate::answered;
    answer.status = 200;
    answer.body = std::move(body);
    return answer;
  }
  static cli::HalfAnswer error(int status, const std::string& message = "refused") {
    cli::HalfAnswer answer;
    answer.fate = cli::HalfAnswer::Fate::answered;
    answer.status = status;
    answer.error = Error(ErrorKind::upstream_status, message);
    answer.error->http_status = status;
    return answer;
  }
  static cli::HalfAnswer not_sent() {
    cli::HalfAnswer answer;
    answer.fate = cli::HalfAnswer::Fate::not_sent;
    answer.error = Error(ErrorKind::upstream_unreachable, "no way there");
    return answer;
  }
  static std::string id_in(const std::string& path) {
    std::string id = path.substr(std::string("/v1/messages/batches/").size());
    return id.substr(0, id.find('/'));
  }
  Batch* find(const std::string& id) {
    for (Batch& each : batches_) {
      if (each.id == id) return &each;
    }
    return nullptr;
  }
  std::string json(const Batch& batch) const {
    const std::string size = std::to_string(batch.ids.size());
    const bool ended = batch.ended(now_);
    return R"({"id":")" + batch.id + R"(","processing_status":")" +
           (ended ? "ended" : "in_progress") + R"(","request_counts":{"processing":)" +
           (ended ? "0" : size) + R"(,"succeeded":)" + (ended ? size : "0") + "}" +
           (faults_.other_host ? R"(,"results_url":"http://evil.example/")" : "") + "}";
  }
  std::string result(const std::string& id) const {
    if (result_of && id != "somebody-else") {
      return R"({"custom_id":")" + id + R"(","result":)" + result_of(id) + "}\n";
    }
    return R"({"custom_id":")" + id +
           R"(","result":{"type":"succeeded","message":{"id":"msg_1","type":"message","role":"assistant",)"
           R"("model":"claude-sonnet-5-5","content":[{"type":"text","text":"to )" +
           id +
           R"("}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1,"service_tier":"batch"}}}})"
           "\n";
  }

  cli::HalfAnswer route(const cli::HalfCall& call) {
    const std::string start = "/v1/messages/batches";
    if (other_key && call.method == "GET") {
      return call.path.starts_with(start + "?") ? answered(R"({"data":[]})") : error(404);
    }
    if (!call.path.starts_with(start))
      return counted ? *counted : answered(R"({"input_tokens":1})");
    if (call.method == "POST" && call.path == start) return create(call.body);
    if (call.method == "POST") return answered("{}");
    if (call.path.starts_with(start + "?")) return list(call.path);
    Batch* const batch = find(id_in(call.path));
    if (batch == nullptr || happens(faults_.not_found)) return error(404);
    return answered(json(*batch));
  }

  cli::HalfAnswer list(const std::string& path) {
    std::string data;
    const bool one = path.find("limit=1&") != std::string::npos || path.ends_with("limit=1");
    for (auto each = batches_.rbegin(); each != batches_.rend(); ++each) {
      if (now_ < each->listed) continue;
      data += (data.empty() ? "" : ",") + json(*each);
      if (one) break;
    }
    return answered(R"({"data":[)" + data + R"(],"has_more":false})");
  }

  cli::HalfAnswer create(const std::string& body) {
    if (refuse_creations != 0) return error(refuse_creations);
    if (faults_.max_bytes != 0 && body.size() > faults_.max_bytes) return error(413);
    json::Document document;
    if (!document.parse(body)) return error(400);
    Batch batch;
    std::vector<uint64_t> lines;
    for (const json::Reader item : document.root().get("requests").elements()) {
      batch.ids.push_back(item.get("custom_id").string_or(""));
      const std::string content =
          item.get("params").get("messages").at(0).get("content").raw().data();
      // The content says `line N`.
      const size_t at = content.find("line ");
      lines.push_back(std::stoull(content.substr(at + 5)));
      if (faults_.refused_line != 0 && lines.back() == faults_.refused_line) {
        return error(400, "requests." + std::to_string(lines.size() - 1) + ".params: no");
      }
    }
    uint64_t waiting = 0;
    for (const Batch& each : batches_) waiting += each.ended(now_) ? 0 : each.ids.size();
    if (faults_.max_waiting != 0 && waiting + lines.size() > faults_.max_waiting) return error(429);
    if (happens(faults_.refuse)) return error(500);
    batch.created = now_;
    batch.listed = now_ + faults_.lag_s;
    batch.ends = now_ + 600;
    if (faults_.foreign_batches) {
      Batch other = batch;
      other.foreign = true;
      other.id = "msgbatch_" + std::to_string(++made_);
      for (std::string& id : other.ids) {
        if (id.starts_with("proxx_")) id = "proxx_ffffffff_1";
      }
      // Somebody else's is there before ours, now and then instead of it.
      batches_.push_back(other);
    }
    batch.id = "msgbatch_" + std::to_string(++made_);
    batches_.push_back(batch);
    for (const uint64_t line : lines) ++sent_[line];
    if (happens(faults_.lose_answer)) {
      if (happens(0.5)) return error(500);
      cli::HalfAnswer lost;
      lost.fate = cli::HalfAnswer::Fate::unknown;
      lost.error = Error(ErrorKind::upstream_timeout, "silence");
      return lost;
    }
    return answered(json(batch));
  }

  Faults faults_;
  std::mt19937_64 random_;
  int64_t now_ = 1'800'000'000;
  int made_ = 0;
  std::vector<Batch> batches_;
  std::map<uint64_t, int> sent_;
};

/// A journal that a crash leaves as a disk would: with the record or without it.
class SimStore final : public cli::JournalStore {
 public:
  Fuse* fuse = nullptr;
  std::vector<std::string> records;

  Status append(std::string_view line) override {
    fuse->step();
    records.emplace_back(line.substr(0, line.size() - 1));
    fuse->step();
    return {};
  }
};

/// An input of lines, its output, and processes that work on them one after another.
class Simulation {
 public:
  Simulation(uint64_t lines, Faults faults, uint64_t seed = 1)
      : upstream(faults, seed), lines_(lines) {
    std::string name = std::filesystem::temp_directory_path() / "proxx-half-XXXXXX";
    folder_ = mkdtemp(name.data());
    std::ofstream input(folder_ / "in.jsonl");
    for (uint64_t line = 1; line <= lines; ++line) {
      input
          << R"({"custom_id":"id-)" << line
          << R"(","body":{"model":"claude-sonnet-5-5","max_tokens":9,"messages":[{"role":"user","content":"line )"
          << line << R"( "}]}})" << '\n';
    }
  }
  ~Simulation() { std::filesystem::remove_all(folder_); }
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  /// One process, which dies at the given step; true if it came to an end before.
  bool run(int64_t steps) {
    Fuse fuse(steps);
    upstream.fuse = store.fuse = &fuse;
    try {
      end = process();
      return true;
    } catch (const Crash&) {
      return false;
    }
  }

  [[nodiscard]] std::map<std::string, int> output_ids() const {
    std::map<std::string, int> ids;
    std::ifstream output(folder_ / "out.jsonl");
    json::Document document;
    for (std::string line; std::getline(output, line);) {
      if (document.parse(line)) ++ids[document.root().get("custom_id").string_or("?")];
    }
    return ids;
  }
  [[nodiscard]] std::string output() const {
    std::ifstream file(folder_ / "out.jsonl");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] bool each_once() const {
    const auto ids = output_ids();
    return ids.size() == lines_ &&
           std::all_of(ids.begin(), ids.end(), [](const auto& each) { return each.second == 1; });
  }
  [[nodiscard]] bool none_sent_twice() const {
    const auto sent = upstream.sent_lines();
    return std::all_of(sent.begin(), sent.end(), [](const auto& each) { return each.second == 1; });
  }

  SimUpstream upstream;
  SimStore store;
  cli::HalfOptions options;
  Result<cli::HalfEnd> end = err(ErrorKind::internal, "not run");

 private:
  Result<cli::HalfEnd> process() {
    static const ModelTable models;
    options.conversion.models = &models;
    options.conversion.batch_item = true;
    PROXX_ASSIGN(cli::HalfInput input, cli::HalfInput::open(folder_ / "in.jsonl", false));
    cli::Journal journal(store);
    for (const std::string& record : store.records) PROXX_TRY(journal.load(record));
    if (journal.empty()) {
      PROXX_TRY(journal.begin({input.lines(), input.bytes(), input.hash(), "0123abcd", {}}));
    }
    PROXX_ASSIGN(cli::HalfOutput output,
                 cli::HalfOutput::open(folder_ / "out.jsonl", "0123abcd", input));
    cli::HalfReport report(true, OnLossy::ignore);
    cli::HalfContext context{options, input, journal, output, upstream, report};
    return cli::HalfRun(context).run();
  }

  uint64_t lines_;
  std::filesystem::path folder_;
};

}  // namespace proxx::test
