#include "cli/options/words.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "base/secret_text.h"
#include "config/nearest.h"

namespace proxx::cli {
namespace {

std::string got(const std::string& value) {
  return ", got '" + shown_whole(value) + "'";
}

/// A number without trailing zeros: the limits are few and short.
std::string short_number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// The name that an error of CLI11's begins or ends with, and what stands around it.
std::string first_word(const std::string& text) {
  return text.substr(0, text.find_first_of(": "));
}

/// `A excludes B`, `A requires B`
std::string last_word(const std::string& text) {
  return text.substr(text.rfind(' ') + 1);
}

std::string mismatch(const CLI::App& app, const std::string& text) {
  const std::string name = first_word(text);
  if (text.find("At Most") != std::string::npos) return name + " is given twice";
  if (text.find("flag override") != std::string::npos) {
    return (name.starts_with('-') ? "" : name.size() == 1 ? "-" : "--") + name + " takes no value";
  }
  const CLI::Option* option = app.get_option_no_throw(name);
  const std::string value = option == nullptr ? "" : value_name(*option);
  return name + " needs a value" + (value.empty() ? "" : ": " + value);
}

std::vector<std::string> long_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

}  // namespace

CLI::Validator integer_from(int64_t lowest, int64_t highest) {
  const std::string range = highest == kNoLimit
                                ? std::to_string(lowest) + " up"
                                : std::to_string(lowest) + " to " + std::to_string(highest);
  return {[=](const std::string& text) -> std::string {
            // As it is written: CLI11 takes 010 for 8, and what is too large for the largest.
            int64_t value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            const bool whole = error == std::errc() && std::to_string(value) == text;
            if (whole && value >= lowest && value <= highest) return {};
            return "expected an integer from " + range + got(text);
          },
          ""};
}

CLI::Validator number_from(double lowest, double highest) {
  return {[=](const std::string& text) -> std::string {
            double value = NAN;
            if (CLI::detail::lexical_cast(text, value) && value >= lowest && value <= highest) {
              return {};
            }
            return "expected a number from " + short_number(lowest) + " to " +
                   short_number(highest) + got(text);
          },
          ""};
}

CLI::Validator one_of(std::vector<std::string> choices) {
  return {[choices = std::move(choices)](const std::string& text) -> std::string {
            if (std::find(choices.begin(), choices.end(), text) != choices.end()) return {};
            return "expected " + listed(choices) + got(text);
          },
          ""};
}

CLI::Validator true_or_false() {
  return {[](const std::string& text) -> std::string {
            bool value = false;
            if (CLI::detail::lexical_cast(text, value)) return {};
            return "expected true or false" + got(text);
          },
          ""};
}

CLI::Validator a_file() {
  return {[](const std::string& text) -> std::string {
            return text.empty() ? "expected a file" + got(text) : std::string();
          },
          ""};
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::string value_name(const CLI::Option& option) {
  std::string name = option.get_type_name();
  // CLI11 puts what a validator describes behind the name: `N:INT in [0 - 65535]`.
  for (const char* check : {":{", ":INT"}) name.resize(std::min(name.find(check), name.size()));
  return name;
}

std::string words_of(const CLI::App& app, const CLI::ParseError& error) {
  const std::string text = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) return mismatch(app, text);
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) {
    return first_word(text) + " does not go with " + last_word(text);
  }
  if (dynamic_cast<const CLI::RequiresError*>(&error) != nullptr) {
    return first_word(text) + " needs " + last_word(text);
  }
  return without_secrets(text);
}

std::string unknown_option(const CLI::App& app, const std::string& word) {
  const std::string name = word.substr(0, word.starts_with("--") ? word.find('=') : word.size());
  std::string text = "unknown option '" + shown_whole(name) + "'";
  if (!name.starts_with("--")) return text;
  const std::vector<std::string> names = long_names(app);
  const auto close = nearest(name, std::vector<std::string_view>(names.begin(), names.end()));
  return close ? text + " (did you mean '" + std::string(*close) + "'?)" : text;
}

}  // namespace proxx::cli
