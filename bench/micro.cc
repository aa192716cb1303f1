// The converter alone, no sockets: what one event, one request and one answer cost. `allocations`
// is calls of operator new an iteration; an event on an open stream is to make none. Inputs have
// the usual shape and go through the same calls as in the exchange.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "answer/converter.h"
#include "anthropic/sse.h"
#include "openai/chat/output.h"
#include "openai/chat/request.h"
#include "openai/responses/answer/output.h"
#include "openai/responses/request.h"
#include "server/system.h"

namespace {

uint64_t allocations = 0;

void* allocate(size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// The other forms of new and delete of the library end in these.
void* operator new(size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace proxx {
namespace {

/// Counts from its making on, and reports with the benchmark.
class AllocationCount {
 public:
  explicit AllocationCount(benchmark::State& state) : state_(state), before_(allocations) {}
  ~AllocationCount() {
    state_.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations - before_),
                                                        benchmark::Counter::kAvgIterations);
  }
  AllocationCount(const AllocationCount&) = delete;
  AllocationCount& operator=(const AllocationCount&) = delete;

 private:
  benchmark::State& state_;
  uint64_t before_;
};

std::string event(std::string_view name, std::string_view data) {
  return std::string("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
}

std::string delta_event(std::string_view delta) {
  return event("content_block_delta", std::string(R"({"type":"content_block_delta","index":0,)")
                                          .append(R"("delta":)")
                                          .append(delta)
                                          .append("}"));
}

std::string repeated(std::string_view text, int64_t times) {
  std::string out;
  for (int64_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string text_delta() {
  return delta_event(R"({"type":"text_delta","text":" the quick brown fox"})");
}

std::string tool_delta() {
  return delta_event(R"({"type":"input_json_delta","partial_json":"\"location\": \"San Fra"})");
}

std::string stream_begin(std::string_view block) {
  return event("message_start",
               R"({"type":"message_start","message":{"id":"msg_01XFDUDYJgAACzvnptvVoYEL",)"
               R"("type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[],)"
               R"("stop_reason":null,"stop_sequence":null,)"
               R"("usage":{"input_tokens":25,"output_tokens":1}}})") +
         event("content_block_start",
               std::string(R"({"type":"content_block_start","index":0,"content_block":)")
                   .append(block)
                   .append("}"));
}

/// Events of open streams: `state.range(0)` come with each piece of the upstream's bytes. After
/// kDeltas of them a new stream begins, as the answers of the Responses API keep their text.
void stream_events(benchmark::State& state, std::string_view block, std::string_view one,
                   AnswerConverter (*make)()) {
  constexpr int64_t kDeltas = 4096;
  const std::string begin = stream_begin(block);
  const std::string piece = repeated(one, state.range(0));
  std::string out;
  AnswerConverter converter = make();
  int64_t left = 0;
  const AllocationCount count(state);
  for ([[maybe_unused]] auto _ : state) {
    out.clear();
    if (left == 0) {
      converter = make();
      if (!converter.feed_events(begin, out)) return state.SkipWithError("no stream");
      left = kDeltas;
    }
    left -= state.range(0);
    const Status status = converter.feed_events(piece, out);
    if (!status) return state.SkipWithError("no such event");
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(piece.size()));
}

AnswerConverter chat_converter() {
  return AnswerConverter(openai::make_chat_output(AnswerForm::stream, {}));
}

int64_t no_clock() {
  return 0;
}

AnswerConverter responses_converter() {
  return AnswerConverter(openai::responses::make_output(
      AnswerForm::stream, std::make_shared<const openai::responses::AnswerOptions>(), {},
      no_clock));
}

constexpr std::string_view kTextBlock = R"({"type":"text","text":""})";
constexpr std::string_view kToolBlock =
    R"({"type":"tool_use","id":"toolu_01T1x1fJ34qAmk2tNTrN7Up6","name":"get_weather","input":{}})";

void text_delta(benchmark::State& state) {
  stream_events(state, kTextBlock, text_delta(), chat_converter);
}
BENCHMARK(text_delta)->Arg(1)->Arg(64);

void tool_delta(benchmark::State& state) {
  stream_events(state, kToolBlock, tool_delta(), chat_converter);
}
BENCHMARK(tool_delta)->Arg(1)->Arg(64);

/// The same as events of the Responses API.
void responses_text_delta(benchmark::State& state) {
  stream_events(state, kTextBlock, text_delta(), responses_converter);
}
BENCHMARK(responses_text_delta)->Arg(1)->Arg(64);

void responses_tool_delta(benchmark::State& state) {
  stream_events(state, kToolBlock, tool_delta(), responses_converter);
}
BENCHMARK(responses_tool_delta)->Arg(1)->Arg(64);

/// A whole stream of `state.range(0)` text deltas, one at a time. The last four events of the
/// Responses API repeat the text.
void text_stream(benchmark::State& state, AnswerConverter (*make)()) {
  const std::string begin = stream_begin(kTextBlock);
  const std::string delta = text_delta();
  const std::string end =
      event("content_block_stop", R"({"type":"content_block_stop","index":0})") +
      event("message_delta", R"({"type":"message_delta","delta":{"stop_reason":"end_turn",)"
                             R"("stop_sequence":null},"usage":{"output_tokens":64}})") +
      event("message_stop", R"({"type":"message_stop"})");
  std::string out;
  const AllocationCount count(state);
  for ([[maybe_unused]] auto _ : state) {
    AnswerConverter converter = make();
    bool is_fine = converter.feed_events(begin, out).has_value();
    for (int64_t i = 0; i < state.range(0); ++i) {
      out.clear();
      is_fine &= converter.feed_events(delta, out).has_value();
      benchmark::DoNotOptimize(out.data());
    }
    is_fine &= converter.feed_events(end, out).has_value();
    if (!is_fine || !converter.complete()) return state.SkipWithError("no whole stream");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void chat_text_stream(benchmark::State& state) {
  text_stream(state, chat_converter);
}
BENCHMARK(chat_text_stream)->Arg(1000);

void responses_text_stream(benchmark::State& state) {
  text_stream(state, responses_converter);
}
BENCHMARK(responses_text_stream)->Arg(1000);

/// What each try of a request costs whose tools are that many bytes, which the answer repeats.
void responses_try(benchmark::State& state) {
  const std::string request =
      R"({"input":"x","tools":[{"type":"function","name":"f","description":")" +
      repeated("words of a tool's description. ", state.range(0) / 31) +
      R"(","parameters":{"type":"object"}}]})";
  const ModelTable models;
  RequestOptions options;
  options.models = &models;
  options.default_model = "claude-sonnet-5-5";
  json::Document document;
  if (!document.parse(request)) return state.SkipWithError("no JSON");
  const auto converted = openai::responses::kProtocol.convert(document.root(), options);
  if (!converted) return state.SkipWithError("not a request");
  const AllocationCount count(state);
  for ([[maybe_unused]] auto _ : state) {
    const auto output = converted->make_output(AnswerForm::stream, {}, no_clock);
    benchmark::DoNotOptimize(output.get());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(request.size()));
}
BENCHMARK(responses_try)->Arg(400)->Arg(40 << 10);

constexpr std::string_view kRequestHead =
    R"({"model":"claude-sonnet-5-5","max_tokens":1024,"tools":[{"type":"function","function":)"
    R"({"name":"get_weather","description":"Get the current weather in a location","parameters":)"
    R"({"type":"object","properties":{"location":{"type":"string","description":"City"},"unit":)"
    R"({"type":"string","enum":["celsius","fahrenheit"]}},"required":["location"]}}}],"messages":[)"
    R"({"role":"system","content":"You are a helpful assistant. Answer briefly and precisely."},)";

/// A question, a call, its result and what is said of it: a kilobyte and a half with the result
/// empty.
std::string turn(size_t number, std::string_view result) {
  const std::string id = "call_" + std::to_string(number);
  const std::string talk = repeated(R"(A process owns memory; threads \"share\" it.\n)", 12);
  return R"({"role":"user","content":")" + talk +
         R"("},{"role":"assistant","content":null,"tool_calls":[{"id":")" + id +
         R"(","type":"function","function":{"name":"get_weather","arguments":)" +
         R"("{\"location\":\"Paris\",\"unit\":\"celsius\"}"}}]},{"role":"tool","tool_call_id":")" +
         id + R"(","content":")" + std::string(result) + R"("},{"role":"assistant","content":")" +
         talk + R"("},)";
}

