#pragma once
#include <array>
#include <string_view>

#include "config/settings.h"

namespace proxx {

/// The enumerators of E in their order, as they are written.
template <class E>
inline constexpr std::array<std::string_view, 0> kWords{};

template <>
inline constexpr std::array<std::string_view, 2> kWords<ClientHeaders>{"claude-code", "plain"};
template <>
inline constexpr std::array<std::string_view, 6> kWords<HostKind>{"anthropic", "aws",    "google",
                                                                  "bedrock",   "vertex", "foundry"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<BedrockEndpoint>{"runtime", "mantle"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<ModelsFrom>{"table", "upstream"};
template <>
inline constexpr std::array<std::string_view, 3> kWords<OnLossy>{"warn", "error", "ignore"};
template <>
inline constexpr std::array<std::string_view, 3> kWords<PromptCache>{"off", "asked", "auto"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<ClientKey>{"forward", "ignore"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<Names>{"drop", "text"};
template <>
inline constexpr std::array<std::string_view, 4> kWords<LogLevel>{"error", "warn", "info", "debug"};
template <>
inline constexpr std::array<std::string_view, 2> kWords<LogFormat>{"text", "json"};
template <>
inline constexpr std::array<std::string_view, 3> kWords<Sampling>{"none", "default_only", "one_of"};

/// The units of a ByteCount, the largest first.
struct ByteUnit {
  std::string_view word;
  int64_t bytes;
};
inline constexpr std::array<ByteUnit, 3> kByteUnits{
    {{"GiB", int64_t{1} << 30}, {"MiB", int64_t{1} << 20}, {"KiB", int64_t{1} << 10}}};

/// The elements of `convert.reasoning`, each with its switch.
struct ReasoningWord {
  std::string_view word;
  bool ReasoningFields::*field;
};
inline constexpr std::array<ReasoningWord, 3> kReasoningWords{
    {{"reasoning_content", &ReasoningFields::reasoning_content},
     {"reasoning_details", &ReasoningFields::reasoning_details},
     {"thinking_blocks", &ReasoningFields::thinking_blocks}}};

}  // namespace proxx
