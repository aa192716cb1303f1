#pragma once
#include <functional>

#include "base/result.h"

namespace proxx::server {

/// A request that waits for the upstream. Held by shared_ptr, because the callbacks that it leaves
/// with the connection can outlive it and must be able to tell. Loop thread only.
class Session {
 public:
  /// Tells the owner, once, that the session has nothing left to do. It may be inside a call of the
  /// upstream's or of the exchange's, so the owner lets go of it in a later turn of the loop.
  using OnOver = std::function<void(Session&)>;

  virtual ~Session() = default;
  virtual void start() = 0;
  /// Ends the answer with this error, however far it is.
  virtual void end_with(const Error& error) = 0;
};

}  // namespace proxx::server
