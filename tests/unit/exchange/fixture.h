#pragma once
#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "exchange/exchange.h"
#include "support/fake_upstream.h"
#include "upstream/anthropic_provider.h"

// An exchange between a sink that records and an upstream that the test answers by hand.

namespace proxx::test {

/// Keeps what an exchange tells its client.
class RecordingSink final : public Sink {
 public:
  AnswerHead head;
  std::string text;
  std::optional<Error> error;
  int begins = 0;
  int writes = 0;
  int keep_alives = 0;
  bool finished = false;
  bool full = false;
  std::function<void()> on_end;

  void begin(const AnswerHead& answer_head) override {
    ++begins;
    head = answer_head;
  }
  bool write(std::string_view bytes) override {
    ++writes;
    text.append(bytes);
    return !full;
  }
  void keep_alive() override { ++keep_alives; }
  void finish() override {
    finished = true;
    if (on_end) on_end();
  }
  void fail(const AnswerHead& answer_head, const Error& failure) override {
    head = answer_head;
    error = failure;
    if (on_end) on_end();
  }
  [[nodiscard]] bool ended() const { return finished || error.has_value(); }
};

struct Fixture {
  boost::asio::io_context loop;
  FakeUpstream upstream;
  ModelTable models;
  AnthropicProvider provider{with_session_id()};
  ExchangeContext context;
  RecordingSink sink;
  std::unique_ptr<Exchange> exchange;

  Fixture() {
    context.loop = &loop;
    context.upstream = &upstream;
    context.provider = &provider;
    context.conversion.models = &models;
  }
  static HeaderOptions with_session_id() {
    HeaderOptions options;
    options.session_id = "00000000-0000-4000-8000-000000000000";
    return options;
  }

  void start(std::string body, std::string key = "sk-test") {
    exchange = std::make_unique<Exchange>(context, sink);
    ExchangeRequest request;
    request.body = std::move(body);
    request.credential.api_key = std::move(key);
    exchange->start(std::move(request));
  }
  FakeUpstream::Call& call(size_t index) { return *upstream.calls.at(index); }
  /// Runs timers until `wanted` calls were made, or gives up.
  void run_until_calls(size_t wanted) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (upstream.calls.size() < wanted && std::chrono::steady_clock::now() < deadline) {
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds(100));
    }
    REQUIRE(upstream.calls.size() == wanted);
  }
};

inline const std::string kJsonRequest =
    R"({"model":"claude-sonnet-5-5","messages":[{"role":"user","content":"hi"}]})";
inline const std::string kStreamRequest =
    R"({"model":"claude-sonnet-5-5","stream":true,"messages":[{"role":"user","content":"hi"}]})";
inline const std::string kMessage =
    R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5",)"
    R"("content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","stop_sequence":null,)"
    R"("usage":{"input_tokens":3,"output_tokens":2}})";

inline std::string event(const std::string& type, const std::string& rest) {
  return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + rest + "}\n\n";
}
inline const std::string kStart =
    event("message_start", R"(,"message":{"id":"msg_1","type":"message","role":"assistant",)"
                           R"("model":"claude-sonnet-5-5","content":[],"stop_reason":null,)"
                           R"("usage":{"input_tokens":3,"output_tokens":1}})");
inline const std::string kText =
    event("content_block_start", R"(,"index":0,"content_block":{"type":"text","text":""})") +
    event("content_block_delta", R"(,"index":0,"delta":{"type":"text_delta","text":"hello"})") +
    event("content_block_stop", R"(,"index":0)");
inline const std::string kDelta =
    event("message_delta", R"(,"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2})");
inline const std::string kStop = event("message_stop", "");
inline const std::string kOverloaded =
    event("error", R"(,"error":{"type":"overloaded_error","message":"Overloaded"})");

inline const std::string kThinkingRequest =
    R"({"model":"claude-opus-5-5","messages":[{"role":"user","content":"a"},)"
    R"({"role":"assistant","content":"b","thinking_blocks":[{"type":"thinking",)"
    R"("thinking":"t","signature":"c2ln"}]},{"role":"user","content":"c"}]})";
inline const std::string kThinkingRefused =
    R"({"type":"error","error":{"type":"invalid_request_error","message":)"
    R"("messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to )"
    R"(a different conversation."}})";

inline constexpr auto* kEvents = "text/event-stream; charset=utf-8";
inline constexpr auto* kJson = "application/json";

inline bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace proxx::test
