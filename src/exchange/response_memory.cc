#include "exchange/response_memory.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace proxx {
namespace {

// What a map's node and the struct in it take beside the text.
constexpr size_t kTextBytes = 192;
constexpr size_t kNodeBytes = 112;
constexpr size_t kKeptBytes = 512;

/// By length first: long texts that begin alike are compared only if they are as long.
struct ByLength {
  bool operator()(const std::string& a, const std::string& b) const {
    return a.size() != b.size() ? a.size() < b.size() : a.compare(b) < 0;
  }
};

}  // namespace

/// An item, once for each credential.
struct ResponseMemory::Text {
  const std::string* json = nullptr;  ///< its key
  std::string id;
  size_t holders = 0;      ///< nodes
  uint64_t last_kept = 0;  ///< the newest conversation that has it
  [[nodiscard]] size_t bytes() const { return json->size() + 2 * id.size() + kTextBytes; }
};

/// The end of a conversation: its last item, and the conversation before it.
struct ResponseMemory::Node {
  Node* parent = nullptr;
  Text* text = nullptr;
  size_t holders = 0;  ///< nodes and kept conversations
};

struct ResponseMemory::Tenant {
  std::map<std::string, Text, ByLength> texts;
  std::map<std::pair<Node*, Text*>, Node> nodes;
  std::map<std::string, Text*, std::less<>> items;
  std::map<std::string, uint64_t, std::less<>> responses;
  std::list<Position> kept;  ///< the most recently used first
  size_t bytes = 0;
};

struct ResponseMemory::Kept {
  uint64_t name;
  std::map<std::string, Tenant>::iterator tenant;
  std::string response_id;  ///< "" until the answer is whole
  Node* last;
  Clock::time_point used;
  std::list<Position>::iterator in_tenant;
  [[nodiscard]] size_t bytes() const { return 2 * response_id.size() + kKeptBytes; }
};

class ResponseMemory::View final : public PastResponses {
 public:
  View(ResponseMemory& memory, std::string credential)
      : memory_(memory), credential_(std::move(credential)) {}

  std::optional<std::string> conversation(std::string_view response_id) override {
    return memory_.conversation(credential_, response_id);
  }
  std::optional<std::string> item(std::string_view id) override {
    return memory_.item(credential_, id);
  }
  uint64_t begin(std::string_view previous, std::vector<PastItem> items) override {
    return memory_.begin(credential_, previous, std::move(items));
  }
  bool finish(uint64_t begun, std::string_view response_id, std::vector<PastItem> items) override {
    return memory_.finish(begun, response_id, std::move(items));
  }
  void forget(uint64_t begun) override { memory_.forget(begun); }

 private:
  ResponseMemory& memory_;
  const std::string credential_;
};

ResponseMemory::ResponseMemory(size_t max_bytes, std::chrono::milliseconds max_age,
                               std::function<Clock::time_point()> now)
    : max_bytes_(max_bytes), max_age_(max_age), now_(std::move(now)) {}

ResponseMemory::~ResponseMemory() = default;

std::shared_ptr<PastResponses> ResponseMemory::of(std::string credential) {
  const std::lock_guard lock(mutex_);
  if (max_bytes_ == 0) return nullptr;
  return std::make_shared<View>(*this, std::move(credential));
}

void ResponseMemory::set_max_bytes(size_t max_bytes) {
  const std::lock_guard lock(mutex_);
  max_bytes_ = max_bytes;
  make_room(nullptr);
}

void ResponseMemory::forget_old() {
  const std::lock_guard lock(mutex_);
  forget_older();
}

ResponseMemory::Use ResponseMemory::use() const {
  const std::lock_guard lock(mutex_);
  Use use{bytes_, 0};
  for (const auto& [credential, tenant] : tenants_) use.responses += tenant.responses.size();
  return use;
}

std::optional<std::string> ResponseMemory::conversation(const std::string& credential,
                                                        std::string_view id) {
  const std::lock_guard lock(mutex_);
  forget_older();
  const auto tenant = tenants_.find(credential);
  if (tenant == tenants_.end()) return std::nullopt;
  const auto found = tenant->second.responses.find(id);
  if (found == tenant->second.responses.end()) return std::nullopt;
  const Position kept = by_name_.at(found->second);
  touch(kept);
  std::vector<const std::string*> items;
  size_t bytes = 0;
  for (const Node* node = kept->last; node != nullptr; node = node->parent) {
    items.push_back(node->text->json);
    bytes += items.back()->size() + 1;
  }
  std::string out;
  out.reserve(bytes);
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (!out.empty()) out.push_back(',');
    out.append(**item);
  }
  return out;
}

std::optional<std::string> ResponseMemory::item(const std::string& credential,
                                                std::string_view id) {
  const std::lock_guard lock(mutex_);
  forget_older();
  const auto tenant = tenants_.find(credential);
  if (tenant == tenants_.end()) return std::nullopt;
  const auto found = tenant->second.items.find(id);
  if (found == tenant->second.items.end()) return std::nullopt;
  if (const Position kept = find(found->second->last_kept); kept != kept_.end()) touch(kept);
  return *found->second->json;
}

