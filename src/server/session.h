#pragma once
#include <functional>

#include "base/result.h"

namespace proxx::server {

/// A request that waits for the upstream. Held by shared_ptr: the callbacks that it leaves with the
/// connection can outlive it and check that. Loop thread only.
class Session {
 public:
  /// Tells the owner, once, that the session is over. It may be called from inside the upstream or
  /// the exchange, so the owner must destroy the session in a later turn of the loop.
  using OnOver = std::function<void(Session&)>;

  virtual ~Session() = default;
  virtual void start() = 0;
  /// Ends the answer with this error, however far it is.
  virtual void end_with(const Error& error) = 0;
};

}  // namespace proxx::server
