#pragma once
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "cli/half_price/calls.h"
#include "cli/io/jsonl.h"
#include "cli/io/signals.h"
#include "cli/runtime.h"
#include "upstream/secrets.h"
#include "upstream/upstream.h"

namespace proxx::cli {

/// HalfCalls over the engine: each call runs the loop until the call has ended. The first signal
/// ends the call under way; if that creates something, its answer is awaited for a while.
class LoopCalls final : public HalfCalls, private UpstreamHandler {
 public:
  /// `runtime` must outlive it. `newline` as of FirstSignal.
  LoopCalls(Runtime& runtime, bool newline);
  ~LoopCalls() override;

  HalfAnswer call(HalfCall call) override;
  HalfAnswer lines(const std::string& path,
                   const std::function<bool(std::string_view line)>& each) override;
  void wait(std::chrono::milliseconds time) override;
  int64_t now_unix_s() override;
  double random() override;
  bool interrupted() const override { return signal_ != 0; }
  /// The signal that came, or 0.
  [[nodiscard]] int signal() const { return signal_; }

 private:
  void on_sending() override { sent_ = true; }
  void on_head(UpstreamHead head) override;
  void on_data(std::string_view bytes) override;
  void on_done(Status status) override;
  void on_signal(int signal);

  /// Sends the call once more if the credential is refused and there is another one, or if the
  /// clock was wrong. Nothing of the first answer was used by then. With a credential that has
  /// ended, sends nothing.
  HalfAnswer run(HalfCall call);
  HalfAnswer run_once(HalfCall call);
  /// False if there is no other credential. Errors: it could not be read.
  Result<bool> renew();
  void take_lines();
  void end(std::optional<Error> error);
  void run_loop();

  Runtime& runtime_;
  FirstSignal first_signal_;
  boost::asio::steady_timer timer_;
  std::minstd_rand random_{std::random_device{}()};
  int signal_ = 0;

  // Of the call under way.
  const std::function<bool(std::string_view)>* each_ = nullptr;  ///< null: the body is gathered
  Secrets secrets_;
  LineCutter cutter_;
  HalfAnswer answer_;
  bool creates_ = false;
  bool sent_ = false;
  bool over_ = false;
};

}  // namespace proxx::cli
