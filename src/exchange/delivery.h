#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "exchange/sink.h"
#include "upstream/upstream.h"

namespace proxx {

/// An exchange's side towards its sink: what the sink was told, and what it is still to get.
class Delivery {
 public:
  /// `sink` must outlive the delivery.
  explicit Delivery(Sink& sink) : sink_(sink) {}

  AnswerHead head;     ///< its status and headers are set by begin() and fail()
  std::string output;  ///< converted, not yet given to the sink; no memory of it is kept

  /// The sink had begin().
  [[nodiscard]] bool has_begun() const { return phase_ != Phase::unanswered; }
  /// The sink had its last call.
  [[nodiscard]] bool is_over() const { return phase_ == Phase::over; }

  void begin(const HeaderList& headers);
  /// Gives the sink the output, once it had begin().
  void flush();
  /// The sink holds enough, and has not said since that it can take more.
  [[nodiscard]] bool is_full() const { return full_; }
  void note_room() { full_ = false; }
  void keep_alive();
  // The sink's last calls: whoever owns this may be destroyed in them.
  void finish();
  void fail(const Error& error, HeaderList headers);

 private:
  enum class Phase { unanswered, answering, over };

  Sink& sink_;
  Phase phase_ = Phase::unanswered;
  bool full_ = false;
};

}  // namespace proxx
