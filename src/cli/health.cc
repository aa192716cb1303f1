#include "cli/health.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>

namespace proxx::cli {
namespace {

constexpr std::chrono::seconds kTime{3};

tl::unexpected<Error> unhealthy(const ServerAddress& server, const std::string& why) {
  const std::string where = server.unix_path.empty()
                                ? server.host + " port " + std::to_string(server.port)
                                : server.unix_path;
  return err(ErrorKind::internal, "no healthy proxx serve on " + where + ": " + why);
}

template <class Stream, class... Endpoint>
Status ask(const ServerAddress& server, const Endpoint&... endpoint) {
  Stream stream;
  stream.expires_after(kTime);
  stream.connect(endpoint...);
  stream << "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n" << std::flush;
  std::string status_line;
  std::getline(stream, status_line);
  if (!stream) return unhealthy(server, stream.error().message());
  if (status_line.find(" 200 ") == std::string::npos)
    return unhealthy(server, "/healthz says " + status_line.substr(0, status_line.find('\r')));
  return {};
}

// The address by which a server on `host` is reached from the same machine.
std::string reachable(const std::string& host) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (error || !address.is_unspecified()) return host;
  return address.is_v6() ? "::1" : "127.0.0.1";
}

}  // namespace

Status check_health(const ServerAddress& server) {
  if (!server.unix_path.empty()) {
    using Local = boost::asio::local::stream_protocol;
    return ask<Local::iostream>(server, Local::endpoint(server.unix_path));
  }
  if (server.port == 0)
    return err(ErrorKind::usage, "--check-health needs the --port that the server listens on");
  using Tcp = boost::asio::ip::tcp;
  return ask<Tcp::iostream>(server, reachable(server.host), std::to_string(server.port));
}

}  // namespace proxx::cli
