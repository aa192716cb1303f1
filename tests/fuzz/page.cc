// Whatever clients and upstreams write, the page's data is JSON of the known form, rows and details
// stay in their bounds, and neither a credential's header nor a word that begins like a key is
// shown. A path has one meaning, and what it answers to another site is a refusal. The tokens of a
// relayed answer do not depend on where it is cut.

#include <algorithm>
#include <array>

#include "anthropic/models.h"
#include "base/secret_text.h"
#include "fuzz.h"
#include "json/reader.h"
#include "json/text.h"
#include "server/page/page_json.h"
#include "server/page/page_log.h"
#include "server/page/page_routes.h"
#include "server/relay_usage.h"

namespace proxx::fuzz {
namespace {

using server::PageLog;
using server::PageRoute;
using server::RequestRecord;

constexpr std::string_view kSecret = "sk-ant-api03-hidden-hidden";

/// What an HTTP parser lets through.
std::string field(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, '?');
  return out;
}

std::string name(std::string_view text) {
  std::string out = field(text);
  std::replace(out.begin(), out.end(), ':', '?');
  return out;
}

http::Request request_of(Choices& choices) {
  http::Request request;
  request.method = "POST";
  request.target = field(choices.bytes());
  request.peer = "127.0.0.1:5000";
  request.headers = {{"Authorization", "Bearer " + std::string(kSecret)},
                     {"x-my-api-key", std::string(kSecret)},
                     {"x-note", "see " + std::string(kSecret)}};
  while (choices.flag() && request.headers.size() < 100) {
    request.headers.emplace_back(name(choices.bytes()), field(choices.bytes()));
  }
  request.body = std::string(kSecret) + " " + std::string(choices.bytes());
  return request;
}

RequestRecord record_of(Choices& choices) {
  RequestRecord record;
  record.method = choices.bytes();
  record.path = choices.bytes();
  record.model = choices.bytes();
  record.request_id = choices.bytes();
  record.error_word = choices.bytes();
  record.status = 200 + choices.byte();
  if (choices.flag()) record.first = std::chrono::microseconds(choices.byte());
  if (choices.flag()) record.tokens.emplace().input = choices.byte();
  while (choices.flag() && record.notices.size() < 50) {
    record.notices.push_back({static_cast<Notice::Kind>(choices.below(3)),
                              std::string(choices.bytes()), std::string(choices.bytes())});
  }
  return record;
}

void check_shown(const std::string& json) {
  expect(json::is_valid(json), "the page's data is JSON", json);
  expect(json.find(kSecret) == std::string::npos, "no key is shown", json);
  expect(json.find('\n') == std::string::npos, "an event's data is one line", json);
}

void check_log(const PageLog& log, const ModelTable& models) {
  expect(log.ring_bytes() <= server::kMaxPageRingBytes, "rows and details are bounded");
  expect(log.body_bytes() <= server::kMaxPageBytes, "bodies are bounded");
  const auto rows = log.changed_since(0);
  expect(rows.size() <= server::kMaxPageRequests, "as many rows as may be");
  check_shown(page_snapshot(log, models, 0));
  uint64_t last = 0;
  for (const auto& row : rows) {
    expect(row.id > last, "in order of the ids");
    last = row.id;
    const auto kept = log.find(row.id);
    expect(kept.has_value(), "a row that is listed is found");
    check_shown(page_details(*kept, models));
  }
}

void check_requests(Choices& choices) {
  static const ModelTable models;
  PageLog log;
  log.record_bodies(choices.flag());
  std::vector<server::PageCapture> open;
  do {
    RequestRecord record = record_of(choices);
    open.push_back(log.begin(request_of(choices), record));
    if (choices.flag()) log.set_model(open.back(), record.model);
    if (choices.flag()) log.start_answer(open.back(), record);
    if (choices.flag()) {
      log.end(std::move(open.back()), record, {});
      open.pop_back();
    }
    if (choices.below(8) == 1) log.record_bodies(!log.records_bodies());
  } while (choices.more() && open.size() < 20);
  check_log(log, models);
  log.record_bodies(false);
  expect(log.body_bytes() == 0, "no body is left without recording");
  for (auto& capture : open) {
    RequestRecord record;
    log.end(std::move(capture), record, {});
  }
  for (const auto& row : log.changed_since(0)) expect(!row.open, "all have ended");
}

void check_route(std::string_view path) {
  for (const std::string_view lead : {"", "/", "/proxx/", "/proxx/requests/"}) {
    http::Request request;
    request.method = "GET";
    request.target = std::string(lead) + field(path);
    const PageRoute route = server::page_route_of(request.path());
    if (route == PageRoute::none) continue;
    if (route == PageRoute::request) (void)server::page_request_id(request.path());
    expect(!server::page_methods(route).empty(), "a path has methods");
    request.headers = {{"host", "127.0.0.1:1"}, {"origin", "http://" + field(path)}};
    const bool own = server::is_own_origin(request);
    expect(own == (field(path) == "127.0.0.1:1"), "its own Origin is one", path);
    expect(own || !check_page(request, route, {}), "another site is refused", path);
  }
}

void check_usage(std::string_view text) {
  for (const bool event_stream : {false, true}) {
    std::array<std::optional<server::TokenCounts>, 2> found;
    const std::vector<Pieces> cuts = both_cuts(text);
    for (size_t i = 0; i < found.size(); ++i) {
      server::RelayUsage usage(event_stream);
      for (const std::string& piece : cuts.at(i)) usage.take(piece);
      found.at(i) = usage.tokens(true);
    }
    // Of a long text a different amount of its end may be kept, so a first usage may be lost there.
    if (text.size() > 1024) continue;
    expect(found[0].has_value() == found[1].has_value(), "found wherever it is cut", text);
    if (!found[0]) continue;
    expect(found[0]->input == found[1]->input && found[0]->output == found[1]->output &&
               found[0]->cached == found[1]->cached,
           "the same wherever it is cut", text);
  }
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proxx::fuzz;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Inside of a word it is none that begins like a key.
  if (text.find(kSecret) != std::string_view::npos) return 0;
  check_route(text.substr(0, 64));
  check_usage(text);
  Choices choices(data, size);
  check_requests(choices);
  return 0;
}
