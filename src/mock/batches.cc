#include "mock/batches.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <numeric>
#include <utility>
#include <vector>

#include "mock/batch_item.h"
#include "mock/batch_scenarios.h"
#include "mock/message.h"
#include "mock/query.h"
#include "mock/wire_headers.h"

namespace proxx::mock {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::string_view kPath = "/v1/messages/batches";
constexpr int64_t kLifeSeconds = int64_t{24} * 3600;
constexpr size_t kPieceBytes = size_t{64} << 10;
constexpr milliseconds kLeastHint{20};

enum class Outcome : uint8_t { unknown, succeeded, errored, canceled, expired };

struct Batch {
  std::string id;
  std::string body;  ///< what the items are views of
  http::HeaderList headers;
  std::vector<BatchItem> items;
  std::vector<Outcome> outcomes;  ///< once it has ended
  Clock::time_point ends;
  int64_t created_unix_s = 0;
  bool cancelled = false;
  bool foreign = false;
  uint64_t size = 0;
  int listed_in_vain = 0;
  int asked_in_vain = 0;
  bool results_cut = false;

  [[nodiscard]] bool ended() const { return Clock::now() >= ends; }
};
using BatchPointer = std::shared_ptr<Batch>;

std::string date_time(int64_t unix_s) {
  const auto time = static_cast<std::time_t>(unix_s);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

Json date_or_null(bool there, int64_t unix_s) {
  return there ? Json(date_time(unix_s)) : Json(nullptr);
}

void decide(Batch& batch, const BatchScenario& scenario) {
  if (!batch.outcomes.empty() || batch.foreign) return;
  batch.outcomes.reserve(batch.items.size());
  for (size_t i = 0; i < batch.items.size(); ++i) {
    Outcome outcome = Outcome::succeeded;
    if (batch.cancelled && i % 2 == 1) {
      outcome = Outcome::canceled;
    } else if (i % 3 == 2 && !scenario.every_third.empty()) {
      outcome = scenario.every_third == "expired" ? Outcome::expired : Outcome::errored;
    } else if (check_batch_item(batch.items[i].params, batch.headers)) {
      outcome = Outcome::errored;
    }
    batch.outcomes.push_back(outcome);
  }
}

Json counts_of(const Batch& batch, bool ended) {
  const auto count = [&](Outcome outcome) {
    return std::count(batch.outcomes.begin(), batch.outcomes.end(), outcome);
  };
  if (!ended) {
    return {{"processing", batch.size},
            {"succeeded", 0},
            {"errored", 0},
            {"canceled", 0},
            {"expired", 0}};
  }
  return {{"processing", 0},
          {"succeeded", batch.foreign ? static_cast<int64_t>(batch.size)
                                      : static_cast<int64_t>(count(Outcome::succeeded))},
          {"errored", count(Outcome::errored)},
          {"canceled", count(Outcome::canceled)},
          {"expired", count(Outcome::expired)}};
}

}  // namespace

bool is_batches_path(std::string_view path) {
  return path == kPath || (path.starts_with(kPath) && path[kPath.size()] == '/');
}

struct Batches::Impl {
  explicit Impl(BatchesOptions given)
      : options(std::move(given)), scenario(batch_scenario(options.script)) {}

  Answer refuse(const ApiError& error) const { return answer_error(error, number); }

  Answer json(const Json& value) const {
    Answer out = answer_json(dump(value), number);
    add_hint(out);
    return out;
  }

  /// When it is worth while to ask again.
  void add_hint(Answer& out) const {
    milliseconds next{0};
    for (const BatchPointer& each : batches) {
      if (each->ended() || each->foreign) continue;
      const auto left = std::chrono::duration_cast<milliseconds>(each->ends - Clock::now());
      next = next.count() == 0 ? left + kLeastHint : std::min(next, left + kLeastHint);
    }
    if (next.count() > 0) out.headers.emplace_back("retry-after-ms", std::to_string(next.count()));
  }

