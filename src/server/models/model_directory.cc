#include "server/models/model_directory.h"

#include <algorithm>
#include <random>
#include <utility>

#include "base/hash.h"
#include "openai/error.h"

namespace proxx::server {
namespace {

/// Clients bring any key they like.
constexpr size_t kMaxEntries = 64;

uint64_t random_seed() {
  std::random_device random;
  return (uint64_t{random()} << 32U) | random();
}

/// Nothing of the upstream's text: it is a line of the log.
std::string failure_text(const Error& error) {
  if (error.http_status != 0) return "status " + std::to_string(error.http_status);
  const char* code = error_row(error.kind).code;
  return code != nullptr ? code : "internal error";
}

}  // namespace

ModelDirectory::ModelDirectory(const ExchangeContext& context, const ModelOptions& options,
                               const Log& log)
    : context_(context), options_(options), log_(log), seed_(random_seed()) {}

ModelDirectory::~ModelDirectory() = default;

void ModelDirectory::list(const std::optional<Credential>& credential, OnKnown on_known) {
  const bool has_key = credential && !credential->empty();
  if (options_.refreshed && !has_key && !std::exchange(told_no_key_, true)) {
    log_.write(LogLevel::warn,
               "no key to ask for the upstream's model list with; the built-in "
               "table answers who brings none");
  }
  Entry* entry = options_.refreshed && has_key ? entry_of(*credential) : nullptr;
  if (entry == nullptr) return on_known(*context_.conversion.models);
  ask_if_old(*entry, *credential);
  if (!entry->asking) return on_known(table_of(*entry));
  entry->waiting.push_back(std::move(on_known));
}

std::shared_ptr<const ModelTable> ModelDirectory::known(const Credential& credential) {
  if (!options_.refreshed || credential.empty()) return nullptr;
  Entry* entry = entry_of(credential);
  if (entry == nullptr) return nullptr;
  ask_if_old(*entry, credential);
  return entry->table;
}

ModelDirectory::Entry* ModelDirectory::entry_of(const Credential& credential) {
  const uint64_t key = stable_hash(credential.auth_token, stable_hash(credential.api_key, seed_));
  if (const auto found = entries_.find(key); found != entries_.end()) return found->second.get();
  if (entries_.size() >= kMaxEntries) {
    const auto oldest =
        std::min_element(entries_.begin(), entries_.end(), [](const auto& left, const auto& right) {
          return std::pair(left.second->asking, left.second->fresh_until) <
                 std::pair(right.second->asking, right.second->fresh_until);
        });
    if (oldest->second->asking) return nullptr;
    entries_.erase(oldest);
  }
  return entries_.emplace(key, std::make_unique<Entry>()).first->second.get();
}

void ModelDirectory::ask_if_old(Entry& entry, const Credential& credential) {
  if (entry.asking || Clock::now() < entry.fresh_until) return;
  entry.fetch = std::make_unique<ModelFetch>(
      context_, credential,
      [this, &entry](const Result<std::vector<ModelInfo>>& result) { answered(entry, result); });
  entry.asking = true;
}

void ModelDirectory::answered(Entry& entry, const Result<std::vector<ModelInfo>>& result) {
  entry.asking = false;
  entry.fresh_until = Clock::now() + (result ? options_.max_age : options_.retry_age);
  if (result) {
    entry.table = std::make_shared<const ModelTable>(options_.refreshed(*result));
  } else {
    entry.table.reset();
    log_.write(LogLevel::warn, "the upstream's model list could not be had (" +
                                   failure_text(result.error()) + "); the built-in table answers");
  }
  // One that is called may ask for more, and the entry may go.
  const std::shared_ptr<const ModelTable> table = entry.table;
  for (const OnKnown& tell : std::exchange(entry.waiting, {})) {
    tell(table ? *table : *context_.conversion.models);
  }
}

const ModelTable& ModelDirectory::table_of(const Entry& entry) const {
  return entry.table ? *entry.table : *context_.conversion.models;
}

}  // namespace proxx::server
