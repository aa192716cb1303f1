#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

// The messages for wrong values, in one form: `--jobs: expected an integer from 1 to 1000, got
// '0'`. For this folder only.

namespace proxx::cli {

inline constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

[[nodiscard]] CLI::Validator integer_from(int64_t lowest, int64_t highest = kNoLimit);
[[nodiscard]] CLI::Validator number_from(double lowest, double highest);
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> choices);
[[nodiscard]] CLI::Validator true_or_false();
/// Of a name that a script's variable should have held: "" would be as if it was not asked for.
[[nodiscard]] CLI::Validator a_file();

/// `a, b or c`
[[nodiscard]] std::string listed(const std::vector<std::string>& words);
/// The name of an option's value in help and messages: the `NAME` of `--model NAME`; "" for a flag.
[[nodiscard]] std::string value_name(const CLI::Option& option);
/// The error in proxx's words. Messages of a validator stay.
[[nodiscard]] std::string words_of(const CLI::App& app, const CLI::ParseError& error);
/// `unknown option '--strem' (did you mean '--stream'?)`. Suggests nothing for one letter, since
/// every other letter is near.
[[nodiscard]] std::string unknown_option(const CLI::App& app, const std::string& word);

}  // namespace proxx::cli
