#include "upstream/curl/loop.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <new>

namespace proxx {
namespace {

// Idle connections kept. libcurl's default, four times the running transfers, would close most of
// them whenever the load dips.
constexpr long kMaxIdleConnections = 4096;
constexpr int kEventsPerTurn = 64;
// A new connection leaves the timers that limited its setup. Rounded up to a common step, those of
// many streams wake the loop together instead of one by one.
using TimerStep = std::chrono::duration<int64_t, std::ratio<1, 50>>;

uint32_t epoll_bits(uint8_t curl_bits) {
  return ((curl_bits & CURL_POLL_IN) != 0 ? uint32_t{EPOLLIN} : 0) |
         ((curl_bits & CURL_POLL_OUT) != 0 ? uint32_t{EPOLLOUT} : 0);
}

// Curl finds an error or hang-up itself when it reads or writes.
int select_bits(uint32_t events, uint8_t wanted) {
  int bits = 0;
  if ((events & EPOLLIN) != 0) bits |= CURL_CSELECT_IN;
  if ((events & EPOLLOUT) != 0) bits |= CURL_CSELECT_OUT;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    if ((wanted & CURL_POLL_IN) != 0) bits |= CURL_CSELECT_IN;
    if ((wanted & CURL_POLL_OUT) != 0) bits |= CURL_CSELECT_OUT;
  }
  return bits;
}

}  // namespace

CurlLoop::CurlLoop(boost::asio::io_context& loop, Hooks hooks)
    : loop_(loop),
      hooks_(std::move(hooks)),
      multi_(curl_multi_init()),
      epoll_(loop, epoll_create1(EPOLL_CLOEXEC)),
      timer_(loop) {
  if (multi_ == nullptr) throw std::bad_alloc();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, socket_callback);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, timer_callback);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMaxIdleConnections);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, long{CURLPIPE_NOTHING});
}

CurlLoop::~CurlLoop() {
  close();
}

void CurlLoop::close() {
  if (closed_) return;
  closed_ = true;
  curl_multi_cleanup(multi_);
  timer_.cancel();
  boost::system::error_code ignored;
  epoll_.close(ignored);
}

void CurlLoop::adopt(CURL* easy, Opener& opener) {
  opener.loop = this;
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &opener);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

CURLMcode CurlLoop::add(CURL* easy) {
  const CURLMcode code = curl_multi_add_handle(multi_, easy);
  if (code == CURLM_OK) ++active_;
  return code;
}

void CurlLoop::remove(CURL* easy) {
  std::erase(unpaused_, easy);
  std::erase_if(lost_, [easy](const auto& one) { return one.first == easy; });
  if (curl_multi_remove_handle(multi_, easy) != CURLM_OK) return;
  if (--active_ == 0) kick();
}

void CurlLoop::unpause(CURL* easy) {
  if (std::find(unpaused_.begin(), unpaused_.end(), easy) != unpaused_.end()) return;
  unpaused_.push_back(easy);
  kick();
}

void CurlLoop::kick() {
  if (kicked_) return;
  kicked_ = true;
  boost::asio::post(loop_, [self = shared_from_this()] { self->take_turn(); });
}

void CurlLoop::wake_by(Clock::time_point time) {
  if (time >= owner_due_) return;
  owner_due_ = time;
  arm();
}

// --- what the loop calls -------------------------------------------------------------------------

// Calls into curl, then the hooks for what came of it. Waits again also after a handler has thrown
// into the loop, so the other transfers go on.
template <class Action>
void CurlLoop::enter(Action action) {
  struct Leave {
    CurlLoop& loop;
    ~Leave() {
      loop.inside_ = false;
      if (!loop.closed_) loop.rest_or_wait();
    }
  } leave{*this};
  inside_ = true;
  entered_at_ = Clock::now();
  action();
  inside_ = false;
  hooks_.settle();
  report_finished();
}

void CurlLoop::take_turn() {
  kicked_ = false;
  if (closed_) return;
  acting_ = true;
  hooks_.settle();
  enter([this] {
    while (!unpaused_.empty()) {
      CURL* easy = unpaused_.back();
      unpaused_.pop_back();
      const CURLcode code = curl_easy_pause(easy, CURLPAUSE_CONT);
      if (code != CURLE_OK) lost_.emplace_back(easy, code);
    }
    acting_ = false;
    act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void CurlLoop::take_time() {
  const auto now = Clock::now();
  armed_ = Clock::time_point::max();
  const bool woken = owner_due_ <= now;
  if (woken) owner_due_ = Clock::time_point::max();
  if (curl_due_ <= now) {
    curl_due_ = Clock::time_point::max();
    enter([this] { act(CURL_SOCKET_TIMEOUT, 0); });
  }
  if (woken) hooks_.woken();
  if (active_ > 0) arm();
}

void CurlLoop::take_events() {
  std::array<epoll_event, kEventsPerTurn> events;
  const int count = epoll_wait(epoll_.native_handle(), events.data(), kEventsPerTurn, 0);
  enter([&] {
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<size_t>(i)];
      const curl_socket_t socket = event.data.fd;
      Interest& interest = interest_in(socket);
      if (interest.wanted == 0) {  // an idle connection closed, or a paused one has data
        register_socket(socket, interest, 0);
        continue;
      }
      act(socket, select_bits(event.events, interest.wanted));
    }
  });
}

void CurlLoop::act(curl_socket_t socket, int bits) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, bits, &running);
}

