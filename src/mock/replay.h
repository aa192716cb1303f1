#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mock/message.h"
#include "mock/scenarios/scenarios.h"

namespace proxx::mock {

// A recording is a folder with one folder an exchange, numbered `0001`, `0002`, ...:
//
//   request.json       what was sent upstream
//   response.sse       the answer's bytes, if it was an event stream; else response.json
//   output.json        what the client got, or output.sse, output.txt; not read
//   meta.json          {"status":200,"headers":{...},"pieces":[[MS,BYTES],...],"cut":false}
//
// `pieces` is how the bytes came: milliseconds after the request or the piece before, and how many.
// `cut` is true if the connection broke off. No header that could hold a secret is kept.

inline constexpr const char* kRequestFile = "request.json";
inline constexpr const char* kStreamFile = "response.sse";
inline constexpr const char* kMessageFile = "response.json";
inline constexpr const char* kMetaFile = "meta.json";

/// Recorded exchanges, to answer the same requests again.
class Recordings {
 public:
  /// Errors: `usage` for a folder that cannot be read, holds nothing, or holds what is damaged, no
  /// regular file or too large.
  [[nodiscard]] static Result<Recordings> load(const std::string& folder);

  /// The answer that was recorded for this request, whatever the order of its keys; of several the
  /// next one, and the last again and again. 404 with a list of what there is if there is none.
  [[nodiscard]] Answer answer(std::string_view body, uint64_t number);

 private:
  struct Exchange {
    std::string name;
    Json request;
    Answer answer;
    size_t played = 0;
  };
  [[nodiscard]] static Result<Exchange> load_exchange(const std::string& folder,
                                                      const std::string& name, size_t& bytes);
  [[nodiscard]] std::string listing() const;

  std::string folder_;
  std::vector<Exchange> exchanges_;
};

}  // namespace proxx::mock
