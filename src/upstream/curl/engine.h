#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "upstream/headers.h"
#include "upstream/upstream.h"

namespace boost::asio {
class io_context;
}

namespace proxx {

struct EngineOptions {
  std::string base_url;    ///< scheme://host[:port][/prefix], validated by config, no final slash
  std::string proxy;       ///< "" leaves it to HTTPS_PROXY and its like; none for plain http
  std::string proxy_user;  ///< for the proxy of HTTPS_PROXY and its like, already removed from them
  std::string proxy_password;
  std::string ca_file;  ///< --cacert; "" is the system's, or SSL_CERT_FILE and its like
  size_t max_answer_bytes = size_t{256} << 20;  ///< docs/faults.md U7
  size_t max_header_bytes = size_t{300} << 10;  ///< docs/faults.md U49
  /// -v: each header line sent (`>`) and received (`<`), secrets redacted, and "" for the blank
  /// line that ends a header; `*` names a proxy taken from the environment. -vv: bodies too.
  std::function<void(char direction, std::string_view line)> trace_header;
  std::function<void(char direction, std::string_view bytes)> trace_body;
};

/// libcurl's multi interface on an asio loop: all calls of one thread share its connections, TLS
/// context and name cache. HTTP/1.1, redirects never followed, no Accept-Encoding (docs/faults.md 0
/// (fact 1) and 6): a 3xx head is passed on unchanged, a coded answer is
/// `upstream_bad_content_type`. Loop thread only. Keeps the loop's run() busy only while calls are
/// alive or being cancelled (a few per turn). Must not outlive the loop, nor be destroyed inside a
/// handler; calls that outlive it report nothing more.
class Engine final : public Upstream {
 public:
  /// Throws where start_libcurl() fails (upstream/curl/global.h): call that first to report it.
  Engine(boost::asio::io_context& loop, EngineOptions options);
  ~Engine() override;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] std::unique_ptr<UpstreamCall> start(UpstreamRequest request,
                                                    UpstreamHandler& handler) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// libcurl's own version line.
[[nodiscard]] std::string engine_version();

}  // namespace proxx
