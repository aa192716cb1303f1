#include "mock/scenarios/faults.h"

#include <array>

#include "mock/scenarios/messages.h"
#include "mock/wire_headers.h"

namespace proxx::mock {
namespace {

constexpr const char* kEventStream = "text/event-stream; charset=utf-8";
constexpr const char* kJson = "application/json";
constexpr std::chrono::milliseconds kSlowDelay{200};
/// What a whole answer takes: about as long as its events would.
constexpr std::chrono::milliseconds kSlowAnswer{2'000};
constexpr size_t kHugeBytes = size_t{4} << 20;
constexpr size_t kOversizedBytes = size_t{17} << 20;  // the limit of one event is 16 MiB
constexpr size_t kWriteBytes = size_t{64} << 10;

Answer text(const Asked& asked) {
  return play_message(make_text_message(asked), asked);
}

Answer status(const Asked& asked, int code) {
  return answer_error(api_error(code), asked.number);
}

template <int code>
Answer error(const Asked& asked) {
  return status(asked, code);
}

Answer answer_of(const Asked& asked, int code, const char* content_type, std::string body) {
  Answer out;
  out.status = code;
  out.headers = answer_headers(content_type, asked.number);
  out.pieces.push_back(std::move(body));
  out.whole = true;
  return out;
}

Answer error_502_html(const Asked& asked) {
  return answer_of(asked, 502, "text/html",
                   "<html><head><title>502 Bad Gateway</title></head><body></body></html>\n");
}

Answer flaky(const Asked& asked) {
  return asked.attempt == 1 ? status(asked, 529) : text(asked);
}

std::string error_event() {
  return render_event("error",
                      {{"error", {{"type", "overloaded_error"}, {"message", "Overloaded"}}}});
}

/// Half the pieces of the text answer; half the bytes of one that is not a stream.
Answer half(const Asked& asked) {
  Answer out = text(asked);
  out.whole = false;
  if (asked.stream) {
    out.pieces.resize(out.pieces.size() / 2);
  } else {
    out.pieces.front().resize(out.pieces.front().size() / 2);
  }
  return out;
}

Answer overloaded_first_event(const Asked& asked) {
  if (!asked.stream) return status(asked, 529);
  Answer out = text(asked);
  out.pieces = {error_event()};
  return out;
}

Answer error_mid_stream(const Asked& asked) {
  if (!asked.stream) return status(asked, 529);
  Answer out = half(asked);
  out.pieces.push_back(error_event());
  return out;
}

Answer truncated(const Asked& asked) {
  Answer out = half(asked);
  if (asked.stream) out.pieces.back().resize(out.pieces.back().size() / 2);
  return out;
}

Answer truncated_after_delta(const Asked& asked) {
  if (!asked.stream) return half(asked);
  Answer out = text(asked);
  out.pieces.pop_back();
  return out;
}

Answer reset(const Asked&) {
  Answer out;
  out.cut = true;
  return out;
}

Answer reset_mid_stream(const Asked& asked) {
  Answer out = half(asked);
  out.cut = true;
  return out;
}

Answer hang(const Asked&) {
  Answer out;
  out.stalls = true;
  return out;
}

Answer stall(const Asked& asked) {
  Answer out = half(asked);
  out.stalls = true;
  return out;
}

Answer slow(const Asked& asked) {
  Answer out = text(asked);
  out.delay = kSlowDelay;
  if (out.whole) out.delays = {kSlowAnswer};
  return out;
}

Answer one_byte(const Asked& asked) {
  Answer out = text(asked);
  out.whole = false;
  std::string all;
  for (const std::string& piece : out.pieces) all += piece;
  out.pieces.clear();
  for (const char c : all) out.pieces.emplace_back(1, c);
  return out;
}

Answer long_text(const Asked& asked, size_t bytes) {
  Message message = make_text_message(asked);
  message.content.front().value["text"] = std::string(bytes, 'x');
  return play_message(message, asked);
}

Answer huge_event(const Asked& asked) {
  return long_text(asked, kHugeBytes);
}

Answer oversized_event(const Asked& asked) {
  Answer out = long_text(asked, kOversizedBytes);
  if (!asked.stream) return out;
  std::vector<std::string> cut;
  for (const std::string& piece : out.pieces)
    for (size_t at = 0; at < piece.size(); at += kWriteBytes)
      cut.push_back(piece.substr(at, kWriteBytes));
  out.pieces = std::move(cut);
  return out;
}

Answer pings(const Asked& asked) {
  Answer out = text(asked);
  if (!asked.stream) return out;
  std::vector<std::string> mixed;
  for (std::string& piece : out.pieces) {
    mixed.push_back(render_event("ping"));
    mixed.push_back(": a comment\n\n");
    mixed.push_back(std::move(piece));
  }
  out.pieces = std::move(mixed);
  return out;
}

Answer crlf(const Asked& asked) {
  Answer out = text(asked);
  if (!asked.stream) return out;
  for (std::string& piece : out.pieces) {
    std::string with_cr;
    for (const char c : piece) with_cr += c == '\n' ? std::string("\r\n") : std::string(1, c);
    piece = std::move(with_cr);
  }
  return out;
}

/// Block 0 is of an unknown type, block 1 the text with an unknown delta in it.
Answer unknown_events(const Asked& asked) {
  Message message = make_text_message(asked);
  Block unknown{{{"type", "hologram"}, {"shape", "cube"}}, {}};
  message.content.insert(message.content.begin(), std::move(unknown));
  Answer out = play_message(message, asked);
  if (!asked.stream) return out;
  const auto delta = [](int index) {
    return render_event("content_block_delta",
                        {{"index", index}, {"delta", {{"type", "hologram_delta"}, {"x", 1}}}});
  };
  // message_start, start and stop of block 0, start of block 1, ...
  out.pieces.insert(out.pieces.begin() + 4, delta(1));
  out.pieces.insert(out.pieces.begin() + 2, delta(0));
  out.pieces.insert(out.pieces.begin() + 1, render_event("weather", {{"sky", "blue"}}));
  return out;
}

Answer wrong_content_type(const Asked& asked) {
  return answer_of(asked, 200, "text/html", "<html><body>Sign in to this network</body></html>\n");
}

Answer redirect(const Asked& asked) {
  Answer out = answer_of(asked, 307, kJson, "");
  out.headers.emplace_back("location", "https://other.example/v1/messages");
  return out;
}

Answer gzip(const Asked& asked) {
  Answer out = text(asked);
  std::string all;
  for (const std::string& piece : out.pieces) all += piece;
  out.pieces = {gzip_stored(all)};
  out.whole = true;
  out.headers.emplace_back("content-encoding", "gzip");
  return out;
}

Answer garbage(const Asked& asked) {
  return answer_of(asked, 200, asked.stream ? kEventStream : kJson,
                   "\x01\x02 neither JSON \xff nor events\n");
}

Answer malformed_event(const Asked& asked) {
  if (!asked.stream) return answer_of(asked, 200, kJson, R"({"type":"message","content":[)");
  Answer out = half(asked);
  out.pieces.emplace_back(
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\n\n");
  return out;
}

Answer other_form(const Asked& asked) {
  Asked other = asked;
  other.stream = !asked.stream;
  return text(other);
}

constexpr std::array kScenarios{
    FaultScenario{"error-400", "invalid_request_error", error<400>},
    FaultScenario{"error-401", "authentication_error", error<401>},
    FaultScenario{"error-402", "billing_error", error<402>},
    FaultScenario{"error-403", "permission_error", error<403>},
    FaultScenario{"error-404", "not_found_error", error<404>},
    FaultScenario{"error-409", "conflict_error", error<409>},
    FaultScenario{"error-413", "request_too_large", error<413>},
    FaultScenario{"error-422", "a status the documentation does not list", error<422>},
    FaultScenario{"error-429", "rate_limit_error with retry-after: 1", error<429>},
    FaultScenario{"error-500", "api_error", error<500>},
    FaultScenario{"error-502-html", "a page of HTML from a gateway", error_502_html},
    FaultScenario{"error-503", "a service that is not there", error<503>},
    FaultScenario{"error-504", "timeout_error", error<504>},
    FaultScenario{"error-529", "overloaded_error", error<529>},
    FaultScenario{"flaky", "529 to the server's first request, then text", flaky},
    FaultScenario{"overloaded-first-event", "a stream whose first event is an error",
                  overloaded_first_event},
    FaultScenario{"error-mid-stream", "an error event after some text", error_mid_stream},
    FaultScenario{"truncated", "the end inside an event", truncated},
    FaultScenario{"truncated-after-delta", "all but message_stop", truncated_after_delta},
    FaultScenario{"reset", "the connection is cut without an answer", reset},
    FaultScenario{"reset-mid-stream", "the connection is cut after some text", reset_mid_stream},
    FaultScenario{"hang", "no answer at all", hang},
    FaultScenario{"stall", "some text, then nothing", stall},
    FaultScenario{"slow", "200 ms between events, or 2 s before a whole answer", slow},
    FaultScenario{"one-byte", "one byte a write", one_byte},
    FaultScenario{"huge-event", "an event of 4 MiB", huge_event},
    FaultScenario{"oversized-event", "an event of 17 MiB", oversized_event},
    FaultScenario{"unknown-events", "events, blocks and deltas of unknown types", unknown_events},
    FaultScenario{"pings", "pings and comments between all events", pings},
    FaultScenario{"crlf", "lines that end in CR LF", crlf},
    FaultScenario{"wrong-content-type", "HTML with status 200", wrong_content_type},
    FaultScenario{"redirect", "307 to another host", redirect},
    FaultScenario{"gzip", "a coded body nobody asked for", gzip},
    FaultScenario{"garbage", "bytes that are neither JSON nor events", garbage},
    FaultScenario{"malformed-event", "an event whose data is no JSON", malformed_event},
    FaultScenario{"other-form", "JSON to a streaming call, events to another", other_form},
};

}  // namespace

std::span<const FaultScenario> fault_scenarios() {
  return kScenarios;
}

Answer play_message(const Message& message, const Asked& asked) {
  Answer out;
  out.headers = answer_headers(asked.stream ? kEventStream : kJson, asked.number);
  if (asked.stream) {
    out.headers.emplace_back("cache-control", "no-cache");
    out.pieces = render_events(message);
  } else {
    out.pieces.push_back(render_json(message));
    out.whole = true;
  }
  return out;
}

}  // namespace proxx::mock
