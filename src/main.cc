#include "cli/cli.h"
#include "cli/io/process.h"

int main(int argc, char** argv) {
  proxx::cli::end_process(proxx::cli::run(argc, argv));
}
