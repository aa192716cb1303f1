#include "cli/cli.h"

int main(int argc, char** argv) {
  return proxx::cli::run(argc, argv);
}