void CurlLoop::report_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    remove(easy);
    hooks_.finished(easy, code);
  }
  while (!lost_.empty()) {
    const auto [easy, code] = lost_.back();
    remove(easy);
    hooks_.finished(easy, code);
  }
}

void CurlLoop::rest_or_wait() {
  apply_interest();
  if (active_ == 0) {
    ++watch_;
    timer_.cancel();
    armed_ = Clock::time_point::max();
    if (waiting_) epoll_.cancel();
    waiting_ = false;
    return;
  }
  arm();
  if (waiting_) return;
  waiting_ = true;
  epoll_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                    [self = shared_from_this(), watch = watch_](boost::system::error_code error) {
                      if (error || self->closed_ || watch != self->watch_) return;
                      self->waiting_ = false;
                      self->take_events();
                    });
}

void CurlLoop::arm() {
  const auto due = std::min(curl_due_, owner_due_);
  if (due >= armed_) return;
  armed_ = due;
  timer_.expires_at(due);
  timer_.async_wait([self = shared_from_this(), watch = watch_](boost::system::error_code error) {
    if (error || self->closed_ || watch != self->watch_) return;
    self->take_time();
  });
}

// --- what curl calls -----------------------------------------------------------------------------

curl_socket_t CurlLoop::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& opener = *static_cast<Opener*>(self);
  CurlLoop& loop = *opener.loop;
  curl_socket_t socket = CURL_SOCKET_BAD;
  try {
    socket = loop.connections_.open(*address);
    opener.lacked_descriptor = socket == CURL_SOCKET_BAD && is_descriptor_lack(errno);
    if (socket != CURL_SOCKET_BAD) loop.interest_in(socket) = Interest{nullptr, 0, 0, true, false};
    return socket;
  } catch (const std::bad_alloc&) {
    loop.connections_.close(socket);
    if (socket != CURL_SOCKET_BAD) ::close(socket);
    return CURL_SOCKET_BAD;
  }
}

// Closing removes a descriptor from the epoll set.
int CurlLoop::close_socket(void* self, curl_socket_t socket) {
  auto& loop = *static_cast<CurlLoop*>(self);
  loop.interest_in(socket) = Interest{};
  loop.connections_.close(socket);
  return ::close(socket);
}

int CurlLoop::socket_callback(CURL* easy, curl_socket_t socket, int what, void* self, void*) {
  try {
    static_cast<CurlLoop*>(self)->on_interest(easy, socket, what);
    return 0;
  } catch (const std::bad_alloc&) {
    return -1;
  }
}

int CurlLoop::timer_callback(CURLM*, long timeout_ms, void* self) {
  auto& loop = *static_cast<CurlLoop*>(self);
  if (loop.closed_) return 0;
  loop.curl_due_ = Clock::time_point::max();
  if (timeout_ms < 0 || (timeout_ms == 0 && loop.acting_)) return 0;
  try {
    if (timeout_ms == 0) {
      loop.kick();
    } else {
      const auto due = Clock::now() + std::chrono::milliseconds(timeout_ms);
      loop.curl_due_ = std::chrono::ceil<TimerStep>(due);
      loop.arm();
    }
    return 0;
  } catch (const std::bad_alloc&) {
    return -1;
  }
}

void CurlLoop::on_interest(CURL* easy, curl_socket_t socket, int what) {
  Interest& interest = interest_in(socket);
  interest.wanted = what == CURL_POLL_REMOVE ? uint8_t{0} : static_cast<uint8_t>(what);
  interest.easy = easy;
  if (what != CURL_POLL_REMOVE) hooks_.sending(easy, (what & CURL_POLL_OUT) != 0);
  // The resolver opens and closes its sockets itself, so they leave the set now. Ours stay: the
  // next request on the connection usually waits for the same.
  if (what == CURL_POLL_REMOVE && !interest.opened_here && interest.registered != 0)
    register_socket(socket, interest, 0);
  if (interest.wanted == 0 || interest.dirty) return;
  interest.dirty = true;
  dirty_.push_back(socket);
}

void CurlLoop::apply_interest() {
  for (const curl_socket_t socket : dirty_) {
    Interest& interest = interest_in(socket);
    interest.dirty = false;
    if (interest.wanted == 0 || interest.wanted == interest.registered) continue;
    if (register_socket(socket, interest, interest.wanted)) continue;
    lost_.emplace_back(interest.easy, CURLE_FAILED_INIT);
    kick();
  }
  dirty_.clear();
}

bool CurlLoop::register_socket(curl_socket_t socket, Interest& interest, uint8_t bits) {
  epoll_event event{};
  event.events = epoll_bits(bits);
  event.data.fd = socket;
  const int operation = bits == 0                  ? EPOLL_CTL_DEL
                        : interest.registered == 0 ? EPOLL_CTL_ADD
                                                   : EPOLL_CTL_MOD;
  if (epoll_ctl(epoll_.native_handle(), operation, socket, &event) != 0 && bits != 0) return false;
  interest.registered = bits;
  return true;
}

CurlLoop::Interest& CurlLoop::interest_in(curl_socket_t socket) {
  const auto index = static_cast<size_t>(socket);
  if (index >= sockets_.size()) sockets_.resize(index + 64);
  return sockets_[index];
}

}  // namespace proxx
