#include "text/writer.h"

#include <utility>

#include "json/string.h"

namespace proxx::text {
namespace {

void append_decoded(std::string& out, Raw raw) {
  if (raw.bytes().find('\\') == std::string_view::npos) {
    out.append(raw.bytes());
  } else {
    json::append_unescaped(out, raw);
  }
}

}  // namespace

TextWriter::TextWriter(CallLine call_line, bool keeps_reasoning)
    : call_line_(std::move(call_line)), keeps_reasoning_(keeps_reasoning) {}

void TextWriter::text(const answer::Piece& piece, std::string& out) {
  append_decoded(out, piece.text);
  line_open_ = out.back() != '\n';
}

void TextWriter::thinking(const answer::Piece& piece, std::string&) {
  if (!keeps_reasoning_) return;
  if (std::exchange(has_thinking_, true) && piece.is_first) reasoning_.append("\n\n");
  append_decoded(reasoning_, piece.text);
}

TextWriter::OpenCall* TextWriter::find_open(const answer::ToolCall& call) {
  for (OpenCall& open : open_calls_) {
    if (open.number == call.number) return &open;
  }
  return nullptr;
}

void TextWriter::call_begin(const answer::ToolCall& call, Raw id, Raw name, std::string&) {
  open_calls_.push_back({call.number, json::RawString(id), json::RawString(name), {}});
}

void TextWriter::call_arguments(const answer::ToolCall& call, Raw fragment, std::string&) {
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
  if (line_open_) out.push_back('\n');
  line_open_ = false;
}

std::string TextWriter::take_reasoning() {
  return std::exchange(reasoning_, {});
}

}  // namespace proxx::text
