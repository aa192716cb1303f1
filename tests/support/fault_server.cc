#include "support/fault_server.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>

namespace proxx::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// --- a certificate of our own --------------------------------------------------------------------

struct Identity {
  std::string certificate;
  std::string key;
};

std::string pem_text(const std::function<int(BIO*)>& write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
  write(memory.get());
  const char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<size_t>(size)};
}

Identity make_identity(bool expired) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509* const x509 = certificate.get();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  constexpr long kHour = 60 * 60;
  X509_gmtime_adj(X509_getm_notBefore(x509), -24 * kHour);
  X509_gmtime_adj(X509_getm_notAfter(x509), expired ? -kHour : 24 * kHour);
  X509_set_pubkey(x509, key.get());
  X509_NAME* const name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> names(
      X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, "DNS:localhost"),
      X509_EXTENSION_free);
  X509_add_ext(x509, names.get(), -1);
  X509_sign(x509, key.get(), EVP_sha256());
  return {pem_text([&](BIO* out) { return PEM_write_bio_X509(out, x509); }),
          pem_text([&](BIO* out) {
            return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

// --- where a request ends ------------------------------------------------------------------------

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

/// Bytes of the first whole request in `data`, or 0.
size_t request_size(const std::string& data) {
  const auto end = data.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  const std::string head = lower(data.substr(0, end));
  size_t body = 0;
  if (const auto at = head.find("\r\ncontent-length:"); at != std::string::npos)
    body = std::stoul(head.substr(at + 17));
  return data.size() >= end + 4 + body ? end + 4 + body : 0;
}

}  // namespace

// --- steps ---------------------------------------------------------------------------------------

Step send(std::string bytes) {
  return {Step::Kind::send, std::move(bytes), 0, 1, {}, {}};
}
Step send_pieces(std::string bytes, size_t piece_bytes) {
  return {Step::Kind::send, std::move(bytes), piece_bytes, 1, {}, {}};
}
Step send_times(std::string bytes, size_t times) {
  return {Step::Kind::send, std::move(bytes), 0, times, {}, {}};
}
Step drain(size_t bytes) {
  return {Step::Kind::drain, {}, 0, bytes, {}, {}};
}
Step wait(std::chrono::milliseconds duration) {
  return {Step::Kind::wait, {}, 0, 1, duration, {}};
}
Step wait_until(std::function<bool()> ready) {
  return {Step::Kind::wait_until, {}, 0, 1, {}, std::move(ready)};
}
Step stall() {
  return {Step::Kind::stall, {}, 0, 1, {}, {}};
}
Step close() {
  return {Step::Kind::close, {}, 0, 1, {}, {}};
}
Step reset() {
  return {Step::Kind::reset, {}, 0, 1, {}, {}};
}

Step answer(int status, std::string_view content_type, std::string_view body) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " X\r\ncontent-type: ";
  text.append(content_type).append("\r\ncontent-length: ").append(std::to_string(body.size()));
  return send(text.append("\r\n\r\n").append(body));
}

Step stream_head(std::string_view content_type) {
  return send("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: " + std::string(content_type) +
              "\r\n\r\n");
}

// --- the server ----------------------------------------------------------------------------------

struct FaultServer::Impl {
  Impl(Scripter chosen, FaultServerOptions given)
      : scripter(std::move(chosen)), options(given), acceptor(loop) {
    if (options.tls) take_identity();
    const tcp::endpoint where(asio::ip::address_v4::loopback(), 0);
    acceptor.open(where.protocol());
    if (options.receive_bytes > 0)
      acceptor.set_option(asio::socket_base::receive_buffer_size(options.receive_bytes));
    acceptor.bind(where);
    acceptor.listen();
    port = acceptor.local_endpoint().port();
    accept();
    thread = std::thread([this] { loop.run(); });
  }
  ~Impl() {
    loop.stop();
    thread.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void accept();
  void take_identity();
  Script next_script(std::string request);

  Scripter scripter;
  FaultServerOptions options;
  std::optional<asio::ssl::context> tls;
  std::atomic<size_t> connections{0};
  std::atomic<size_t> resumed{0};
  std::atomic<size_t> open{0};
  std::atomic<size_t> sent{0};
  mutable std::mutex mutex;  ///< of the two below, and of tls
  Identity identity;
  std::vector<std::string> requests;
  asio::io_context loop{1};  // sessions end with it, and use what stands above
  tcp::acceptor acceptor;
  uint16_t port = 0;
  std::thread thread;
};

namespace {

/// One connection. Keeps itself alive by the handlers of what it waits for.
template <class Stream, class Server>
class Session : public std::enable_shared_from_this<Session<Stream, Server>> {
 public:
  Session(Server& server, Stream stream)
      : server_(server), stream_(std::move(stream)), timer_(server.loop) {
    ++server_.open;
  }
  ~Session() { --server_.open; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start() {
    if (!server_.options.reads) {
      run(server_.next_script({}));
      return;
    }
    if constexpr (kTls) {
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code error) {
                                if (error) return;
                                if (SSL_session_reused(self->stream_.native_handle()) != 0)
                                  ++self->server_.resumed;
                                self->read();
                              });
    } else {
      read();
    }
  }

 private:
  static constexpr bool kTls = !std::is_same_v<Stream, tcp::socket>;

  void read() {
    if (const size_t size = request_size(received_); size > 0) {
      std::string request = received_.substr(0, size);
      received_.erase(0, size);
      run(server_.next_script(std::move(request)));
      return;
    }
    stream_.async_read_some(asio::buffer(buffer_),
                            [self = this->shared_from_this()](error_code error, size_t bytes) {
                              if (error) return;
                              self->received_.append(self->buffer_.data(), bytes);
                              self->read();
                            });
  }

  void run(Script script) {
    script_ = std::move(script);
    step_ = 0;
    take_step();
  }

  void take_step() {
    if (step_ == script_.size()) {
      read();
      return;
    }
    Step& step = script_[step_];
    switch (step.kind) {
      case Step::Kind::send:
        write(0);
        break;
      case Step::Kind::drain:
        drain();
        break;
      case Step::Kind::wait:
        timer_.expires_after(step.duration);
        timer_.async_wait([self = this->shared_from_this()](error_code) { self->next_step(); });
        break;
      case Step::Kind::wait_until:
        if (step.ready()) {
          next_step();
          break;
        }
        timer_.expires_after(std::chrono::milliseconds(1));
        timer_.async_wait([self = this->shared_from_this()](error_code) { self->take_step(); });
        break;
      case Step::Kind::stall:
        swallow();
        break;
      case Step::Kind::close:
        end(false);
        break;
      case Step::Kind::reset:
        end(true);
        break;
    }
  }

  void next_step() {
    ++step_;
    take_step();
  }

  void write(size_t from) {
    const Step& step = script_[step_];
    if (from == step.bytes.size()) {
      if (--script_[step_].times == 0)
        next_step();
      else
        write(0);
      return;
    }
    const size_t left = step.bytes.size() - from;
    const size_t size = step.piece_bytes == 0 ? left : std::min(left, step.piece_bytes);
    stream_.async_write_some(
        asio::buffer(step.bytes.data() + from, size),
        [self = this->shared_from_this(), from](error_code error, size_t bytes) {
          if (error) return;
          self->server_.sent += bytes;
          self->write(from + bytes);
        });
  }

  void drain() {
    size_t& left = script_[step_].times;
    if (left == 0) {
      next_step();
      return;
    }
    stream_.async_read_some(asio::buffer(buffer_.data(), std::min(left, buffer_.size())),
                            [self = this->shared_from_this()](error_code error, size_t bytes) {
                              if (error) return;
                              self->script_[self->step_].times -= bytes;
                              self->drain();
                            });
  }

  void swallow() {
    stream_.async_read_some(asio::buffer(buffer_),
                            [self = this->shared_from_this()](error_code error, size_t) {
                              if (!error) self->swallow();
                            });
  }

  void end(bool abruptly) {
    error_code ignored;
    auto& socket = stream_.lowest_layer();
    if (abruptly)
      socket.set_option(asio::socket_base::linger(true, 0), ignored);
    else
      socket.shutdown(tcp::socket::shutdown_send, ignored);
    socket.close(ignored);
  }

  Server& server_;
  Stream stream_;
  asio::steady_timer timer_;
  std::array<char, 16384> buffer_;
  std::string received_;
  Script script_;
  size_t step_ = 0;
};

}  // namespace

// A connection keeps the context that it began with.
void FaultServer::Impl::take_identity() {
  const std::lock_guard lock(mutex);
  identity = make_identity(options.expired);
  tls.emplace(asio::ssl::context::tls_server);
  SSL_CTX_set_timeout(tls->native_handle(), options.session_seconds);
  tls->use_certificate_chain(asio::buffer(identity.certificate));
  tls->use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
}

void FaultServer::Impl::accept() {
  acceptor.async_accept([this](error_code error, tcp::socket socket) {
    if (error) return;
    ++connections;
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    if (options.tls) {
      using Tls = asio::ssl::stream<tcp::socket>;
      const std::lock_guard lock(mutex);
      std::make_shared<Session<Tls, Impl>>(*this, Tls(std::move(socket), *tls))->start();
    } else {
      std::make_shared<Session<tcp::socket, Impl>>(*this, std::move(socket))->start();
    }
    accept();
  });
}

Script FaultServer::Impl::next_script(std::string request) {
  size_t number = 0;
  {
    const std::lock_guard lock(mutex);
    number = requests.size();
    requests.push_back(request);
  }
  return scripter(request, number);
}

FaultServer::FaultServer(Scripter scripter, FaultServerOptions options)
    : impl_(std::make_unique<Impl>(std::move(scripter), options)) {}

FaultServer::FaultServer(std::vector<Script> scripts, FaultServerOptions options)
    : FaultServer(
          [scripts = std::move(scripts)](const std::string&, size_t number) {
            return scripts.empty() ? Script{} : scripts[std::min(number, scripts.size() - 1)];
          },
          options) {}

FaultServer::~FaultServer() = default;

uint16_t FaultServer::port() const {
  return impl_->port;
}
std::string FaultServer::url() const {
  return impl_->options.tls ? "https://localhost:" + std::to_string(port())
                            : "http://127.0.0.1:" + std::to_string(port());
}
std::string FaultServer::certificate() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->identity.certificate;
}
void FaultServer::rotate() {
  impl_->take_identity();
}
size_t FaultServer::resumed() const {
  return impl_->resumed;
}
size_t FaultServer::connections() const {
  return impl_->connections;
}
size_t FaultServer::open_connections() const {
  return impl_->open;
}
size_t FaultServer::sent_bytes() const {
  return impl_->sent;
}
std::vector<std::string> FaultServer::requests() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->requests;
}

bool FaultServer::eventually(const std::function<bool()>& done, std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace proxx::test
