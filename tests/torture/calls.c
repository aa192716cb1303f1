// Preloaded: the system call that fault_point.h names fails or comes short.
//   TORTURE_CALL   which calls count: read, write, connect, accept, open, fsync, descriptor, watch
//                  (socket, epoll_create1 and their like), watch (epoll_ctl)
//   TORTURE_FAULT  the number of the errno, or `short`: one byte is read or written
// Data descriptors are files, pipes and sockets; what the event loop says to itself (eventfd, the
// pipe of its signal handler) is left alone, as the kernel never fails there.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "fault_point.h"

#define NEXT(name) __typeof__(&name) next = NULL; *(void**)&next = dlsym(RTLD_NEXT, #name)

static const char* which = "";
static int fault_errno;
static bool comes_short;
static _Atomic uint64_t own_pipes;  // a bit a descriptor

__attribute__((constructor)) static void arm(void) {
  const char* call = getenv("TORTURE_CALL");
  const char* fault = getenv("TORTURE_FAULT");
  if (call != NULL) which = call;
  if (fault != NULL) {
    comes_short = strcmp(fault, "short") == 0;
    fault_errno = atoi(fault);
  }
  arm_faults();
}

static bool counts(const char* kind) {
  return strcmp(which, kind) == 0;
}

static bool is_data(int descriptor) {
  struct stat info;
  if (descriptor >= 0 && descriptor < 64 && (own_pipes >> descriptor & 1) != 0) return false;
  if (fstat(descriptor, &info) != 0) return false;
  return S_ISREG(info.st_mode) || S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode) ||
         S_ISCHR(info.st_mode);
}

// Counts a call that is no transfer of bytes; true if it fails now.
static bool fails(const char* kind) {
  if (!counts(kind) || !is_bad_call()) return false;
  errno = fault_errno;
  return true;
}

// The same for a transfer; `size` becomes what may be moved.
static bool transfer_fails(const char* kind, int descriptor, size_t* size) {
  if (!counts(kind) || *size == 0 || !is_data(descriptor) || !is_bad_call()) return false;
  if (comes_short) {
    *size = 1;
    return false;
  }
  errno = fault_errno;
  return true;
}

// The buffers of a call, cut to one byte if it comes short. Returns true if it fails.
static bool vector_fails(const char* kind, int descriptor, struct iovec** parts, size_t* count,
                         struct iovec* cut) {
  size_t all = 0;
  for (size_t i = 0; i < *count; ++i) all += (*parts)[i].iov_len;
  size_t size = all;
  if (transfer_fails(kind, descriptor, &size)) return true;
  for (size_t i = 0; size < all && i < *count; ++i) {
    if ((*parts)[i].iov_len == 0) continue;
    cut->iov_base = (*parts)[i].iov_base;
    cut->iov_len = size;
    *parts = cut;
    *count = 1;
    break;
  }
  return false;
}

// --- reading -------------------------------------------------------------------------------------

ssize_t read(int fd, void* data, size_t size) {
  return transfer_fails("read", fd, &size) ? -1 : syscall(SYS_read, fd, data, size);
}
ssize_t __read_chk(int fd, void* data, size_t size, size_t limit) {
  (void)limit;
  return read(fd, data, size);
}
ssize_t pread(int fd, void* data, size_t size, off_t offset) {
  return transfer_fails("read", fd, &size) ? -1 : syscall(SYS_pread64, fd, data, size, offset);
}
ssize_t pread64(int fd, void* data, size_t size, off_t offset) {
  return pread(fd, data, size, offset);
}
ssize_t __pread64_chk(int fd, void* data, size_t size, off_t offset, size_t limit) {
  (void)limit;
  return pread(fd, data, size, offset);
}
ssize_t readv(int fd, const struct iovec* given, int number) {
  struct iovec* parts = (struct iovec*)given;
  size_t count = (size_t)number;
  struct iovec cut;
  if (vector_fails("read", fd, &parts, &count, &cut)) return -1;
  return syscall(SYS_readv, fd, parts, count);
}
ssize_t recvfrom(int fd, void* data, size_t size, int flags, struct sockaddr* from, socklen_t* len) {
  if (transfer_fails("read", fd, &size)) return -1;
  return syscall(SYS_recvfrom, fd, data, size, flags, from, len);
}
ssize_t recv(int fd, void* data, size_t size, int flags) {
  return recvfrom(fd, data, size, flags, NULL, NULL);
}
ssize_t __recv_chk(int fd, void* data, size_t size, size_t limit, int flags) {
  (void)limit;
  return recv(fd, data, size, flags);
}
ssize_t recvmsg(int fd, struct msghdr* message, int flags) {
  struct msghdr one = *message;
  struct iovec cut;
  if (vector_fails("read", fd, &one.msg_iov, &one.msg_iovlen, &cut)) return -1;
  const ssize_t got = syscall(SYS_recvmsg, fd, &one, flags);
  message->msg_namelen = one.msg_namelen;
  message->msg_controllen = one.msg_controllen;
  message->msg_flags = one.msg_flags;
  return got;
}

