#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "upstream/upstream.h"

namespace proxx::test {

/// An Upstream that the test answers by hand: `upstream.calls.at(0)->head(200, {...})`.
class FakeUpstream final : public Upstream {
 public:
  struct Call {
    UpstreamRequest request;
    UpstreamHandler* handler = nullptr;  ///< null once the call was cancelled
    int pauses = 0;
    int resumes = 0;

    [[nodiscard]] bool cancelled() const { return handler == nullptr; }
    void head(int status, HeaderList headers) {
      if (handler != nullptr) handler->on_head({status, std::move(headers)});
    }
    void data(std::string_view bytes) {
      if (handler != nullptr) handler->on_data(bytes);
      if (handler != nullptr) handler->on_caught_up();
    }
    void done(Status status = {}) {
      if (handler != nullptr) handler->on_done(std::move(status));
    }
    /// A whole answer.
    void answer(int status, std::string content_type, std::string_view body) {
      head(status, {{"content-type", std::move(content_type)}, {"request-id", "req_fake"}});
      data(body);
      done();
    }
  };

  std::vector<std::shared_ptr<Call>> calls;

  [[nodiscard]] std::unique_ptr<UpstreamCall> start(UpstreamRequest request,
                                                    UpstreamHandler& handler) override {
    auto call = std::make_shared<Call>();
    call->request = std::move(request);
    call->handler = &handler;
    calls.push_back(call);
    return std::make_unique<Handle>(std::move(call));
  }

 private:
  class Handle final : public UpstreamCall {
   public:
    explicit Handle(std::shared_ptr<Call> call) : call_(std::move(call)) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() override { call_->handler = nullptr; }
    void pause() override { ++call_->pauses; }
    void resume() override { ++call_->resumes; }

   private:
    std::shared_ptr<Call> call_;
  };
};

}  // namespace proxx::test
