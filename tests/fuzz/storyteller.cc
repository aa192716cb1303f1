#include "storyteller.h"

#include <algorithm>
#include <cstdio>

#include "base/utf8.h"

namespace proxx::fuzz {
namespace {

char32_t code_point_of(std::string_view sequence) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(sequence[at]); };
  switch (sequence.size()) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1FU) << 6 | (byte(1) & 0x3FU);
    case 3:
      return (byte(0) & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    default:
      return (byte(0) & 0x07U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 |
             (byte(3) & 0x3FU);
  }
}

std::string unit_escape(unsigned unit) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", unit);
  return text;
}

std::string escape_of(char32_t code_point) {
  if (code_point < 0x10000) return unit_escape(code_point);
  return unit_escape(0xD800 + ((code_point - 0x10000) >> 10)) +
         unit_escape(0xDC00 + ((code_point - 0x10000) & 0x3FF));
}

/// Longer ones only take longer. Once the choices are used up pieces are of the longest: a piece
/// for each character took most of the time.
constexpr size_t kLongestText = 40;
constexpr size_t kLongestPiece = 32;

struct Reason {
  std::string_view anthropic;
  std::string_view openai;
};
/// docs/mapping-chat.md 6.7.
constexpr Reason kReasons[] = {
    {"end_turn", "stop"},          {"tool_use", "tool_calls"},
    {"max_tokens", "length"},      {"stop_sequence", "stop"},
    {"pause_turn", "stop"},        {"model_context_window_exceeded", "length"},
    {"refusal", "content_filter"}, {"of_next_year", "stop"},
};

}  // namespace

std::string Storyteller::text() {
  static constexpr std::string_view kTexts[] = {"",         "a",
                                                "\xC3\xA9", "\xF0\x9F\x98\x80",
                                                "\n",       "\"",
                                                "\\",       "\r\n\r\n",
                                                "data: ",   "\xE2\x80\xA8",
                                                "[DONE]",   "\\ud83d",
                                                "{\"x\":",  std::string_view("\0", 1),
                                                "\x7F"};
  const size_t choice = choices_.below(std::size(kTexts) + 4);
  if (choice < std::size(kTexts)) return std::string(kTexts[choice]);
  return utf8::repaired(choices_.bytes().substr(0, kLongestText));
}

std::string Storyteller::quoted(std::string_view text) {
  const bool all = choices_.flag();
  std::string out = "\"";
  while (!text.empty()) {
    const std::string_view sequence = text.substr(0, utf8::sequence_length(text));
    text.remove_prefix(sequence.size());
    const char32_t code_point = code_point_of(sequence);
    if (all || code_point < 0x20) {
      out += escape_of(code_point);
    } else if (code_point == '"' || code_point == '\\') {
      out.append("\\").append(sequence);
    } else {
      out.append(sequence);
    }
  }
  return out + '"';
}

void Storyteller::event(std::string_view type, const std::string& data) {
  noise();
  if (choices_.below(4) != 3) stream_.append("event: ").append(type).append(line_end_);
  stream_.append("data: ").append(data).append(line_end_).append(line_end_);
}

void Storyteller::noise() {
  static constexpr std::string_view kNoise[] = {
      "event: ping\ndata: {\"type\": \"ping\"}\n\n",
      ": a comment\n\n",
      "id: 7\nretry: 100\n\n",
      "\n\n",
      R"(data: {"type":"of_next_year","index":0,"delta":{"type":"text_delta","text":"no"}})"
      "\n\n",
      "event: message_stop\n\n",
      "data: {\"type\":\ndata: \"ping\"}\n\n",
  };
  const size_t choice = choices_.below(32);
  if (choice < std::size(kNoise)) stream_.append(kNoise[choice]);
}

void Storyteller::start_block(const std::string& json) {
  event("content_block_start", R"({"type":"content_block_start","index":)" +
                                   std::to_string(index_) + R"(,"content_block":)" + json + "}");
}

void Storyteller::delta(std::string_view type, std::string_view key, std::string_view text) {
  std::string json = R"({"type":"content_block_delta","index":)" + std::to_string(index_);
  json.append(R"(,"delta":{"type":")").append(type).append("\",\"").append(key).append("\":");
  json += quoted(text);
  // Real streams pad with spaces (docs/protocol.md 8).
  json.append(choices_.below(4) == 3 ? "   }}" : "}}");
  event("content_block_delta", json);
}

void Storyteller::stop_block() {
  if (choices_.below(16) == 15) {
    event("content_block_delta", R"({"type":"content_block_delta","index":)" +
                                     std::to_string(index_) +
                                     R"(,"delta":{"type":"of_next_year","text":"no"}})");
  }
  event("content_block_stop",
        R"({"type":"content_block_stop","index":)" + std::to_string(index_) + "}");
  ++index_;
}

std::string Storyteller::deltas(std::string_view type, std::string_view key,
                                std::string_view whole) {
  std::string_view rest = whole;
  while (!rest.empty()) {
    size_t length = std::min<size_t>(rest.size(), kLongestPiece - choices_.below(kLongestPiece));
    while (length < rest.size() && (static_cast<unsigned char>(rest[length]) & 0xC0) == 0x80) {
      ++length;
    }
    delta(type, key, rest.substr(0, length));
    rest.remove_prefix(length);
  }
  return std::string(whole);
}

void Storyteller::keep_block(const std::string& json) {
  if (!blocks_.empty()) blocks_ += ',';
  blocks_ += json;
}

