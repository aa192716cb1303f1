#include "cli/io/descriptor.h"

#include <unistd.h>

namespace proxx::cli {

Descriptor::~Descriptor() {
  if (is_open()) ::close(number_);
}

}  // namespace proxx::cli
