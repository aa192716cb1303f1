#include "cli/text_view.h"

#include "base/visible.h"
#include "cli/terminal.h"

namespace proxx::cli {

void TextView::show_reasoning(std::string_view text) {
  if (text.empty()) return;
  write_stderr(dimmed(visible(text, Newlines::kept)));
  in_line_ = text.back() != '\n';
}

bool TextView::write(std::string_view bytes) {
  end_line();
  return answer_.write(bytes);
}

void TextView::finish() {
  end_line();
  answer_.finish();
}

void TextView::fail(const AnswerHead& head, const Error& error) {
  end_line();
  answer_.fail(head, error);
}

void TextView::end_line() {
  if (in_line_) write_stderr("\n");
  in_line_ = false;
}

}  // namespace proxx::cli
