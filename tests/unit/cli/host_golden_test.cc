// Runs tests/golden/host/*.txtar: what the user has set up, and the requests that go out for it.
//   config.yaml, environment (NAME: value), options (beta: NAME of the client's)
//   NAME.json: chat* and stream* are of chat completions, count* of the Responses API's tokens,
//   relay* and relay_count* of Anthropic's own API
//   NAME.request: method and URL, headers, body; or `refused: why`; NAME.notices
//   models.request: the list of models
#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "cli/runtime.h"
#include "exchange/model_fetch.h"
#include "exchange/protocols.h"
#include "support/txtar.h"
#include "unit/config/fixture.h"
#include "unit/exchange/fixture.h"
#include "upstream/host_provider.h"

namespace proxx::test {
namespace {

constexpr int64_t kThen = 1'795'953'600;  // 2026-11-29T12:00:00Z

/// A name that is what this machine is, or this release.
bool varies(const std::string& name) {
  return name == "X-Stainless-OS" || name == "X-Stainless-Arch" || name == "User-Agent";
}

std::string shown(const std::string& url, const UpstreamRequest& request) {
  std::string out = request.method + ' ' + url + request.path + '\n';
  for (const auto& [name, value] : request.headers) {
    out.append(name).append(": ");
    out.append(varies(name) ? "..." : value).append("\n");
  }
  return out + '\n' + request.body + '\n';
}

std::string refused(const Error& error) {
  return "refused: " + error.message + '\n';
}

/// A golden's settings, made to calls as the command line makes them.
class Setup {
 public:
  explicit Setup(const Txtar& golden) {
    Variables variables;
    for (const auto& [name, value] : golden.options("environment")) variables[name] = value;
    for (const auto& [name, value] : golden.options("options")) {
      REQUIRE(name == "beta");
      betas_.push_back(value);
    }
    auto loaded = load(scratch_, golden.text("config.yaml"), variables);
    REQUIRE_MESSAGE(loaded, loaded.error().message);
    REQUIRE(!loaded->incomplete);
    auto keys = read_keys(*loaded, environment(variables));
    REQUIRE_MESSAGE(keys, keys.error().message);
    REQUIRE(!keys->empty());
    credential_ = cli::credential_of(std::move(*keys));
    models_ = cli::model_table(loaded->settings);
    HeaderOptions headers = cli::header_options(loaded->settings);
    headers.session_id = "00000000-0000-4000-8000-000000000000";
    url_ = loaded->settings.upstream_url;
    if (loaded->settings.upstream == HostKind::anthropic) {
      provider_ = make_provider(loaded->target, url_, headers, {});
    } else {
      provider_ = std::make_unique<HostProvider>(loaded->target, url_, headers, Secrets{},
                                                 [] { return kThen; });
    }
    context_.loop = &loop_;
    context_.upstream = &upstream_;
    context_.provider = provider_.get();
    context_.conversion = cli::request_options(*loaded, models_);
  }

  /// What goes out for the input `name`, and the notices.
  std::pair<std::string, Notices> ask(const std::string& name, const std::string& body) {
    if (name.starts_with("relay")) return {relay(name, body), {}};
    RecordingSink sink;
    Exchange exchange(context_, sink);
    Notices notices;
    exchange.on_notices([&notices](const Notices& told) { notices = told; });
    ExchangeRequest request;
    request.body = body;
    request.credential = credential_;
    request.headers.betas = betas_;
    request.counts_tokens = name.starts_with("count");
    request.protocol =
        protocol_of_path(request.counts_tokens ? "/v1/responses" : "/v1/chat/completions");
    exchange.start(std::move(request));
    return {sink.error ? refused(*sink.error) : last_call(), notices};
  }

  std::string list_models() {
    std::string error;
    const ModelFetch fetch(context_, credential_, [&error](const auto& listed) {
      if (!listed) error = refused(listed.error());
    });
    if (upstream_.calls.empty()) loop_.run();
    return error.empty() ? last_call() : error;
  }

 private:
  std::string relay(const std::string& name, const std::string& body) {
    ProviderCall call;
    if (name == "relay_count") call.path = "/v1/messages/count_tokens";
    call.body = body;
    call.credential = credential_;
    call.headers.betas = betas_;
    const auto request = provider_->prepare(std::move(call));
    return request ? shown(url_, *request) : refused(request.error());
  }

  std::string last_call() {
    REQUIRE(upstream_.calls.size() == 1);
    std::string out = shown(url_, upstream_.calls.front()->request);
    upstream_.calls.clear();
    return out;
  }

  Scratch scratch_;
  std::vector<std::string> betas_;
  Credential credential_;
  ModelTable models_;
  std::string url_;
  std::unique_ptr<Provider> provider_;
  boost::asio::io_context loop_;
  FakeUpstream upstream_;
  ExchangeContext context_;
};

constexpr std::string_view kInput = ".json";

Txtar with_results(const Txtar& golden) {
  Setup setup(golden);
  Txtar out{golden.comment, {}};
  for (const auto& section : golden.sections) {
    if (section.name.ends_with(".request") || section.name.ends_with(".notices")) continue;
    out.sections.push_back(section);
    if (!section.name.ends_with(kInput)) continue;
    const std::string name = section.name.substr(0, section.name.size() - kInput.size());
    const auto [request, notices] = setup.ask(name, golden.text(section.name));
    out.sections.push_back({name + ".request", request});
    std::string lines;
    for (const Notice& notice : notices) lines += notice.path + ": " + notice.reason + '\n';
    if (!lines.empty()) out.sections.push_back({name + ".notices", lines});
  }
  out.sections.push_back({"models.request", setup.list_models()});
  return out;
}

}  // namespace

TEST_CASE("hosts: goldens of each host's requests") {
  const auto paths = golden_files("host");
  REQUIRE(paths.size() > 10);
  for (const auto& path : paths) {
    CAPTURE(path.filename().string());
    const std::string text = read_file(path);
    const std::string now = format_txtar(with_results(parse_txtar(text)));
    if (update_golden()) {
      write_file(path, now);
    } else {
      CHECK(now == text);
    }
  }
}

}  // namespace proxx::test
