#pragma once
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "cli/half_calls.h"
#include "cli/jsonl.h"
#include "cli/runtime.h"
#include "cli/signals.h"
#include "upstream/secrets.h"
#include "upstream/upstream.h"

namespace proxx::cli {

/// HalfCalls over the engine: each call runs the loop until it is over. The first signal ends
/// what is under way; one that creates something has its answer awaited for a while.
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
  /// The signal that came; 0 is none.
  [[nodiscard]] int signal() const { return signal_; }

 private:
  void on_sending() override { sent_ = true; }
  void on_head(UpstreamHead head) override;
  void on_data(std::string_view bytes) override;
  void on_done(Status status) override;
  void on_signal(int signal);

  /// Once more where the credential is refused and another can be had, or where the clock was
  /// wrong: nothing came of the first. With a credential that is over nothing is sent.
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