uint64_t ResponseMemory::begin(const std::string& credential, std::string_view previous,
                               std::vector<PastItem> items) {
  const std::lock_guard lock(mutex_);
  forget_older();
  // What cannot fit must not push out everything else first.
  size_t bytes = kKeptBytes;
  for (const PastItem& item : items) bytes += item.json.size() + kTextBytes + kNodeBytes;
  if (bytes > max_bytes_) return 0;
  Node* last = nullptr;
  if (!previous.empty()) {
    const auto known = tenants_.find(credential);
    if (known == tenants_.end()) return 0;
    const auto found = known->second.responses.find(previous);
    if (found == known->second.responses.end()) return 0;
    last = by_name_.at(found->second)->last;
  }
  const auto tenant = tenants_.try_emplace(credential).first;
  const uint64_t name = ++last_name_;
  for (PastItem& item : items) last = append(tenant->second, last, std::move(item), name);
  if (last != nullptr) ++last->holders;
  kept_.push_front({name, tenant, {}, last, now_(), {}});
  tenant->second.kept.push_front(kept_.begin());
  kept_.front().in_tenant = tenant->second.kept.begin();
  by_name_.emplace(name, kept_.begin());
  count(tenant->second, kept_.front().bytes());
  make_room(&tenant->second);
  return by_name_.contains(name) ? name : 0;
}

bool ResponseMemory::finish(uint64_t begun, std::string_view response_id,
                            std::vector<PastItem> items) {
  const std::lock_guard lock(mutex_);
  const Position kept = find(begun);
  if (kept == kept_.end()) return false;
  Tenant& tenant = kept->tenant->second;
  Node* last = kept->last;
  for (PastItem& item : items) last = append(tenant, last, std::move(item), begun);
  if (last != nullptr) ++last->holders;
  release(tenant, kept->last);
  kept->last = last;
  const auto same = tenant.responses.find(response_id);
  if (same != tenant.responses.end()) erase(by_name_.at(same->second));
  uncount(tenant, kept->bytes());
  kept->response_id = response_id;
  count(tenant, kept->bytes());
  tenant.responses.emplace(response_id, begun);
  touch(kept);
  make_room(&tenant);
  return by_name_.contains(begun);
}

void ResponseMemory::forget(uint64_t begun) {
  const std::lock_guard lock(mutex_);
  if (const Position kept = find(begun); kept != kept_.end()) erase(kept);
}

ResponseMemory::Position ResponseMemory::find(uint64_t begun) {
  const auto found = by_name_.find(begun);
  return found == by_name_.end() ? kept_.end() : found->second;
}

/// The node that has no holder yet if it is new; its text and its parent have it as theirs.
ResponseMemory::Node* ResponseMemory::append(Tenant& tenant, Node* parent, PastItem item,
                                             uint64_t kept) {
  const auto [place, is_new] = tenant.texts.try_emplace(std::move(item.json));
  Text& text = place->second;
  if (is_new) {
    text.json = &place->first;
    text.id = std::move(item.id);
    count(tenant, text.bytes());
  }
  text.last_kept = kept;
  if (!text.id.empty()) tenant.items.insert_or_assign(text.id, &text);
  const auto [node, is_longer] = tenant.nodes.try_emplace({parent, &text});
  if (is_longer) {
    node->second = {parent, &text, 0};
    ++text.holders;
    if (parent != nullptr) ++parent->holders;
    count(tenant, kNodeBytes);
  }
  return &node->second;
}

void ResponseMemory::release(Tenant& tenant, Node* node) {
  while (node != nullptr && --node->holders == 0) {
    Node* const parent = node->parent;
    Text* const text = node->text;
    tenant.nodes.erase({parent, text});
    uncount(tenant, kNodeBytes);
    if (--text->holders == 0) {
      uncount(tenant, text->bytes());
      const auto named = tenant.items.find(text->id);
      if (named != tenant.items.end() && named->second == text) tenant.items.erase(named);
      tenant.texts.erase(tenant.texts.find(*text->json));
    }
    node = parent;
  }
}

void ResponseMemory::erase(Position kept) {
  const auto tenant = kept->tenant;
  release(tenant->second, kept->last);
  if (!kept->response_id.empty()) tenant->second.responses.erase(kept->response_id);
  uncount(tenant->second, kept->bytes());
  by_name_.erase(kept->name);
  tenant->second.kept.erase(kept->in_tenant);
  kept_.erase(kept);
  if (tenant->second.kept.empty()) tenants_.erase(tenant);
}

void ResponseMemory::touch(Position kept) {
  kept->used = now_();
  kept_.splice(kept_.begin(), kept_, kept);
  std::list<Position>& own = kept->tenant->second.kept;
  own.splice(own.begin(), own, kept->in_tenant);
}

void ResponseMemory::count(Tenant& tenant, size_t bytes) {
  tenant.bytes += bytes;
  bytes_ += bytes;
}

void ResponseMemory::uncount(Tenant& tenant, size_t bytes) {
  tenant.bytes -= bytes;
  bytes_ -= bytes;
}

void ResponseMemory::make_room(const Tenant* tenant) {
  while (bytes_ > max_bytes_ && !kept_.empty()) {
    // While there is a second conversation, the tenant's newest is the last of all to go.
    const bool pays = tenant != nullptr && tenant->kept.size() > 1 &&
                      tenant->bytes > max_bytes_ / tenants_.size();
    erase(pays ? tenant->kept.back() : std::prev(kept_.end()));
  }
}

void ResponseMemory::forget_older() {
  const Clock::time_point now = now_();
  while (!kept_.empty() && kept_.back().used + max_age_ <= now) erase(std::prev(kept_.end()));
}

}  // namespace proxx
