#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "anthropic/model_info.h"
#include "base/result.h"
#include "exchange/exchange.h"

namespace proxx {

/// Fetches all pages of the upstream's model list, without retries but for a refused credential
/// that the context renews, once. Bounded in time, pages and bytes. Loop thread only. Destroying it
/// cancels.
class ModelFetch final : UpstreamHandler {
 public:
  using OnDone = std::function<void(Result<std::vector<ModelInfo>>)>;

  /// Begins. `on_done` is called once, not from the constructor, and may destroy the fetch. Errors:
  /// those of a request, and `upstream_protocol` for an endless list. `context` must outlive it.
  ModelFetch(const ExchangeContext& context, const Credential& credential, OnDone on_done);

 private:
  using Clock = std::chrono::steady_clock;

  void ask(const std::string& after_id);
  void end_later(Error error);
  [[nodiscard]] bool is_refused() const;
  void renew();
  void on_head(UpstreamHead head) override;
  void on_data(std::string_view bytes) override;
  void on_done(Status status) override;
  Status take_page(Status status);
  /// The page in body_, or the error that the upstream reports instead.
  Result<ModelsPage> read_page();
  void end(Result<std::vector<ModelInfo>> result);

  const ExchangeContext& context_;
  Credential credential_;
  Secrets secrets_;
  OnDone on_done_;
  Clock::time_point deadline_;
  bool tried_again_ = false;
  std::unique_ptr<UpstreamCall> call_;
  UpstreamHead head_;
  std::string body_;
  std::vector<ModelInfo> models_;
  std::string next_;
  int pages_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>();  ///< for a queued end
};

}  // namespace proxx
