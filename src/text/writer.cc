#include "text/writer.h"

#include <utility>

namespace proxx::openai {
namespace {

constexpr size_t kEscapeBytes = 6;  // \ud83d

/// Length of a high surrogate's escape at the end of `raw`, or 0.
size_t trailing_high_surrogate(std::string_view raw) {
  if (raw.size() < kEscapeBytes) return 0;
  const std::string_view last = raw.substr(raw.size() - kEscapeBytes);
  if (last[0] != '\\' || last[1] != 'u' || (last[2] | 0x20) != 'd') return 0;
  const char digit = static_cast<char>(last[3] | 0x20);
  if (digit != '8' && digit != '9' && digit != 'a' && digit != 'b') return 0;
  // `\\ud83d` is an escaped backslash and five letters.
  size_t backslashes = 0;
  while (backslashes < raw.size() - 5 && raw[raw.size() - kEscapeBytes - backslashes] == '\\') {
    ++backslashes;
  }
  return backslashes % 2 == 1 ? kEscapeBytes : 0;
}

}  // namespace

void TextWriter::Decoder::add(std::string_view raw, std::string& out) {
  if (held_.empty() && raw.find('\\') == std::string_view::npos) {
    out.append(raw);
    return;
  }
  std::string whole;
  if (!held_.empty()) {
    whole = std::exchange(held_, {}).append(raw);
    raw = whole;
  }
  const size_t half = trailing_high_surrogate(raw);
  held_ = raw.substr(raw.size() - half);
  out.append(json::unescape(raw.substr(0, raw.size() - half)));
}

void TextWriter::Decoder::flush(std::string& out) {
  if (!held_.empty()) out.append(json::unescape(std::exchange(held_, {})));
}

TextWriter::TextWriter(const AnswerOptions& options)
    : wants_reasoning_(options.reasoning.reasoning_content || options.reasoning.reasoning_details ||
                       options.reasoning.thinking_blocks) {}

void TextWriter::text(std::string_view raw, std::string& out) {
  const size_t before = out.size();
  text_.add(raw, out);
  if (out.size() != before) line_open_ = out.back() != '\n';
}

void TextWriter::thinking(const Thinking& piece, std::string&) {
  if (!wants_reasoning_) return;
  if (piece.begins_later_block) {
    thinking_.flush(reasoning_);
    reasoning_.append("\n\n");
  }
  thinking_.add(piece.raw_text, reasoning_);
}

void TextWriter::call_begin(Call call, std::string_view raw_id, std::string_view raw_name,
                            std::string&) {
  append_call_opening(calls_.emplace_back(), call.kind, raw_id, raw_name);
}

void TextWriter::call_arguments(Call call, std::string_view raw, std::string&) {
  calls_[call.number].append(raw);
}

void TextWriter::call_end(Call call, std::string& out) {
  end_line(out);
  out.append(std::exchange(calls_[call.number], {})).append(call_closing(call.kind)).append("\n");
}

void TextWriter::end(const Ending&, const AnswerFacts&, std::string& out) {
  end_line(out);
}

void TextWriter::end_line(std::string& out) {
  const size_t before = out.size();
  text_.flush(out);
  if (line_open_ || out.size() != before) out.push_back('\n');
  line_open_ = false;
}

std::string TextWriter::take_reasoning() {
  return std::exchange(reasoning_, {});
}

}  // namespace proxx::openai
