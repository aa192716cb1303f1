#include "text/writer.h"

#include <utility>

#include "json/string.h"

namespace proxx::text {
namespace {

constexpr size_t kEscapeBytes = 6;  // \ud83d

/// Length of a high surrogate's escape at the end of `raw`, or 0.
size_t trailing_high_surrogate(std::string_view raw) {
  if (raw.size() < kEscapeBytes) return 0;
  const std::string_view last = raw.substr(raw.size() - kEscapeBytes);
  if (last[0] != '\\' || last[1] != 'u' || (last[2] | 0x20) != 'd') return 0;
  const char digit = static_cast<char>(last[3] | 0x20);
  if (digit != '8' && digit != '9' && digit != 'a' && digit != 'b') return 0;
  // In `\\ud83d` the backslash is escaped, so five letters follow.
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

TextWriter::TextWriter(CallLine call_line, bool keeps_reasoning)
    : call_line_(std::move(call_line)), keeps_reasoning_(keeps_reasoning) {}

void TextWriter::text(const answer::Piece& piece, std::string& out) {
  const size_t before = out.size();
  text_.add(piece.text, out);
  if (out.size() != before) line_open_ = out.back() != '\n';
}

void TextWriter::thinking(const answer::Piece& piece, std::string&) {
  if (!keeps_reasoning_) return;
  if (std::exchange(has_thinking_, true) && piece.is_first) {
    thinking_.flush(reasoning_);
    reasoning_.append("\n\n");
  }
  thinking_.add(piece.text, reasoning_);
}

TextWriter::OpenCall* TextWriter::find_open(const answer::ToolCall& call) {
  for (OpenCall& open : open_calls_) {
    if (open.number == call.number) return &open;
  }
  return nullptr;
}

void TextWriter::call_begin(const answer::ToolCall& call, RawString id, RawString name,
                            std::string&) {
  open_calls_.push_back({call.number, std::string(id), std::string(name), {}});
}

void TextWriter::call_arguments(const answer::ToolCall& call, RawString fragment, std::string&) {
  if (OpenCall* const open = find_open(call)) open->arguments.append(fragment);
}

void TextWriter::call_end(const answer::ToolCall& call, answer::BlockEnd, std::string& out) {
  OpenCall* const open = find_open(call);
  if (open == nullptr) return;
  const std::string line = call_line_(call, open->id, open->name, open->arguments);
  open_calls_.erase(open_calls_.begin() + (open - open_calls_.data()));
  if (line.empty()) return;
  end_line(out);
  out.append(line).append("\n");
}

void TextWriter::stop(const answer::Stop&, const answer::TokenUsage&, std::string& out) {
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

}  // namespace proxx::text
