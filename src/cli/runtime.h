#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "anthropic/model_info.h"
#include "anthropic/models.h"
#include "base/result.h"
#include "cli/options.h"
#include "cli/record.h"
#include "config/keys.h"
#include "config/load.h"
#include "exchange/exchange.h"
#include "mock/mock.h"
#include "openai/chat/request.h"
#include "upstream/engine.h"

namespace proxx::cli {

/// Settings by the flags, the environment and the configuration.
[[nodiscard]] Result<LoadedSettings> load(const CommonOptions& options,
                                          GetEnv getenv = process_environment());

// What the layers below are given, out of the settings.
/// The table with the upstream's list in it, if that was asked for, and the configured entries on
/// top.
[[nodiscard]] ModelTable model_table(const Settings& settings,
                                     const std::vector<ModelInfo>* upstream = nullptr);
[[nodiscard]] RequestOptions request_options(const Settings& settings, const ModelTable& models);
[[nodiscard]] HeaderOptions header_options(const Settings& settings);
[[nodiscard]] UpstreamTimeouts upstream_timeouts(const Settings& settings);
/// -v and -vv become traces on stderr.
[[nodiscard]] EngineOptions engine_options(const Settings& settings, int verbose);

/// Points the settings at the embedded mock on `port`, and gives the key that it asks for.
void use_mock(Settings& settings, Credential& credential, uint16_t port);

/// Everything a request command needs to have exchanges: the loop, the upstream (the embedded mock
/// if asked for), settings and the credential. One per run.
class Runtime {
 public:
  /// Errors: `usage` for settings, `unauthorized` without a key.
  static Result<std::unique_ptr<Runtime>> make(const CommonOptions& options);

  [[nodiscard]] boost::asio::io_context& loop() { return loop_; }
  [[nodiscard]] const Settings& settings() const { return loaded_.settings; }
  [[nodiscard]] ExchangeContext& context() { return context_; }
  [[nodiscard]] const Credential& credential() const { return credential_; }
  [[nodiscard]] const ModelTable& models() const { return models_; }
  /// Of --record; null records nothing.
  [[nodiscard]] RecordFolder* record_folder() {
    return record_folder_ ? &*record_folder_ : nullptr;
  }
  /// Not while an exchange runs.
  void refresh_models(const std::vector<ModelInfo>& upstream);

 private:
  explicit Runtime(LoadedSettings loaded);

  LoadedSettings loaded_;
  ModelTable models_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<mock::Mock> mock_;
  std::unique_ptr<Engine> engine_;
  std::optional<RecordFolder> record_folder_;
  ExchangeContext context_;
  Credential credential_;
};

}  // namespace proxx::cli