// --- writing -------------------------------------------------------------------------------------

ssize_t write(int fd, const void* data, size_t size) {
  return transfer_fails("write", fd, &size) ? -1 : syscall(SYS_write, fd, data, size);
}
ssize_t writev(int fd, const struct iovec* given, int number) {
  struct iovec* parts = (struct iovec*)given;
  size_t count = (size_t)number;
  struct iovec cut;
  if (vector_fails("write", fd, &parts, &count, &cut)) return -1;
  return syscall(SYS_writev, fd, parts, count);
}
ssize_t sendto(int fd, const void* data, size_t size, int flags, const struct sockaddr* to,
               socklen_t len) {
  if (transfer_fails("write", fd, &size)) return -1;
  return syscall(SYS_sendto, fd, data, size, flags, to, len);
}
ssize_t send(int fd, const void* data, size_t size, int flags) {
  return sendto(fd, data, size, flags, NULL, 0);
}
ssize_t sendmsg(int fd, const struct msghdr* message, int flags) {
  struct msghdr one = *message;
  struct iovec cut;
  if (vector_fails("write", fd, &one.msg_iov, &one.msg_iovlen, &cut)) return -1;
  return syscall(SYS_sendmsg, fd, &one, flags);
}
int fsync(int fd) {
  return fails("fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}
int fdatasync(int fd) {
  return fails("fsync") ? -1 : (int)syscall(SYS_fdatasync, fd);
}

// --- descriptors ---------------------------------------------------------------------------------

int connect(int fd, const struct sockaddr* address, socklen_t size) {
  return fails("connect") ? -1 : (int)syscall(SYS_connect, fd, address, size);
}
int accept4(int fd, struct sockaddr* address, socklen_t* size, int flags) {
  return fails("accept") ? -1 : (int)syscall(SYS_accept4, fd, address, size, flags);
}
int accept(int fd, struct sockaddr* address, socklen_t* size) {
  return accept4(fd, address, size, 0);
}

int openat(int folder, const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return fails("open") ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}
int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return openat(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char* path, int flags, ...) __attribute__((alias("openat")));
int __open_2(const char* path, int flags) {
  return open(path, flags);
}
int __open64_2(const char* path, int flags) {
  return open(path, flags);
}
FILE* fopen(const char* path, const char* mode) {
  NEXT(fopen);
  return fails("open") ? NULL : next(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  return fopen(path, mode);
}
int mkostemp(char* path, int flags) {
  NEXT(mkostemp);
  return fails("open") ? -1 : next(path, flags);
}
int mkostemp64(char* path, int flags) {
  return mkostemp(path, flags);
}

int socket(int domain, int type, int protocol) {
  return fails("descriptor") ? -1 : (int)syscall(SYS_socket, domain, type, protocol);
}
int epoll_create1(int flags) {
  return fails("descriptor") ? -1 : (int)syscall(SYS_epoll_create1, flags);
}
int eventfd(unsigned int value, int flags) {
  return fails("descriptor") ? -1 : (int)syscall(SYS_eventfd2, value, flags);
}
int timerfd_create(int clock, int flags) {
  return fails("descriptor") ? -1 : (int)syscall(SYS_timerfd_create, clock, flags);
}
int pipe2(int ends[2], int flags) {
  return fails("descriptor") ? -1 : (int)syscall(SYS_pipe2, ends, flags);
}
int pipe(int ends[2]) {
  if (pipe2(ends, 0) != 0) return -1;
  for (int i = 0; i < 2; ++i)
    if (ends[i] < 64) own_pipes |= UINT64_C(1) << ends[i];
  return 0;
}
int epoll_ctl(int set, int operation, int fd, struct epoll_event* event) {
  // Only adding needs room in the kernel.
  if (operation == EPOLL_CTL_ADD && is_data(fd) && fails("watch")) return -1;
  return (int)syscall(SYS_epoll_ctl, set, operation, fd, event);
}
