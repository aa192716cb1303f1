#pragma once
#include <string>
#include <string_view>

#include "exchange/sink.h"

namespace proxx::cli {

/// A sink in front of the sink of an answer in text form. Shows the model's reasoning on stderr,
/// dimmed, and ends its line before the answer's first word. On a terminal, ends the line of an
/// answer that breaks off before its error is written. Passes everything else on.
class TextView final : public Sink {
 public:
  /// `answer` must outlive the view.
  explicit TextView(Sink& answer) : answer_(answer) {}

  void show_reasoning(std::string_view text);
  /// Whether text() keeps the whole answer.
  void keep_text(bool keep) { keeps_ = keep; }
  [[nodiscard]] const std::string& text() const { return text_; }
  /// True if nothing but line ends was written.
  [[nodiscard]] bool is_empty() const { return empty_; }

  void begin(const AnswerHead& head) override { answer_.begin(head); }
  bool write(std::string_view bytes) override;
  void keep_alive() override { answer_.keep_alive(); }
  void finish() override;
  void fail(const AnswerHead& head, const Error& error) override;

 private:
  void end_line();

  Sink& answer_;
  bool keeps_ = false;
  bool empty_ = true;
  bool answer_in_line_ = false;  ///< the answer's last byte was no newline
  std::string text_;
  bool in_line_ = false;  ///< stderr stands behind reasoning, not at the start of a line
};

}  // namespace proxx::cli
