#include "exchange/model_fetch.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/ascii.h"
#include "openai/error.h"

namespace proxx {
namespace {

/// The upstream's largest page; it has two dozen models.
constexpr const char* kFirstPage = "/v1/models?limit=1000";
constexpr int kMaxPages = 10;
constexpr size_t kMaxPageBytes = size_t{4} << 20;
/// For all pages. A list is never worth a longer wait: the table can answer.
constexpr std::chrono::milliseconds kMaxTime{10'000};

/// The shorter of two limits, of which zero is none.
std::chrono::milliseconds shorter(std::chrono::milliseconds limit, std::chrono::milliseconds left) {
  return limit.count() == 0 ? left : std::min(limit, left);
}

}  // namespace

ModelFetch::ModelFetch(const ExchangeContext& context, const Credential& credential, OnDone on_done)
    : context_(context),
      credential_(credential),
      on_done_(std::move(on_done)),
      deadline_(Clock::now() + kMaxTime) {
  ask({});
}

void ModelFetch::ask(const std::string& after_id) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
  ProviderCall call;
  call.method = "GET";
  call.path = kFirstPage;
  if (!after_id.empty()) call.path += "&after_id=" + percent_encoded(after_id);
  call.credential = credential_;
  auto request = context_.provider->prepare(std::move(call));
  if (!request) return end_later(std::move(request).error());
  request->timeouts = context_.timeouts;
  request->timeouts.total =
      shorter(request->timeouts.total, std::max(left, std::chrono::milliseconds(1)));
  secrets_ = request->secrets;
  head_ = {};
  body_.clear();
  call_ = context_.upstream->start(std::move(*request), *this);
}

void ModelFetch::end_later(Error error) {
  boost::asio::post(*context_.loop, [this, alive = std::weak_ptr<bool>(alive_), error] {
    if (!alive.expired()) end(err(error));
  });
}

void ModelFetch::on_head(UpstreamHead head) {
  head_ = std::move(head);
}

void ModelFetch::on_data(std::string_view bytes) {
  body_.append(bytes.substr(0, kMaxPageBytes - body_.size()));
}

bool ModelFetch::is_refused() const {
  return head_.status != 200 && context_.provider->judge(head_, body_) == Refusal::credential;
}

void ModelFetch::renew() {
  tried_again_ = true;
  context_.renew(credential_, [this, alive = std::weak_ptr<bool>(alive_)](
                                  Result<std::optional<Credential>> renewed) {
    if (alive.expired()) return;
    if (!renewed) return end(tl::unexpected<Error>(std::move(renewed).error()));
    if (!*renewed) return end(tl::unexpected<Error>(take_page({}).error()));
    credential_ = std::move(**renewed);
    // A command may have waited for a human.
    deadline_ = Clock::now() + kMaxTime;
    ask(next_);
  });
}

void ModelFetch::on_done(Status status) {
  if (status && context_.renew && !tried_again_ && is_refused()) return renew();
  if (Status page = take_page(std::move(status)); !page) {
    return end(tl::unexpected<Error>(std::move(page).error()));
  }
  if (next_.empty()) return end(std::move(models_));
  ask(next_);
}

Status ModelFetch::take_page(Status status) {
  PROXX_TRY(std::move(status));
  if (head_.status != 200) {
    const auto type = find_header(head_.headers, "content-type").value_or("");
    mask_whole(secrets_, body_);
    return err(upstream_status_error(head_.status, type, body_));
  }
  PROXX_ASSIGN(ModelsPage page, read_page());
  std::move(page.models.begin(), page.models.end(), std::back_inserter(models_));
  if (!page.next.empty() && (page.next == next_ || ++pages_ == kMaxPages)) {
    return err(ErrorKind::upstream_protocol, "the upstream's model list has no end");
  }
  next_ = std::move(page.next);
  return {};
}

Result<ModelsPage> ModelFetch::read_page() {
  auto page = decode_models_page(body_);
  if (page) return page;
  mask_whole(secrets_, body_);
  Error reported = upstream_status_error(head_.status, "", body_);
  if (reported.kind == ErrorKind::upstream_error_event) return err(std::move(reported));
  return page;
}

void ModelFetch::end(Result<std::vector<ModelInfo>> result) {
  const OnDone tell = std::move(on_done_);
  tell(std::move(result));
}

}  // namespace proxx
