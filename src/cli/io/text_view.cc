#include "cli/io/text_view.h"

#include <unistd.h>

#include "base/visible.h"
#include "cli/io/terminal.h"

namespace proxx::cli {

void TextView::show_reasoning(std::string_view text) {
  if (text.empty()) return;
  write_stderr(dimmed(visible(text, Newlines::kept)));
  in_line_ = text.back() != '\n';
}

bool TextView::write(std::string_view bytes) {
  end_line();
  if (keeps_) text_.append(bytes);
  if (!bytes.empty()) answer_in_line_ = bytes.back() != '\n';
  empty_ = empty_ && bytes.find_first_not_of('\n') == std::string_view::npos;
  return answer_.write(bytes);
}

void TextView::finish() {
  end_line();
  answer_.finish();
}

void TextView::fail(const AnswerHead& head, const Error& error) {
  end_line();
  if (answer_in_line_ && isatty(STDOUT_FILENO) == 1) write_stderr("\n");
  answer_.fail(head, error);
}

void TextView::end_line() {
  if (in_line_) write_stderr("\n");
  in_line_ = false;
}

}  // namespace proxx::cli
