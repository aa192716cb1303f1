#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "openai/past_responses.h"

namespace proxx {

/// The last responses of a process and their conversations (docs/mapping-responses.md 4.9). They
/// are in memory only, for `max_age` after their last use and as long as all of them together take
/// no more than `max_bytes`. Then the least recently used goes first: of the credential that needs
/// the room if it has more than its equal share, so that a busy client pushes out its own, else of
/// all. A conversation that grows costs what it grew by: conversations share their beginnings, and
/// equal items are held once. What one credential made no other can see. May be used from any
/// thread.
class ResponseMemory {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::hours kMaxAge{1};

  explicit ResponseMemory(size_t max_bytes, std::chrono::milliseconds max_age = kMaxAge,
                          std::function<Clock::time_point()> now = Clock::now);
  ~ResponseMemory();
  ResponseMemory(const ResponseMemory&) = delete;
  ResponseMemory& operator=(const ResponseMemory&) = delete;

  /// The responses of one credential, by a name that no other has; null while the memory is off.
  /// The memory must outlive it.
  [[nodiscard]] std::shared_ptr<PastResponses> of(std::string credential);

  /// 0 turns it off and forgets everything.
  void set_max_bytes(size_t max_bytes);
  /// Forgets what is too old. Every use does so too; an idle process needs the call.
  void forget_old();

  struct Use {
    size_t bytes = 0;  ///< of text and bookkeeping, about as the allocator counts
    size_t responses = 0;
  };
  [[nodiscard]] Use use() const;

 private:
  class View;
  struct Text;
  struct Node;
  struct Tenant;
  struct Kept;
  using Position = std::list<Kept>::iterator;

  // All of these with the mutex held.
  Node* append(Tenant& tenant, Node* parent, PastItem item, uint64_t kept);
  void release(Tenant& tenant, Node* node);
  void erase(Position kept);
  void touch(Position kept);
  void count(Tenant& tenant, size_t bytes);
  void uncount(Tenant& tenant, size_t bytes);
  /// `tenant` needs the room, and its newest conversation stays; null: nobody does.
  void make_room(const Tenant* tenant);
  void forget_older();
  [[nodiscard]] Position find(uint64_t begun);

  std::optional<std::string> conversation(const std::string& credential, std::string_view id);
  std::optional<std::string> item(const std::string& credential, std::string_view id);
  uint64_t begin(const std::string& credential, std::string_view previous,
                 std::vector<PastItem> items);
  bool finish(uint64_t begun, std::string_view response_id, std::vector<PastItem> items);
  void forget(uint64_t begun);

  mutable std::mutex mutex_;
  size_t max_bytes_;
  const std::chrono::milliseconds max_age_;
  const std::function<Clock::time_point()> now_;
  size_t bytes_ = 0;
  uint64_t last_name_ = 0;
  std::map<std::string, Tenant> tenants_;  ///< by credential
  std::list<Kept> kept_;                   ///< the most recently used first
  std::unordered_map<uint64_t, Position> by_name_;
};

}  // namespace proxx
