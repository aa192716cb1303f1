// Preloaded: the allocation that fault_point.h names fails. Counted from the program's own
// constructors on; operator new comes through malloc.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

#include "fault_point.h"

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

static bool counting;

static bool refused(void) {
  if (!counting || !is_bad_call()) return false;
  errno = ENOMEM;
  return true;
}

void* malloc(size_t size) {
  return refused() ? NULL : __libc_malloc(size);
}

void* calloc(size_t count, size_t size) {
  return refused() ? NULL : __libc_calloc(count, size);
}

// To a smaller size it may fail as well: nothing promises that it does not.
void* realloc(void* old, size_t size) {
  return size != 0 && refused() ? NULL : __libc_realloc(old, size);
}

void* memalign(size_t alignment, size_t size) {
  return refused() ? NULL : __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  return memalign(alignment, size);
}

int posix_memalign(void** out, size_t alignment, size_t size) {
  void* memory = memalign(alignment, size);
  if (memory == NULL) return ENOMEM;
  *out = memory;
  return 0;
}

typedef int start_main(int (*)(int, char**, char**), int, char**, void (*)(void), void (*)(void),
                       void (*)(void), void*);

int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void* stack_end) {
  start_main* next = NULL;
  *(void**)&next = dlsym(RTLD_NEXT, "__libc_start_main");
  arm_faults();
  counting = true;
  return next(main, argc, argv, init, fini, rtld_fini, stack_end);
}
