#include "cli/ask/schema_words.h"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/secret_text.h"
#include "cli/io/input.h"
#include "json/reader.h"
#include "json/writer.h"

namespace proxx::cli {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

struct SchemaMember {
  std::string_view name;
  std::string_view type = "string";
  std::string_view description;
};

Result<SchemaMember> read_schema_member(std::string_view text) {
  SchemaMember member;
  const size_t colon = std::min(text.find(':'), text.size());
  member.description = trimmed(text.substr(std::min(colon + 1, text.size())));
  const std::string_view head = trimmed(text.substr(0, colon));
  const size_t name_end = std::min(head.find_first_of(kSpace), head.size());
  member.name = head.substr(0, name_end);
  const std::string_view type = trimmed(head.substr(name_end));
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {"", "string"},      {"str", "string"},   {"int", "integer"},
      {"float", "number"}, {"bool", "boolean"},
  };
  const auto* known = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [type](const auto& row) { return row.first == type; });
  if (member.name.empty() || known == std::end(kTypes)) {
    return err(ErrorKind::usage,
               "--schema: expected a file, JSON, or members as in "
               "'name, age int, tall bool: over 2 m' (str, int, float, bool), "
               "got '" +
                   shown_whole(std::string(text)) + "'");
  }
  member.type = known->second;
  return member;
}

Result<std::string> check_schema(const std::string& text, const std::string& name) {
  json::Document document;
  if (const Status status = document.parse(text, {.allow_lone_surrogates = true}); !status) {
    return err(ErrorKind::usage, name + ": " + status.error().message);
  }
  if (!document.root().is_object()) {
    return err(ErrorKind::usage, name + ": expected a JSON Schema, an object");
  }
  return std::string(document.root().raw());
}

}  // namespace

Result<std::string> read_schema(const std::string& value) {
  const std::string_view text_given = trimmed(value);
  if (text_given.empty()) return err(ErrorKind::usage, "--schema: expected a schema, got ''");
  // JSON that is no object is refused as such.
  if (std::string_view("{[\"").find(text_given.front()) != std::string_view::npos) {
    return check_schema(value, "--schema");
  }
  if (value.front() == '@') {  // as -s and -H take a file
    PROXX_ASSIGN(const std::string text, read_input(value.substr(1)));
    return check_schema(text, value.substr(1));
  }
  const bool one_word = value.find_first_of(" ,:\n") == std::string::npos;
  if ((one_word && looks_like_file(value)) || access(value.c_str(), F_OK) == 0) {
    PROXX_ASSIGN(const std::string text, read_input(value));
    return check_schema(text, value);
  }
  return words_to_schema(value);
}

Result<std::string> words_to_schema(std::string_view words) {
  words = trimmed(words);
  const char separator = words.find('\n') == std::string_view::npos ? ',' : '\n';
  std::vector<SchemaMember> members;
  std::unordered_set<std::string_view> names;
  for (size_t at = 0; at <= words.size();) {
    const size_t end = std::min(words.find(separator, at), words.size());
    const std::string_view text = trimmed(words.substr(at, end - at));
    at = end + 1;
    if (text.empty() && !members.empty()) continue;
    PROXX_ASSIGN(const SchemaMember member, read_schema_member(text));
    if (!names.insert(member.name).second) {
      return err(ErrorKind::usage,
                 "--schema: '" + shown_whole(std::string(member.name)) + "' is given twice");
    }
    members.push_back(member);
  }
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("type").string("object").key("properties").begin_object();
  for (const SchemaMember& member : members) {
    writer.text_key(member.name).begin_object().key("type").string(member.type);
    if (!member.description.empty()) writer.key("description").string(member.description);
    writer.end_object();
  }
  writer.end_object().key("required").begin_array();
  for (const SchemaMember& member : members) writer.string(member.name);
  writer.end_array().key("additionalProperties").boolean(false).end_object();
  return out;
}

}  // namespace proxx::cli
