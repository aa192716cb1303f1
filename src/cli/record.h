#pragma once
#include <memory>
#include <string>

#include "core/result.h"
#include "upstream/upstream.h"

namespace proxx::cli {

/// --record: an upstream that keeps each exchange with another one in a folder of its own, in the
/// form that `proxx mock --replay` reads (mock/replay.h). What is kept is the request's body, and
/// of the answer its bytes with their timing and the headers that conversion looks at: no key, and
/// no header of the request.
class RecordingUpstream final : public Upstream {
 public:
  /// `upstream` must outlive this. `folder` is created if it is missing; errors: `usage`.
  static Result<std::unique_ptr<RecordingUpstream>> make(Upstream& upstream, std::string folder);

  [[nodiscard]] std::unique_ptr<UpstreamCall> start(UpstreamRequest request,
                                                    UpstreamHandler& handler) override;

 private:
  RecordingUpstream(Upstream& upstream, std::string folder)
      : upstream_(upstream), folder_(std::move(folder)) {}

  Upstream& upstream_;
  std::string folder_;
};

}  // namespace proxx::cli
