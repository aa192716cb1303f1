#include "cli/batch/text.h"

#include <utility>

namespace proxx::cli {
namespace {

/// Ordinary answers of ten times as many lines as are in flight at most by default.
constexpr size_t kMaxWaitingLines = 10'000;
constexpr size_t kMaxWaitingBytes = size_t{32} << 20;

}  // namespace

std::string text_line(std::string_view text) {
  text = text.substr(0, text.find_last_not_of('\n') + 1);
  std::string out;
  out.reserve(text.size() + 1);
  for (const char c : text) {
    switch (c) {
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        out += c;
    }
  }
  return out += '\n';
}

void InOrder::put(uint64_t number, std::string line) {
  waiting_bytes_ += line.size();
  waiting_.emplace(number, std::move(line));
  while (!waiting_.empty() && waiting_.begin()->first == next_) {
    const auto first = waiting_.extract(waiting_.begin());
    waiting_bytes_ -= first.mapped().size();
    ++next_;
    write_(first.mapped());
  }
}

bool InOrder::is_full() const {
  return waiting_.size() >= kMaxWaitingLines || waiting_bytes_ >= kMaxWaitingBytes;
}

void InOrder::finish(const std::function<void(uint64_t number)>& missing) {
  while (!waiting_.empty()) {
    missing(next_);
    put(next_, "\n");
  }
}

}  // namespace proxx::cli
