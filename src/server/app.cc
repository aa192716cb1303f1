#include "server/app.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

#include "exchange/job_thread.h"
#include "server/service.h"
#include "server/system.h"
#include "upstream/host_provider.h"

namespace proxx::server {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

/// How often a drain looks whether all connections are closed.
constexpr std::chrono::milliseconds kDrainPoll{20};
/// How often responses that are too old are looked for.
constexpr std::chrono::minutes kForgetEvery{1};
/// How long the errors that end a drain have to reach their clients.
constexpr std::chrono::seconds kLastWords{1};

/// One loop and what lives on it.
struct Worker {
  Worker(const AppOptions& options, Shared& shared)
      : provider(make_provider(options.conversion.host ? *options.conversion.host : HostTarget(),
                               options.engine.base_url, options.headers,
                               secrets_held(options.service.keys, options.headers))),
        jobs(loop),
        engine(loop, options.engine),
        context{&loop,
                &engine,
                provider.get(),
                {},
                options.conversion,
                options.timeouts,
                options.max_retries,
                true,
                {},
                &jobs},
        service(context, shared),
        work(asio::make_work_guard(loop)) {}

  asio::io_context loop{1};
  std::unique_ptr<Provider> provider;  ///< jobs use it
  JobThread jobs;
  Engine engine;
  ExchangeContext context;
  Service service;
  asio::executor_work_guard<asio::io_context::executor_type> work;
};

std::string address_of(const http::ListenOptions& listen, uint16_t port) {
  if (!listen.unix_path.empty()) return "unix:" + listen.unix_path;
  const bool ipv6 = listen.host.find(':') != std::string::npos;
  const std::string host = ipv6 ? "[" + listen.host + "]" : listen.host;
  return "http://" + host + ":" + std::to_string(port) + "/v1";
}

ServiceOptions with_bound_host(const AppOptions& options) {
  ServiceOptions service = options.service;
  service.hosts.bound = options.listen.host;
  return service;
}

/// As it began. `options` outlives it.
LiveOptions live_of(const AppOptions& options) {
  LiveOptions live;
  live.models =
      std::shared_ptr<const ModelTable>(std::shared_ptr<void>(), options.conversion.models);
  live.conversion = options.conversion;
  live.headers = options.headers;
  live.base_url = options.engine.base_url;
  live.timeouts = options.timeouts;
  live.max_retries = options.max_retries;
  live.service = with_bound_host(options);
  return live;
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

class App {
 public:
  explicit App(const AppOptions& options)
      : options_(options),
        shared_{with_bound_host(options), Log(options.log), Metrics(*options.conversion.models)} {
    shared_.page.record_bodies(options.service.page_bodies);
    for (int i = 0; i < std::max(options.threads, 1); ++i) {
      workers_.push_back(std::make_unique<Worker>(options_, shared_));
    }
    Worker& first = *workers_.front();
    server_ = std::make_unique<http::Server>(first.loop, first.service, options_.limits);
    for (size_t i = 1; i < workers_.size(); ++i) {
      server_->add_loop(workers_[i]->loop, workers_[i]->service);
    }
    signals_ = std::make_unique<asio::signal_set>(first.loop);
    timer_ = std::make_unique<asio::steady_timer>(first.loop);
    forgetting_ = std::make_unique<asio::steady_timer>(first.loop);
    hangups_ = std::make_unique<asio::signal_set>(first.loop);
    live_ = std::make_shared<const LiveOptions>(live_of(options));
    if (options.read_key) {
      renewal_ = std::make_unique<KeyRenewal>(options.read_key, [this](const Credential& renewed) {
        asio::post(workers_.front()->loop, [this, renewed] { use_key(renewed); });
      });
      shared_.renew_key = [this](asio::io_context& loop, const Credential& refused,
                                 KeyRenewal::OnAnswer on_answer) {
        renewal_->ask(loop, refused, std::move(on_answer));
      };
    }
    reloader_ =
        std::make_unique<Reloader>(first.loop, options.reload,
                                   [this](Result<LiveOptions> read) { reloaded(std::move(read)); });
  }

  Result<int> run() {
    PROXX_TRY(server_->listen(options_.listen));
    signals_->add(SIGINT);
    signals_->add(SIGTERM);
    wait_for_signal();
    if (options_.reload && !is_ignored(SIGHUP)) {
      hangups_->add(SIGHUP);
      wait_for_hangup();
    }
    Status started = start_threads();
    if (started) {
      notify_systemd("READY=1", std::getenv("NOTIFY_SOCKET"));
      forget_old_responses();
      if (options_.on_listening) {
        options_.on_listening(address_of(options_.listen, server_->port()));
      }
      run_loop(workers_.front()->loop);
    }
    for (std::thread& thread : threads_) thread.join();
    if (!started) return tl::unexpected<Error>(started.error());
    return signal_;
  }

 private:
  Status start_threads() {
    try {
      for (size_t i = 1; i < workers_.size(); ++i) {
        threads_.emplace_back([this, i] { run_loop(workers_[i]->loop); });
      }
    } catch (const std::system_error& error) {
      stop();
      return err(ErrorKind::internal, std::string("cannot start a thread: ") + error.what());
    }
    return {};
  }

  /// An exception here is a failed allocation or a bug; it costs what it hit, not the service.
  void run_loop(asio::io_context& loop) {
    for (;;) {
      try {
        loop.run();
        return;
      } catch (const std::exception&) {
        shared_.log.write(LogLevel::error, "internal error; the service goes on");
      }
    }
  }

  void wait_for_signal() {
    signals_->async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (shared_.leaving) {
        signal_ = signal;
        return stop();
      }
      leave();
      wait_for_signal();
    });
  }

