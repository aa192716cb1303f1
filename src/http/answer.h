#pragma once
#include <memory>

#include "http/server.h"
#include "http/transport.h"

namespace proxx::http {

class Answer;

/// What an Answer needs of its connection.
class AnswerPort {
 public:
  virtual ~AnswerPort() = default;
  /// Not open any more once the client is gone.
  virtual Transport& transport() = 0;
  /// Another request may follow this answer.
  [[nodiscard]] virtual bool keeps_alive() const = 0;
  /// Everything is in transport().out(). `last`: close the connection behind it.
  virtual void answer_ended(std::shared_ptr<Answer> answer, bool last) = 0;
  virtual void answer_aborted(bool reset) = 0;
};

/// The Responder of one request: puts HTTP framing around what the handler says.
class Answer final : public Responder, public std::enable_shared_from_this<Answer> {
 public:
  /// What of the request decides the framing.
  struct Shape {
    bool head_only = false;  ///< the method is HEAD
    bool http10 = false;
  };

  Answer(std::weak_ptr<AnswerPort> port, Shape shape, size_t max_buffered_bytes)
      : port_(std::move(port)), shape_(shape), max_buffered_bytes_(max_buffered_bytes) {}
  ~Answer() override { abort(); }

  void send(Response response) override;
  void start(int status, HeaderList headers) override;
  bool write(std::string_view bytes) override;
  void end() override;
  void abort() override;
  [[nodiscard]] size_t buffered_bytes() const override;
  void on_drain(std::function<void()> callback) override { on_drain_ = std::move(callback); }
  void on_gone(std::function<void()> callback) override { on_gone_ = std::move(callback); }
  void on_sent(std::function<void()> callback) override { on_sent_ = std::move(callback); }

  /// The handler threw: `response` if nothing has been said yet, else an abort.
  void fail(Response response);

  // From the connection: some output has left; the client is gone; the ended answer is through.
  void tell_written();
  void tell_gone();
  void tell_sent();

 private:
  enum class State { fresh, started, done };

  /// The open connection, or null.
  [[nodiscard]] std::shared_ptr<AnswerPort> port() const;

  const std::weak_ptr<AnswerPort> port_;
  const Shape shape_;
  const size_t max_buffered_bytes_;
  State state_ = State::fresh;
  bool bodiless_ = false;
  bool until_close_ = false;  ///< only the close ends the body
  bool last_ = false;
  bool overfull_ = false;
  std::function<void()> on_drain_;
  std::function<void()> on_gone_;
  std::function<void()> on_sent_;
};

}  // namespace proxx::http
