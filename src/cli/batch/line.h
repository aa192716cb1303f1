#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/reader.h"
#include "json/text.h"
#include "openai/protocol.h"

// The lines of OpenAI's batch files (docs/protocol.md 5.6), in and out.

namespace proxx::cli {

/// One request of a batch.
struct BatchLine {
  std::string custom_id;     ///< of a bare request `line-N`; "" if the line has none that is usable
  bool has_own_id = false;   ///< the input says custom_id
  std::string_view request;  ///< the request, a view into the document
  const Protocol* protocol = nullptr;  ///< of its url; null: it has none
  Error error;                         ///< why it cannot be run, if `request` is empty
};

/// Reads line `number`: a batch request, or a bare chat-completions request. Parses into
/// `document`.
[[nodiscard]] BatchLine read_batch_line(std::string_view text, uint64_t number,
                                        json::Document& document);

/// A line of --text as a batch request: its words are the prompt, `line-N` is the id. Decodes words
/// that are not UTF-8 (base/text_encoding.h). Returns a blank line unchanged.
[[nodiscard]] std::string prompt_line(std::string_view words, uint64_t number);

/// The error for a bare request with --resume, and a command that adds ids.
inline constexpr const char* kResumeNeedsIds =
    "--resume needs a custom_id on every line; to add them: "
    "jq -c '{custom_id: \"line-\\(input_line_number)\", body: .}' IN.jsonl > OUT.jsonl";

/// The upstream's answer to a line.
struct BatchAnswer {
  int status = 200;
  std::string_view request_id;  ///< "" is null
  std::string_view body;        ///< JSON, without a newline
};

/// `id` is the result's own, without its prefix `batch_req_`.
[[nodiscard]] std::string result_line(std::string_view id, std::string_view custom_id,
                                      const BatchAnswer& answer);
/// For a line that got no answer; an empty custom_id is null.
[[nodiscard]] std::string failure_line(std::string_view id, std::string_view custom_id,
                                       const Error& error);

/// What a line of an output file means for a run that continues it.
enum class ResultKind {
  answered,  ///< status 200: stays
  failed,    ///< to be run again
  damaged,   ///< the start of a result, or zeros that a power cut left
  foreign,   ///< no result: the file is not ours, so it must not be changed
};
struct ResultLine {
  ResultKind kind = ResultKind::foreign;
  std::string id;         ///< the result's own, after `batch_req_`; "" if it has none
  std::string custom_id;  ///< "" if it is null
  json::Reader response;  ///< of an answered one, a view of the document
};
[[nodiscard]] ResultLine read_result_line(std::string_view text, json::Document& document);

}  // namespace proxx::cli