  void wait_for_hangup() {
    hangups_->async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      reloader_->start();
      wait_for_hangup();
    });
  }

  void reloaded(Result<LiveOptions> read) {
    Status status = read ? Status() : err(read.error());
    if (status) status = check_exposure(options_.listen, read->service.keys);
    if (!status) {
      return shared_.log.write(LogLevel::error, "not read again, all stays as it was: " +
                                                    std::move(status).error().message);
    }
    read->service.hosts.bound = options_.listen.host;
    const auto live = std::make_shared<const LiveOptions>(std::move(*read));
    use(live);
    shared_.log.write(LogLevel::info, "keys and configuration were read again");
    std::string names;
    for (const std::string& name : live->needs_restart) names += (names.empty() ? "" : ", ") + name;
    if (names.empty()) return;
    shared_.log.write(LogLevel::warn, names + " changed, which takes a restart");
  }

  void use(std::shared_ptr<const LiveOptions> live) {
    live_ = std::move(live);
    shared_.memory.set_max_bytes(live_->service.remember_bytes);
    for (const auto& worker : workers_) {
      asio::post(worker->loop,
                 [service = &worker->service, live = live_] { service->renew(live); });
    }
  }

  void use_key(const Credential& renewed) {
    LiveOptions live = *live_;
    live.service.keys.own = renewed;
    use(std::make_shared<const LiveOptions>(std::move(live)));
    if (renewed.refused) {
      shared_.log.write(LogLevel::warn,
                        "the upstream refused the server's key, and no other one could be read");
    } else {
      shared_.log.write(LogLevel::info,
                        "the upstream refused the server's key; another one was read");
    }
  }

  /// Also of a server that nobody uses nothing is kept for longer.
  void forget_old_responses() {
    shared_.memory.forget_old();
    forgetting_->expires_after(kForgetEvery);
    forgetting_->async_wait([this](const boost::system::error_code& error) {
      if (!error) forget_old_responses();
    });
  }

  void leave() {
    shared_.leaving = true;
    notify_systemd("STOPPING=1", std::getenv("NOTIFY_SOCKET"));
    if (options_.drain_delay.count() == 0) return begin_drain();
    shared_.log.write(LogLevel::info,
                      "leaving: /readyz says 503; requests are served until the drain begins");
    timer_->expires_after(options_.drain_delay);
    timer_->async_wait([this](const boost::system::error_code& error) {
      if (!error) begin_drain();
    });
  }

  void begin_drain() {
    shared_.draining = true;
    shared_.log.write(LogLevel::info, "draining: " + std::to_string(server_->connections()) +
                                          " connections are open");
    server_->drain();
    drain_end_ = Clock::now() + options_.drain;
    watch_drain();
  }

  void watch_drain() {
    timer_->expires_after(kDrainPoll);
    timer_->async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      const auto now = Clock::now();
      if (server_->connections() == 0 || now >= drain_end_ + kLastWords) return stop();
      if (now >= drain_end_ && !std::exchange(cut_off_, true)) {
        for (const auto& worker : workers_) {
          asio::post(worker->loop, [service = &worker->service] { service->cut_off(); });
        }
      }
      watch_drain();
    });
  }

  /// The loops end once they have cut their connections.
  void stop() {
    server_->stop();
    signals_->cancel();
    hangups_->cancel();
    timer_->cancel();
    forgetting_->cancel();
    for (const auto& worker : workers_) {
      asio::post(worker->loop, [loop = &worker->loop] { loop->stop(); });
    }
  }

  const AppOptions& options_;
  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<asio::signal_set> signals_;
  std::unique_ptr<asio::steady_timer> timer_;
  std::unique_ptr<asio::steady_timer> forgetting_;
  std::unique_ptr<asio::signal_set> hangups_;
  std::unique_ptr<Reloader> reloader_;
  std::unique_ptr<KeyRenewal> renewal_;
  std::shared_ptr<const LiveOptions> live_;  ///< of the first loop
  std::vector<std::thread> threads_;
  Clock::time_point drain_end_;
  bool cut_off_ = false;
  int signal_ = 0;
};

}  // namespace

Result<int> serve(const AppOptions& options) {
  PROXX_TRY(check_exposure(options.listen, options.service.keys));
  raise_descriptor_limit();
  keep_freed_memory();
  return App(options).run();
}

}  // namespace proxx::server
