// What is taken is what nlohmann takes, and reads the same: structure, keys, strings, booleans,
// numbers as they stand. Apart, by intent: a text nested deeper than 128 is refused, and numbers
// beyond a double's range are taken. What is written again reads the same. Repaired UTF-8 is valid.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "fuzz.h"
#include "json/reader.h"
#include "json/writer.h"

namespace proxx::fuzz {
namespace {

/// A JSON text as the list of its tokens, each a letter and a text.
using Tokens = std::vector<std::string>;

class NlohmannTokens {
 public:
  Tokens tokens;
  size_t depth = 0;
  size_t deepest = 0;
  bool out_of_range = false;

  bool null() { return add("0"); }
  bool boolean(bool value) { return add(value ? "true" : "false"); }
  bool number_integer(int64_t value) { return add("n" + std::to_string(value)); }
  bool number_unsigned(uint64_t value) { return add("n" + std::to_string(value)); }
  bool number_float(double, const std::string& text) { return add("n" + text); }
  bool string(const std::string& value) { return add("s" + value); }
  bool key(const std::string& value) { return add("k" + value); }
  bool binary(const std::vector<uint8_t>&) { return false; }
  bool start_object(size_t) { return open("{"); }
  bool end_object() { return close("}"); }
  bool start_array(size_t) { return open("["); }
  bool end_array() { return close("]"); }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& error) {
    out_of_range = error.id == 406;
    return false;
  }

 private:
  bool add(std::string token) {
    tokens.push_back(std::move(token));
    return true;
  }
  bool open(const char* bracket) {
    deepest = std::max(deepest, ++depth);
    return add(bracket);
  }
  bool close(const char* bracket) {
    --depth;
    return add(bracket);
  }
};

void list_tokens(json::Reader value, Tokens& tokens) {
  switch (value.type()) {
    case json::Type::null:
      tokens.emplace_back("0");
      break;
    case json::Type::boolean:
      tokens.emplace_back(value.boolean_or(false) ? "true" : "false");
      break;
    case json::Type::number:
      tokens.push_back("n" + std::string(value.raw() == "-0" ? "0" : value.raw()));
      break;
    case json::Type::string:
      tokens.push_back("s" + value.string_or("absent"));
      break;
    case json::Type::array:
      tokens.emplace_back("[");
      for (const json::Reader element : value.elements()) list_tokens(element, tokens);
      tokens.emplace_back("]");
      break;
    case json::Type::object:
      tokens.emplace_back("{");
      for (const json::Member& member : value.members()) {
        tokens.push_back("k" + member.key());
        list_tokens(member.value, tokens);
      }
      tokens.emplace_back("}");
      break;
  }
}

void write(json::Reader value, json::Writer& writer) {
  if (value.is_object()) {
    writer.begin_object();
    for (const json::Member& member : value.members()) {
      writer.raw_key(member.raw_key);
      write(member.value, writer);
    }
    writer.end_object();
  } else if (value.is_array()) {
    writer.begin_array();
    for (const json::Reader element : value.elements()) write(element, writer);
    writer.end_array();
  } else if (value.is_string()) {
    writer.string(value.string_or("absent"));
  } else {
    writer.raw(value.raw());
  }
}

Tokens tokens_of(const json::Document& document) {
  Tokens tokens;
  list_tokens(document.root(), tokens);
  return tokens;
}

void check_numbers(json::Reader value) {
  for (const json::Reader element : value.elements()) {
    if (!element.is_number()) continue;
    const std::string text(element.raw());
    const nlohmann::json expected = nlohmann::json::parse(text, nullptr, false);
    if (expected.is_discarded()) continue;
    const auto number = element.number_or_none();
    // Below a double's range nlohmann has 0, and we have nothing, as above it.
    if (!number && expected.get<double>() == 0) continue;
    expect(number == expected.get<double>(), "the same double", text);
    const bool fits = expected.is_number_integer() &&
                      (!expected.is_number_unsigned() || expected.get<uint64_t>() <= INT64_MAX);
    expect(element.integer_or_none().has_value() == fits, "the same integers", text);
    if (fits) expect(*element.integer_or_none() == expected.get<int64_t>(), "the same int", text);
  }
}

void check_places(json::Reader root) {
  expect(root.path().empty(), "the root has no path");
  for (const json::Member& member : root.members()) {
    expect(bool(root.get(member.key())), "every member is found by its key");
    // An empty key adds nothing that can be seen.
    expect(!member.value.path().empty() || member.raw_key.empty(), "a member has a path");
  }
  size_t index = 0;
  for (const json::Reader element : root.elements()) {
    expect(root.at(index++) == element, "every element is found by its index");
  }
  expect(root.is_object() || index == root.size(), "the size is that of the elements");
}

void check_utf8(std::string_view text) {
  const std::string repaired = utf8::repaired(text);
  const bool valid = utf8::find_invalid(text) == std::string_view::npos;
  expect(utf8::find_invalid(repaired) == std::string_view::npos, "repaired UTF-8 is valid");
  expect((repaired == text) == valid, "only what is invalid is repaired");

  std::string quoted = "\"";
  json::append_escaped(quoted, text);
  quoted += '"';
  json::Document document;
  expect(document.parse(quoted).has_value(), "escaped text is valid", quoted);
  const std::string back = document.root().string_or("absent");
  if (valid) expect(back == text, "escaped text reads back", quoted);
}

void check(std::string_view text) {
  json::Document document;
  const bool taken = document.parse(text).has_value();
  expect(!taken || json::Document().parse(text, {.allow_lone_surrogates = true}),
         "leniency takes no less");
  // nlohmann takes a NUL for the end.
  if (text.find('\0') != std::string_view::npos) {
    expect(!taken, "a NUL stands nowhere in JSON");
    return;
  }
  NlohmannTokens expected;
  const bool takes = nlohmann::json::sax_parse(text, &expected);
  if (expected.out_of_range) return;
  expect(taken == (takes && expected.deepest <= 128), "taken as nlohmann takes it", text);
  if (!taken) return;
  expect(tokens_of(document) == expected.tokens, "read as nlohmann reads it", text);
  check_numbers(document.root());
  check_places(document.root());

  std::string written;
  json::Writer writer(written);
  write(document.root(), writer);
  json::Document again;
  expect(again.parse(written).has_value(), "what is written is valid", written);
  expect(tokens_of(again) == expected.tokens, "what is written reads the same", written);
}

}  // namespace
}  // namespace proxx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  proxx::fuzz::check_utf8(text);
  proxx::fuzz::check(text);
  return 0;
}
