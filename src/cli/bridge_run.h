#pragma once
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "cli/batch/progress.h"
#include "cli/bridge_line.h"
#include "cli/io/jsonl_input.h"
#include "cli/io/output.h"
#include "cli/runtime.h"
#include "openai/past_responses.h"

namespace proxx::cli {

/// The stdio bridge: reads lines, runs up to `jobs` requests at a time, and writes their lines as
/// they come. If the parent stops reading, its lines wait, the upstream calls are paused and no
/// request starts. Once the queue is full, the bridge stops reading.
class BridgeRun {
 public:
  /// `runtime` must outlive the run; `output` is a descriptor that stays open.
  BridgeRun(Runtime& runtime, size_t jobs, std::shared_ptr<PastResponses> past, int input,
            int output);
  ~BridgeRun();

  /// Runs the loop until the input and all requests have ended.
  Status run();
  /// Counts of all requests that have ended.
  [[nodiscard]] const BatchCounts& counts() const { return counts_; }

 private:
  class Talk;
  struct Waiting {
    std::string id;
    std::string body;
    [[nodiscard]] size_t bytes() const { return id.size() + body.size(); }
  };

  void read();
  void take(LineSource::Next next);
  void take_line(const LineCutter::Line& line);
  void start_waiting();
  void reply(const std::string& line);
  void cancel(const std::string& id);
  [[nodiscard]] bool is_known(const std::string& id) const;
  void finished(Talk& talk, bool failed);
  void drained();
  void end(Status status);
  void end_if_done();

  Runtime& runtime_;
  size_t jobs_;
  LineSource source_;
  PipeWriter writer_;
  std::shared_ptr<PastResponses> past_;  ///< shared by all requests; null: nothing is kept
  json::Document document_;
  std::list<Waiting> waiting_;
  std::map<std::string, std::list<Waiting>::iterator> waiting_ids_;
  size_t waiting_bytes_ = 0;
  size_t unread_bytes_ = 0;  ///< of replies since the parent last read everything
  std::map<std::string, std::unique_ptr<Talk>> talks_;  ///< by id
  std::string resumed_;                                 ///< id of the talk that was resumed last
  BatchCounts counts_;
  bool reading_ = false;
  bool input_ended_ = false;
  Status status_;
};

}  // namespace proxx::cli
