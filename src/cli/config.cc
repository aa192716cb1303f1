#include "cli/commands.h"
#include "cli/io/output.h"
#include "cli/io/terminal.h"
#include "cli/options/options.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "config/render.h"

namespace proxx::cli {

int run_config(int argc, char** argv) {
  const auto parsed = parse_config(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  const auto loaded = load(*parsed.options);
  if (!loaded) return report(loaded.error());
  Output output(Content::text);
  Status status;
  if (!parsed.options->path) {
    status = output.write(render_settings(*loaded));
  } else if (!loaded->file.empty()) {
    status = output.write(loaded->file + '\n');
  } else {
    say("no configuration file is read; " + loaded->user_file + " would be looked for first");
  }
  if (status) status = output.close();
  return status ? 0 : report(status.error());
}

}  // namespace proxx::cli
