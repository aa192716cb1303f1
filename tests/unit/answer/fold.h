#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace proxx::test {

using Json = nlohmann::ordered_json;

/// The `data` of each event of a stream with LF line ends.
std::vector<std::string> data_of(std::string_view stream);

/// The Anthropic message that a stream tells, as JSON text. Tool inputs are the fragments' text.
/// Written from docs/protocol.md 2, apart from the code under test.
std::string message_of_stream(std::string_view upstream_sse);

/// The chat.completion that a client puts together from chunks; also checks each chunk's form.
Json completion_of_chunks(std::string_view openai_sse);

/// A completion as chunks can tell it: content null and "" are one, no `usage` unless they had it.
Json comparable(Json completion, bool with_usage);

}  // namespace proxx::test