  Json batch_json(Batch& batch, const http::Request& request) {
    const bool ended = batch.ended();
    if (ended) decide(batch, scenario);
    const char* running = batch.cancelled ? "canceling" : "in_progress";
    const std::string host =
        scenario.evil ? "127.0.0.2:9" : std::string(request.header("host").value_or(""));
    const std::string results = "http://" + host + std::string(kPath) + "/" + batch.id + "/results";
    return {{"id", batch.id},
            {"type", "message_batch"},
            {"processing_status", ended ? "ended" : running},
            {"request_counts", counts_of(batch, ended)},
            {"created_at", date_time(batch.created_unix_s)},
            {"expires_at", date_time(batch.created_unix_s + kLifeSeconds)},
            {"ended_at", date_or_null(ended, std::time(nullptr))},
            {"cancel_initiated_at", date_or_null(batch.cancelled, std::time(nullptr))},
            {"archived_at", nullptr},
            {"results_url", ended ? Json(results) : Json(nullptr)}};
  }

  BatchPointer add(uint64_t size) {
    auto batch = std::make_shared<Batch>();
    const std::string digits = std::to_string(++made);
    batch->id =
        "msgbatch_mock_" + std::string(8 - std::min<size_t>(8, digits.size()), '0') + digits;
    batch->created_unix_s = std::time(nullptr);
    batch->ends = Clock::now() + options.time;
    batch->size = size;
    batches.push_back(batch);
    return batch;
  }

  [[nodiscard]] uint64_t waiting() const {
    uint64_t count = 0;
    for (const BatchPointer& each : batches) count += each->ended() ? 0 : each->size;
    return count;
  }

  Answer create(const http::Request& request) {
    if (scenario.max_bytes != 0 && request.body.size() > scenario.max_bytes)
      return refuse(api_error(413));
    std::string body = request.body;
    BatchItems read = read_batch_items(body);
    if (read.error) return refuse(*read.error);
    if (scenario.max_waiting != 0 && waiting() + read.items.size() > scenario.max_waiting) {
      Answer full = refuse(api_error(429));
      add_hint(full);
      return full;
    }
    using Creation = BatchScenario::Creation;
    if (scenario.creation == Creation::refused && !std::exchange(refused, true))
      return refuse(api_error(500));
    const BatchPointer batch = add(read.items.size());
    // The items are views: a move must not leave them behind.
    const char* const before = body.data();
    batch->body = std::move(body);
    for (BatchItem& item : read.items) {
      for (std::string_view* const text : {&item.custom_id, &item.params})
        *text = {batch->body.data() + (text->data() - before), text->size()};
    }
    batch->items = std::move(read.items);
    batch->headers = request.headers;
    if (scenario.foreign) add(batch->size)->foreign = true;
    if (scenario.creation == Creation::lost) return refuse(api_error(500));
    if (scenario.creation == Creation::reset) {
      Answer cut;
      cut.cut = true;
      return cut;
    }
    return json(batch_json(*batch, request));
  }

  Answer list(const http::Request& request) {
    const std::string_view query = query_of(request.target);
    const std::string_view after = parameter(query, "after_id");
    const size_t limit = page_size(parameter(query, "limit"));
    Json data = Json::array();
    bool more = false;
    bool past = after.empty();
    for (auto each = batches.rbegin(); each != batches.rend(); ++each) {
      Batch& batch = **each;
      if (!past) {
        past = batch.id == after;
        continue;
      }
      if (data.size() == limit) {
        more = true;
        break;
      }
      if (batch.listed_in_vain < scenario.lag) {
        ++batch.listed_in_vain;
        continue;
      }
      data.push_back(batch_json(batch, request));
    }
    Json first = data.empty() ? Json(nullptr) : data.front()["id"];
    Json last = data.empty() ? Json(nullptr) : data.back()["id"];
    return json({{"data", std::move(data)},
                 {"has_more", more},
                 {"first_id", std::move(first)},
                 {"last_id", std::move(last)}});
  }

  BatchPointer find(std::string_view id) {
    const auto found = std::find_if(batches.begin(), batches.end(),
                                    [&](const BatchPointer& each) { return each->id == id; });
    if (found == batches.end()) return nullptr;
    if ((*found)->asked_in_vain < scenario.lag) {
      ++(*found)->asked_in_vain;
      return nullptr;
    }
    return *found;
  }

