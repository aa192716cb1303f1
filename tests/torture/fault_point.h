// What the preloaded libraries share: which call fails, and a page that tells the harness of it.
//   TORTURE_AT     the number of the call that fails, from 1; nothing fails without it
//   TORTURE_TIMES  how many in a row (1)
//   TORTURE_PAGE   a file of a page: struct fault_page, written as the program runs, so that it is
//                  true however the program ends
#pragma once
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct fault_page {
  _Atomic uint64_t calls;   // counted so far
  _Atomic uint64_t failed;  // of them made to fail
};

static struct fault_page own_page;
static struct fault_page* page = &own_page;
static uint64_t first_bad;
static uint64_t last_bad;

static inline void arm_faults(void) {
  const char* at = getenv("TORTURE_AT");
  const char* times = getenv("TORTURE_TIMES");
  const char* path = getenv("TORTURE_PAGE");
  if (path != NULL) {
    const int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    void* mapped =
        mmap(NULL, sizeof(struct fault_page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (mapped != MAP_FAILED) page = mapped;
  }
  if (at == NULL) return;
  first_bad = strtoull(at, NULL, 10);
  last_bad = first_bad + (times != NULL ? strtoull(times, NULL, 10) : 1) - 1;
}

// Counts a call; true if it is one that fails.
static inline bool is_bad_call(void) {
  const uint64_t number = atomic_fetch_add(&page->calls, 1) + 1;
  if (number < first_bad || number > last_bad) return false;
  atomic_fetch_add(&page->failed, 1);
  return true;
}
