#include "mock/mock.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "mock/batch_scenarios.h"
#include "mock/batches.h"
#include "mock/file.h"
#include "mock/models_api.h"
#include "mock/player.h"
#include "mock/query.h"
#include "mock/replay.h"
#include "mock/rules/rules.h"
#include "mock/wire_headers.h"

namespace proxx::mock {
namespace {

constexpr std::string_view kModelsPath = "/v1/models";

/// As much as a recorded answer may have.
constexpr size_t kMaxScriptBytes = size_t{256} << 20;

Result<Answer> read_script_file(const std::string& path) {
  PROXX_ASSIGN(std::string text, read_regular_file(path, kMaxScriptBytes));
  Answer out;
  out.whole = path.ends_with(".json");
  out.pieces.push_back(std::move(text));
  return out;
}

std::string no_such_scenario(const std::string& name) {
  std::string out = "there is no scenario '" + name + "'; there are:";
  for (const ScenarioInfo& each : scenarios()) out += ' ' + std::string(each.name);
  return out + ", and files that end in .sse or .json";
}

}  // namespace

struct Mock::Impl final : http::Handler {
  Impl(boost::asio::io_context& loop, MockOptions given)
      : loop_(loop),
        options(std::move(given)),
        batches({options.script, options.batch_time}),
        server(loop, *this, http::Limits{}) {}

  ~Impl() override {
    for (const auto& player : std::exchange(players, {})) player->stop();
    server.stop();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status load_script() {
    PROXX_ASSIGN(host, Host::make(options.host));
    if (!options.replay.empty()) {
      PROXX_ASSIGN(recordings, Recordings::load(options.replay));
      return {};
    }
    const std::string& script = options.script;
    if (script.ends_with(".sse") || script.ends_with(".json")) {
      PROXX_ASSIGN(file, read_script_file(script));
    } else if (!script.empty() && !is_scenario(script)) {
      return err(ErrorKind::usage, no_such_scenario(script));
    }
    return {};
  }

  void handle(http::Request request, std::shared_ptr<http::Responder> responder) override {
    ++counts.requests;
    http::Request asked = request;
    std::optional<Answer> refused;
    if (host && !host->is_anthropic()) refused = host->admit(asked, counts.requests);
    if (refused) ++counts.refused;
    Answer given = refused ? std::move(*refused) : answer_for(asked);
    if (host) host->shape(given);
    auto player = std::make_shared<Player>(loop_, std::move(given), std::move(responder));
    remember(std::move(request));
    ++counts.open;
    players.insert(player);
    player->start([this, raw = player.get()](Player::Outcome outcome) {
      --counts.open;
      if (outcome == Player::Outcome::gone) ++counts.cancelled;
      players.erase(raw->shared_from_this());
    });
  }

  http::Response error(int status, std::string_view what) override {
    ++counts.requests;
    Answer out = answer_error(api_error(status, std::string(what)), counts.requests);
    return {out.status, std::move(out.headers), std::move(out.pieces.front()), true};
  }

  void remember(http::Request request) {
    if (options.keep_requests == 0) return;
    if (kept.size() == options.keep_requests) kept.erase(kept.begin());
    kept.push_back(std::move(request));
  }

  Answer refuse(const ApiError& error) {
    ++counts.refused;
    return answer_error(error, counts.requests);
  }

  Answer not_found() { return refuse(api_error(404, "Not found")); }

  Answer answer_for(const http::Request& request) {
    const std::string_view path = request.path();
    if (path == "/" && request.method == "HEAD") return answer_json("", counts.requests);
    if (is_batches_path(path)) {
      if (auto bad = check_headers(request.headers)) return refuse(*bad);
      return batches.answer(request, counts.requests);
    }
    const bool models = path.starts_with(kModelsPath);
    if (path != "/v1/messages" && path != "/v1/messages/count_tokens" && !models)
      return not_found();
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (models ? !reads : request.method != "POST") return refuse(api_error(405));
    if (models) return models_answer(request);
    return path == "/v1/messages" ? message_answer(request) : count_answer(request);
  }

  Answer models_answer(const http::Request& request) {
    if (auto bad = check_headers(request.headers)) return refuse(*bad);
    std::string_view rest = request.path().substr(kModelsPath.size());
    if (rest.empty()) return answer_json(models_page(query_of(request.target)), counts.requests);
    if (!rest.starts_with('/')) return not_found();
    rest.remove_prefix(1);
    const ModelRules* model = find_model(rest);
    if (!model) return refuse(api_error(404, "model: " + std::string(rest)));
    return answer_json(model_info(*model), counts.requests);
  }

  Answer count_answer(const http::Request& request) {
    if (auto bad = check_request(request.body, request.headers, Endpoint::count_tokens))
      return refuse(*bad);
    const int64_t tokens = count_input_tokens(read_request(request.body).body);
    return answer_json("{\"input_tokens\":" + std::to_string(tokens) + "}", counts.requests);
  }

  Answer message_answer(const http::Request& request) {
    ++counts.messages;
    if (recordings) return replay_answer(request);
    if (auto bad = check_request(request.body, request.headers)) return refuse(*bad);
    if (file) return file_answer();
    Asked asked = read_request(request.body);
    asked.number = counts.requests;
    asked.attempt = counts.messages;
    std::string name = options.script;
    if (is_batch_scenario(name)) name = batch_scenario(name).items;
    Answer out = answer(name.empty() ? choose_scenario(asked) : name, asked);
    out.delay += options.delay.value_or(std::chrono::milliseconds(0));
    return out;
  }

  Answer file_answer() {
    Answer out = *file;
    out.headers = answer_headers(
        out.whole ? "application/json" : "text/event-stream; charset=utf-8", counts.requests);
    out.delay = options.delay.value_or(std::chrono::milliseconds(0));
    return out;
  }

  /// Recorded refusals are answers too, so no rule but that of the key applies.
  Answer replay_answer(const http::Request& request) {
    if (auto bad = check_headers(request.headers)) return refuse(*bad);
    Answer out = recordings->answer(request.body, counts.requests);
    if (options.delay) {
      out.delays.clear();
      out.delay = *options.delay;
    }
    return out;
  }

  boost::asio::io_context& loop_;
  MockOptions options;
  std::optional<Host> host;
  std::optional<Answer> file;
  std::optional<Recordings> recordings;
  Batches batches;
  MockCounts counts;
  std::vector<http::Request> kept;
  std::set<std::shared_ptr<Player>> players;
  http::Server server;
};

Mock::Mock(boost::asio::io_context& loop, MockOptions options)
    : impl_(std::make_unique<Impl>(loop, std::move(options))) {}

Mock::~Mock() = default;

Result<uint16_t> Mock::listen(const std::string& host, uint16_t port) {
  PROXX_TRY(impl_->load_script());
  http::ListenOptions where;
  where.host = host;
  where.port = port;
  where.keeps_spare = true;
  PROXX_TRY(impl_->server.listen(where));
  return impl_->server.port();
}

const std::vector<http::Request>& Mock::requests() const {
  return impl_->kept;
}

const MockCounts& Mock::counts() const {
  return impl_->counts;
}

}  // namespace proxx::mock
