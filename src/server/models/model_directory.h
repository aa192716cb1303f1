#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "anthropic/model_info.h"
#include "exchange/exchange.h"
#include "exchange/model_fetch.h"
#include "server/log.h"

namespace proxx::server {

/// `models_from: upstream`. Without `refreshed` the context's table answers everything.
struct ModelOptions {
  /// The table with the upstream's list in it, and the configured entries on top.
  std::function<ModelTable(const std::vector<ModelInfo>&)> refreshed;
  std::chrono::milliseconds max_age{3'600'000};
  /// The time until the next try after a failure; the table answers meanwhile.
  std::chrono::milliseconds retry_age{60'000};
};

/// The models of one loop: the upstream's list, kept for a while, separately for each credential,
/// since keys differ in what they may use. Asks the upstream when somebody needs the list. If that
/// fails, the table answers and the log says so. Loop thread only.
class ModelDirectory {
 public:
  using OnKnown = std::function<void(const ModelTable&)>;

  /// `context`, `options` and `log` must outlive the directory.
  ModelDirectory(const ExchangeContext& context, const ModelOptions& options, const Log& log);
  ~ModelDirectory();
  ModelDirectory(const ModelDirectory&) = delete;
  ModelDirectory& operator=(const ModelDirectory&) = delete;

  /// Calls back once: from inside if the list is known, else when the upstream has answered.
  void list(const std::optional<Credential>& credential, OnKnown on_known);
  /// The table for conversion, without waiting: the one known now, or null for the context's.
  /// Meanwhile asks again for a list that is old.
  [[nodiscard]] std::shared_ptr<const ModelTable> known(const Credential& credential);

 private:
  using Clock = std::chrono::steady_clock;

  /// What one credential may use.
  struct Entry {
    std::shared_ptr<const ModelTable> table;  ///< null until the upstream has told
    Clock::time_point fresh_until;
    bool asking = false;
    std::vector<OnKnown> waiting;
    std::unique_ptr<ModelFetch> fetch;  ///< the last one
  };

  /// Null if too many are being asked for.
  Entry* entry_of(const Credential& credential);
  void ask_if_old(Entry& entry, const Credential& credential);
  void answered(Entry& entry, const Result<std::vector<ModelInfo>>& result);
  [[nodiscard]] const ModelTable& table_of(const Entry& entry) const;

  const ExchangeContext& context_;
  const ModelOptions& options_;
  const Log& log_;
  bool told_no_key_ = false;
  const uint64_t seed_;
  /// By a hash under a seed that nobody knows, so that no key is kept.
  std::map<uint64_t, std::unique_ptr<Entry>> entries_;
};

}  // namespace proxx::server