  Answer cancel(const BatchPointer& batch, const http::Request& request) {
    if (batch->ended()) return refuse(api_error(400, "Batch " + batch->id + " has ended"));
    batch->cancelled = true;
    batch->ends = std::min(batch->ends, Clock::now() + options.time / 4);
    return json(batch_json(*batch, request));
  }

  Answer remove(const BatchPointer& batch) {
    if (!batch->ended())
      return refuse(api_error(400, "Batch " + batch->id + " is in progress: cancel it first"));
    std::erase(batches, batch);
    return json({{"id", batch->id}, {"type", "message_batch_deleted"}});
  }

  /// In an order that is not the items' own.
  Answer results(const BatchPointer& batch) {
    if (!batch->ended() || batch->foreign)
      return refuse(api_error(404, "Batch " + batch->id + " has no available results"));
    decide(*batch, scenario);
    const size_t size = batch->items.size();
    size_t stride = 7919;
    while (std::gcd(stride, size) != 1) ++stride;
    const bool cut = scenario.cuts_results && !std::exchange(batch->results_cut, true);
    const size_t last = cut ? size / 2 : size;
    Answer out;
    out.headers = answer_headers("application/x-jsonl", number, false);
    const std::string script(is_batch_scenario(options.script) ? scenario.items : options.script);
    out.more = [batch, stride, size, cut, last, script, next = size_t{0},
                first = number]() mutable -> std::string {
      std::string piece;
      while (next < last && piece.size() < kPieceBytes) {
        const size_t index = (next * stride + size / 3) % size;
        piece += result_line(*batch, index, script, first + next);
        ++next;
      }
      if (cut && next == last && piece.size() > 1) {
        piece.resize(piece.size() - piece.size() % 64 - 10);
        ++next;
      }
      return piece;
    };
    return out;
  }

  static std::string result_line(const Batch& batch, size_t index, const std::string& script,
                                 uint64_t number) {
    const BatchItem& item = batch.items[index];
    std::string out = R"({"custom_id":")" + std::string(item.custom_id) + R"(","result":)";
    switch (batch.outcomes[index]) {
      case Outcome::succeeded:
        out += batch_item_result(item.params, script, number);
        break;
      case Outcome::canceled:
        out += R"({"type":"canceled"})";
        break;
      case Outcome::expired:
        out += R"({"type":"expired"})";
        break;
      case Outcome::unknown:
      case Outcome::errored: {
        const auto bad = check_batch_item(item.params, batch.headers);
        out += batch_item_error(bad.value_or(api_error(400)), number);
        break;
      }
    }
    return out + "}\n";
  }

  Answer route(const http::Request& request) {
    std::string_view rest = request.path().substr(kPath.size());
    const bool reads = request.method == "GET";
    const bool posts = request.method == "POST";
    if (rest.empty()) {
      if (posts) return create(request);
      return reads ? list(request) : refuse(api_error(405));
    }
    rest.remove_prefix(1);
    const size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view action = rest.substr(slash);
    const BatchPointer batch = find(rest.substr(0, slash));
    if (!batch) return refuse(api_error(404, "Batch " + std::string(rest) + " was not found"));
    if (action == "/results") return reads ? results(batch) : refuse(api_error(405));
    if (action == "/cancel") return posts ? cancel(batch, request) : refuse(api_error(405));
    if (!action.empty()) return refuse(api_error(404));
    if (request.method == "DELETE") return remove(batch);
    return reads ? json(batch_json(*batch, request)) : refuse(api_error(405));
  }

  BatchesOptions options;
  const BatchScenario& scenario;
  std::vector<BatchPointer> batches;  ///< oldest first
  uint64_t made = 0;
  uint64_t number = 0;
  bool refused = false;
};

Batches::Batches(BatchesOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Batches::~Batches() = default;
Batches::Batches(Batches&&) noexcept = default;
Batches& Batches::operator=(Batches&&) noexcept = default;

Answer Batches::answer(const http::Request& request, uint64_t number) {
  impl_->number = number;
  return impl_->route(request);
}

}  // namespace proxx::mock
