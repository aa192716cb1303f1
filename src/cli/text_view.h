#pragma once
#include <string_view>

#include "exchange/sink.h"

namespace proxx::cli {

/// Stands before the sink of an answer in text form and shows the model's reasoning on stderr,
/// dimmed, ended by a newline before the answer's first word. Everything else passes through.
class TextView final : public Sink {
 public:
  /// `answer` must outlive the view.
  explicit TextView(Sink& answer) : answer_(answer) {}

  void show_reasoning(std::string_view text);

  void begin(const AnswerHead& head) override { answer_.begin(head); }
  bool write(std::string_view bytes) override;
  void keep_alive() override { answer_.keep_alive(); }
  void finish() override;
  void fail(const AnswerHead& head, const Error& error) override;

 private:
  void end_line();

  Sink& answer_;
  bool in_line_ = false;  ///< stderr stands behind reasoning, not at the start of a line
};

}  // namespace proxx::cli
