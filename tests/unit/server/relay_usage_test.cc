#include "server/relay_usage.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "fixture.h"

namespace proxx::server {
namespace {

constexpr std::string_view kStart =
    "event: message_start\n"
    R"(data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
    R"("model":"claude-sonnet-5-5","content":[],"stop_reason":null,"stop_sequence":null,)"
    R"("usage":{"input_tokens":10,"cache_creation_input_tokens":3,"cache_read_input_tokens":20,)"
    R"("output_tokens":1}}})"
    "\n\n";
constexpr std::string_view kEnd =
    "event: message_delta\n"
    R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},)"
    R"("usage":{"output_tokens":50}})"
    "\n\nevent: message_stop\n"
    R"(data: {"type":"message_stop"})"
    "\n\n";

std::string delta(const std::string& text) {
  return "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
         "\"delta\":{\"type\":\"text_delta\",\"text\":\"" +
         text + "\"}}\n\n";
}

/// `IN/OUT/CACHED/WRITTEN`; "" if nothing was found.
std::string found(bool event_stream, std::string_view answer, size_t piece_bytes, bool whole) {
  RelayUsage usage(event_stream);
  for (; !answer.empty(); answer.remove_prefix(std::min(piece_bytes, answer.size()))) {
    // A copy of its own, so that a sanitizer sees a read behind its end.
    usage.take(std::string(answer.substr(0, piece_bytes)));
  }
  const auto tokens = usage.tokens(whole);
  if (!tokens) return "";
  return std::to_string(tokens->input) + "/" + std::to_string(tokens->output) + "/" +
         std::to_string(tokens->cached) + "/" + std::to_string(tokens->cache_write);
}

struct Answered {
  const char* name;
  bool event_stream;
  std::string answer;
  const char* tokens;
};

std::vector<Answered> answers() {
  std::string many;
  for (int i = 0; i < 200; ++i) many += delta("some words");
  const std::string hostile =
      delta(R"(\"usage\":{\"output_tokens\":9} data: {\"type\":\"message_delta\"})");
  const std::string message =
      R"({"content":[{"type":"tool_use","input":{"usage":{"output_tokens":9}}}],"usage": )"
      R"({"input_tokens":10,"output_tokens":50,"x":{"y":"}\""}},"container":null})";
  std::string crlf;
  for (const char c : std::string(kStart) + std::string(kEnd)) {
    if (c == '\n') crlf += '\r';
    crlf += c;
  }
  return {
      {"a short stream", true, std::string(kStart) + std::string(kEnd), "33/50/20/3"},
      {"a long stream", true, std::string(kStart) + many + std::string(kEnd), "33/50/20/3"},
      {"one long event", true,
       std::string(kStart) + delta(std::string(9000, 'x')) + std::string(kEnd), "33/50/20/3"},
      {"text that looks like it", true, std::string(kStart) + hostile + std::string(kEnd),
       "33/50/20/3"},
      {"a ping first", true, std::string(kPingEvent) + std::string(kStart) + std::string(kEnd),
       "33/50/20/3"},
      {"CR LF", true, crlf, "33/50/20/3"},
      {"broken off", true, std::string(kStart) + many, "33/1/20/3"},
      {"no message", true, std::string(kPingEvent), ""},
      {"no events", true, std::string(9000, '\n'), ""},
      {"a message", false, message, "10/50/0/0"},
      {"a long message", false, std::string(9000, ' ') + message, "10/50/0/0"},
      {"a message that is cut", false, message.substr(0, message.size() - 25), ""},
      {"no usage", false, R"({"type":"error","error":{"usage":7}})", ""},
      {"not JSON", false, R"(<html>"usage")", ""},
      {"empty", false, "", ""},
  };
}

TEST_CASE("the tokens of a relayed answer are found, however it is cut") {
  for (const Answered& row : answers()) {
    CAPTURE(row.name);
    for (const size_t piece_bytes : {1, 2, 7, 100, 1000, 1535, 1536, 1537, 1 << 20}) {
      CAPTURE(piece_bytes);
      CHECK(found(row.event_stream, row.answer, piece_bytes, true) == row.tokens);
    }
  }
}

TEST_CASE("wherever a relayed answer breaks off, nothing wrong is read") {
  for (const Answered& row : answers()) {
    CAPTURE(row.name);
    for (size_t size = 0; size < std::min<size_t>(row.answer.size(), 1200); ++size) {
      const std::string tokens =
          found(row.event_stream, row.answer.substr(0, size), 1 << 20, false);
      CAPTURE(size);
      CHECK((tokens.empty() || tokens == row.tokens || tokens == "33/1/20/3"));
    }
  }
}

TEST_CASE("a relayed call's tokens are in the log; of an error or another path there are none") {
  struct Case {
    const char* path;
    HeaderList head;
    int status;
    std::string answer;
    bool counted;
  };
  const std::string stream = std::string(kStart) + delta("hi") + std::string(kEnd);
  HeaderList gzip = kJson;
  gzip.emplace_back("content-encoding", "gzip");
  const Case cases[] = {
      {"/v1/messages", kEventStream, 200, stream, true},
      {"/v1/messages", kJson, 200, std::string(kMessage), true},
      {"/v1/messages", kJson, 400, std::string(kMessage), false},
      {"/v1/messages", gzip, 200, std::string(kMessage), false},
      {"/v1/messages/count_tokens", kJson, 200, std::string(kMessage), false},
  };
  for (const Case& one : cases) {
    CAPTURE(one.path);
    CAPTURE(one.answer);
    Harness server;
    const auto client = server.ask(request_of("POST", one.path, {}, "{}"));
    auto& call = *server.upstream.calls.at(0);
    call.head(one.status, one.head);
    call.data(one.answer);
    call.done();
    CHECK(client->body == one.answer);
    CHECK(has(server.log.text(), " out=") == one.counted);
  }
  Harness server;
  const auto client = server.ask(request_of("POST", "/v1/messages", {}, "{}"));
  auto& call = *server.upstream.calls.at(0);
  call.head(200, kEventStream);
  call.data(kStart);
  client->gone();
  CHECK(has(server.log.text(), " in=33 out=1 "));
}

}  // namespace
}  // namespace proxx::server
