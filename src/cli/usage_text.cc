#include "cli/usage_text.h"

#include <string>

#include "cli/commands.h"
#include "cli/io/terminal.h"

namespace proxx::cli {

int say_usage(std::string_view missing, std::string_view usage, std::string_view example,
              std::string_view help) {
  say_error(missing);
  std::string text(usage);
  text.append("\nExample:\n  ").append(example);
  text.append("\nAll options: ").append(help).append("\n");
  write_stderr(text);
  return kExitUsage;
}

}  // namespace proxx::cli