/// Conversations of `state.range(0)` bytes that end with a question.
void request_of(benchmark::State& state, std::string_view result) {
  std::string text(kRequestHead);
  const auto bytes = static_cast<size_t>(state.range(0));
  for (size_t number = 0; text.size() < bytes; ++number) text += turn(number, result);
  text += R"({"role":"user","content":"And now?"}]})";
  const ModelTable models;
  RequestOptions options;
  options.models = &models;
  if (!convert_request(text, options)) return state.SkipWithError("not a request");
  const AllocationCount count(state);
  for ([[maybe_unused]] auto _ : state) {
    const Result<ConvertedChatRequest> converted = convert_request(text, options);
    benchmark::DoNotOptimize(converted->body.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}

void request(benchmark::State& state) {
  request_of(state, "18 degrees, light rain");
}
BENCHMARK(request)->Arg(1 << 10)->Arg(64 << 10)->Arg(1 << 20);

/// As coding agents send them: each result a page of a file.
void request_with_files(benchmark::State& state) {
  request_of(state, repeated(R"(  if (!status) return \"nothing\";\n)", 400));
}
BENCHMARK(request_with_files)->Arg(1 << 20);

/// An answer of that many bytes of text, as a call that does not stream gets it.
void response(benchmark::State& state) {
  const std::string words = repeated(" the quick brown fox", state.range(0) / 20);
  const std::string text =
      R"({"id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message","role":"assistant",)"
      R"("model":"claude-sonnet-5-5","content":[{"type":"text","text":")" +
      words +
      R"("}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":25,)"
      R"("cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":64}})";
  const AllocationCount count(state);
  for ([[maybe_unused]] auto _ : state) {
    AnswerConverter converter(openai::make_chat_output(AnswerForm::whole, {}));
    std::string out;
    if (!converter.feed_message(text, out) || !converter.complete()) {
      return state.SkipWithError("not a message");
    }
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(response)->Arg(1200);

void sse_parser(benchmark::State& state) {
  constexpr int64_t kEvents = 1000;
  const std::string piece = repeated(text_delta(), kEvents);
  SseParser parser;
  const AllocationCount count(state);
  for ([[maybe_unused]] auto _ : state) {
    parser.feed(piece);
    while (const auto data = parser.next()) benchmark::DoNotOptimize(data->data());
  }
  state.SetItemsProcessed(state.iterations() * kEvents);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(piece.size()));
}
BENCHMARK(sse_parser);

}  // namespace
}  // namespace proxx

int main(int argc, char** argv) {
  proxx::server::keep_freed_memory();  // as serve has it
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
