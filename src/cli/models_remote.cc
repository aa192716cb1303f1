#include "cli/models_remote.h"

#include "core/error_map.h"
#include "core/json_reader.h"
#include "upstream/headers.h"

namespace proxx::cli {
namespace {

/// The upstream's largest page; it has two dozen models.
constexpr const char* kModelsPath = "/v1/models?limit=1000";
constexpr size_t kMaxListBytes = size_t{4} << 20;

/// One answer, kept whole; ends the loop.
class Fetch final : public UpstreamHandler {
 public:
  explicit Fetch(boost::asio::io_context& loop) : loop_(loop) {}

  void on_head(UpstreamHead head) override { head_ = std::move(head); }
  void on_data(std::string_view bytes) override {
    body_.append(bytes.substr(0, kMaxListBytes - body_.size()));
  }
  void on_done(Status status) override {
    status_ = std::move(status);
    loop_.stop();
  }

  [[nodiscard]] Result<std::string> take() {
    PROXX_TRY(std::move(status_));
    if (head_.status != 200) {
      const auto type = find_header(head_.headers, "content-type").value_or("");
      return fail(upstream_status_error(head_.status, type, body_));
    }
    return std::move(body_);
  }

 private:
  boost::asio::io_context& loop_;
  UpstreamHead head_;
  std::string body_;
  Status status_;
};

Result<std::vector<RemoteModel>> read_list(const std::string& body) {
  json::Document document;
  const bool parsed = document.parse(body).has_value();
  if (!parsed || !document.root().get("data").is_array()) {
    return fail(ErrorKind::upstream_protocol, "the upstream's model list is not as expected");
  }
  std::vector<RemoteModel> out;
  for (const json::Reader model : document.root().get("data").elements()) {
    out.push_back({model.get("id").string_or(""), model.get("display_name").string_or("")});
  }
  return out;
}

}  // namespace

Result<std::vector<RemoteModel>> fetch_models(Runtime& runtime) {
  ExchangeContext& context = runtime.context();
  UpstreamRequest request;
  request.method = "GET";
  request.path = kModelsPath;
  request.headers = upstream_headers(context.headers, runtime.credential(), {});
  request.timeouts = context.timeouts;
  Fetch fetch(runtime.loop());
  const auto call = context.upstream->start(std::move(request), fetch);
  runtime.loop().run();
  PROXX_ASSIGN(const std::string body, fetch.take());
  return read_list(body);
}

}  // namespace proxx::cli