void Storyteller::text_block(Told& told) {
  const std::string first = choices_.below(4) == 3 ? text() : "";
  start_block(R"({"type":"text","text":)" + quoted(first) + "}");
  std::string whole = first;
  for (size_t pieces = choices_.below(4); pieces > 0; --pieces) {
    whole += deltas("text_delta", "text", text());
  }
  stop_block();
  told.content += whole;
  keep_block(R"({"type":"text","text":)" + quoted(whole) + "}");
}

void Storyteller::thinking_block(Told& told) {
  start_block(R"({"type":"thinking","thinking":"","signature":""})");
  std::string whole;
  for (size_t pieces = choices_.below(4); pieces > 0; --pieces) {
    whole += deltas("thinking_delta", "thinking", text());
  }
  delta("signature_delta", "signature", "c2ln");
  stop_block();
  if (!told.reasoning.empty() && !whole.empty()) told.reasoning += "\n\n";
  told.reasoning += whole;
  keep_block(R"({"type":"thinking","thinking":)" + quoted(whole) + R"(,"signature":"c2ln"})");
}

void Storyteller::redacted_block(Told&) {
  const std::string block = R"({"type":"redacted_thinking","data":)" + quoted("x" + text()) + "}";
  start_block(block);
  stop_block();
  keep_block(block);
}

void Storyteller::call_block(Told& told) {
  Told::Call call{"toolu_" + std::to_string(index_), "n" + text(), "{}"};
  const bool has_fragments = choices_.flag();
  if (has_fragments) call.arguments = "{" + quoted(text()) + ": [1.10, " + quoted(text()) + "]}";
  const std::string opening = R"({"type":"tool_use","id":")" + call.id + R"(","name":)" +
                              quoted(call.name) + R"(,"input":)";
  start_block(opening + "{}}");
  if (has_fragments) deltas("input_json_delta", "partial_json", call.arguments);
  if (choices_.below(4) == 3) delta("input_json_delta", "partial_json", "");
  stop_block();
  keep_block(opening + call.arguments + "}");
  told.calls.push_back(std::move(call));
}

void Storyteller::hidden_block(Told&) {
  const std::string block = R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})";
  start_block(block);
  delta("input_json_delta", "partial_json", text());
  stop_block();
  keep_block(block);
}

void Storyteller::block(Told& told) {
  using Kind = void (Storyteller::*)(Told&);
  static constexpr Kind kKinds[] = {&Storyteller::text_block,     &Storyteller::text_block,
                                    &Storyteller::thinking_block, &Storyteller::redacted_block,
                                    &Storyteller::call_block,     &Storyteller::hidden_block};
  (this->*kKinds[choices_.below(std::size(kKinds))])(told);
}

void Storyteller::nonsense(Told& told) {
  told.legal = false;
  index_ = static_cast<int>(choices_.below(4)) - 1;
  static constexpr std::string_view kTypes[] = {"text_delta", "input_json_delta", "thinking_delta",
                                                "signature_delta", "citations_delta"};
  static constexpr std::string_view kKeys[] = {"text", "partial_json", "thinking", "signature"};
  static constexpr std::string_view kBlocks[] = {
      R"({"type":"text","text":"x","citations":[{"type":"web_search_result_location","url":"u"}]})",
      R"({"type":"tool_use","id":"t","name":"f","input":{"a":1}})",
      R"({"type":"tool_use","id":"t","name":"shell"})",
      R"({"type":"thinking","thinking":"t","signature":"s"})",
      R"({"type":"redacted_thinking","data":""})",
      R"({"type":"server_tool_use","input":{}})",
      R"({"type":"text"})"};
  static constexpr std::string_view kEvents[] = {
      R"({"type":"message_start","message":{"id":"msg_2","model":"m","content":[]}})",
      R"({"type":"message_delta","delta":{"stop_reason":"pause_turn"}})",
      R"({"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":-1}})",
      R"({"type":"message_delta"})",
      "{}",
      "[]",
      ""};
  switch (choices_.below(5)) {
    case 0:
      return start_block(std::string(choices_.one_of(kBlocks)));
    case 1:
      return delta(choices_.one_of(kTypes), choices_.one_of(kKeys), text());
    case 2:
      return stop_block();
    case 3:
      return event("x", std::string(choices_.one_of(kEvents)));
    default:
      stream_.append(choices_.bytes());
  }
}

void Storyteller::end(Told& told) {
  const Reason& reason = kReasons[choices_.below(std::size(kReasons))];
  told.finish_reason = reason.openai;
  told.output_tokens = choices_.byte();
  const std::string stop_reason = "\"stop_reason\":\"" + std::string(reason.anthropic) + "\"";
  const std::string usage =
      R"("usage":{"input_tokens":3,"output_tokens":)" + std::to_string(told.output_tokens) + "}";
  event("message_delta", R"({"type":"message_delta","delta":{)" + stop_reason + "}," + usage + "}");
  told.message = R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[)" +
                 blocks_ + "]," + stop_reason + "," + usage + "}";
  switch (choices_.below(8)) {
    case 7:
      return;
    case 6:
      told.has_error = true;
      event("error", R"({"type":"error","error":{"type":"overloaded_error","message":"Oh"}})");
      break;
    default:
      break;
  }
  event("message_stop", R"({"type":"message_stop"})");
  told.has_stop = true;
}

std::string Storyteller::tell(Told& told) {
  static constexpr std::string_view kLineEnds[] = {"\n", "\r\n", "\r"};
  line_end_ = choices_.one_of(kLineEnds);
  event(
      "message_start",
      R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
      R"("model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":3,"output_tokens":1}}})");
  for (size_t left = choices_.below(7); left > 0; --left) {
    if (choices_.below(32) == 31) nonsense(told);
    block(told);
  }
  end(told);
  return std::move(stream_);
}

}  // namespace proxx::fuzz
