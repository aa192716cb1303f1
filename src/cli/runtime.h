#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "anthropic/model_info.h"
#include "anthropic/models.h"
#include "base/result.h"
#include "cli/options/options.h"
#include "cli/record.h"
#include "config/keys.h"
#include "config/load.h"
#include "exchange/exchange.h"
#include "exchange/key_renewal.h"
#include "mock/mock.h"
#include "openai/chat/request.h"
#include "upstream/curl/engine.h"
#include "upstream/provider.h"

namespace proxx::cli {

/// Settings from the flags, the environment and the configuration file.
[[nodiscard]] Result<LoadedSettings> load(const CommonOptions& options);
/// --mock, or `upstream_url: mock`: the upstream is inside this process and ends with it.
[[nodiscard]] bool asks_for_mock(const CommonOptions& options, const Settings& settings);

/// Errors: `usage` for a file of CAs that cannot be read; libcurl would tell at the first
/// connection.
Status check_cacert(const LoadedSettings& loaded);

// Options of the layers below, made from the settings.
/// The built-in table, with the upstream's list if it was fetched, and the configured entries on
/// top.
[[nodiscard]] ModelTable model_table(const Settings& settings,
                                     const std::vector<ModelInfo>* upstream = nullptr);
[[nodiscard]] RequestOptions request_options(const LoadedSettings& loaded,
                                             const ModelTable& models);
[[nodiscard]] HeaderOptions header_options(const Settings& settings);
[[nodiscard]] UpstreamTimeouts upstream_timeouts(const Settings& settings);
/// Texts that must not be shown: the values of secret configured headers, and every credential in
/// the environment, whether it is used or not.
[[nodiscard]] Secrets held_secrets(const Settings& settings);
/// -v and -vv become traces on stderr.
[[nodiscard]] EngineOptions engine_options(const Settings& settings, int verbose);

[[nodiscard]] Credential credential_of(Keys keys);

/// Of the mock behind --mock: it plays the host that is chosen.
[[nodiscard]] mock::MockOptions embedded_mock(const HostTarget& target);
/// Points the settings at that mock on `port`, makes up what the host still lacks, and sets a key
/// that the mock accepts.
void use_mock(LoadedSettings& loaded, Credential& credential, uint16_t port);

/// Everything that a request command needs for its exchanges: loop, upstream (or the embedded
/// mock), settings and credential. One per run.
class Runtime {
 public:
  /// Errors: `usage` for settings, `unauthorized` without a key.
  static Result<std::unique_ptr<Runtime>> make(const CommonOptions& options);

  [[nodiscard]] boost::asio::io_context& loop() { return loop_; }
  [[nodiscard]] const Settings& settings() const { return loaded_.settings; }
  [[nodiscard]] ExchangeContext& context() { return context_; }
  /// The current one: a renewal replaces it. The context renews it.
  [[nodiscard]] const Credential& credential() const { return credential_; }
  /// The error. If the upstream refuses the key, the message says where the key comes from.
  [[nodiscard]] Error with_key_source(Error error) const;
  [[nodiscard]] const ModelTable& models() const { return models_; }
  /// The folder of --record; null without that option.
  [[nodiscard]] RecordFolder* record_folder() {
    return record_folder_ ? &*record_folder_ : nullptr;
  }
  /// Not while an exchange runs.
  void refresh_models(const std::vector<ModelInfo>& upstream);

 private:
  explicit Runtime(LoadedSettings loaded);
  // The steps of make(), in this order.
  Status start_mock();
  Status take_keys(bool quiet);
  Status start_engine(int verbose);
  void fill_context(const std::string& model_override);

  LoadedSettings loaded_;
  ModelTable models_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<mock::Mock> mock_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Provider> provider_;
  std::optional<RecordFolder> record_folder_;
  ExchangeContext context_;
  Credential credential_;
  std::unique_ptr<KeyRenewal> renewal_;
  std::string key_source_;  ///< Keys::source; "" for the mock's
};

}  // namespace proxx::cli
