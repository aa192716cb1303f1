#pragma once
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

namespace proxx::mock {

/// Holds a document to a JSON Schema (2020-12). It shares nothing with the sample maker. An unknown
/// keyword is a fault of the test, so that no schema is checked by half.
class SchemaChecker {
 public:
  using Json = nlohmann::ordered_json;

  explicit SchemaChecker(const Json& root) : root_(root) {}

  /// "" or the first fault.
  std::string fault(const Json& value) const { return fault(value, root_, "$"); }

 private:
  std::string fault(const Json& value, const Json& schema, const std::string& at) const {
    if (schema.is_boolean()) return schema == true ? "" : at + ": nothing is allowed";
    for (const auto& [keyword, argument] : schema.items()) {
      std::string found = keyword_fault(value, schema, keyword, argument, at);
      if (!found.empty()) return found;
    }
    return {};
  }

  std::string keyword_fault(const Json& value, const Json& schema, const std::string& keyword,
                            const Json& argument, const std::string& at) const {
    static const std::regex kNotes(
        "title|description|default|examples|\\$defs|definitions|\\$schema|discriminator|deprecated|"
        "minContains|contentEncoding|additionalItems");
    if (std::regex_match(keyword, kNotes)) return {};
    const std::string bad = at + ": " + keyword + " " + argument.dump().substr(0, 80) +
                            " refuses " + value.dump().substr(0, 80);
    if (keyword == "$ref") return fault(value, target(argument), at);
    if (keyword == "type") return is_type(value, argument) ? "" : bad;
    if (keyword == "const") return value == argument ? "" : bad;
    if (keyword == "enum")
      return std::find(argument.begin(), argument.end(), value) != argument.end() ? "" : bad;
    if (keyword == "not") return fault(value, argument, at).empty() ? bad : "";
    if (keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf") {
      size_t fits = 0;
      for (const Json& each : argument) fits += fault(value, each, at).empty() ? 1 : 0;
      const size_t least = keyword == "allOf" ? argument.size() : 1;
      return fits < least || (keyword == "oneOf" && fits > 1) ? bad : "";
    }
    const std::string found = value.is_number()   ? number_fault(value, keyword, argument)
                              : value.is_string() ? string_fault(value, keyword, argument)
                              : value.is_array() ? array_fault(value, schema, keyword, argument, at)
                              : value.is_object()
                                  ? object_fault(value, schema, keyword, argument, at)
                                  : "";
    return found == "bad" ? bad : found;
  }

  const Json& target(const Json& ref) const {
    return root_.at(Json::json_pointer(ref.get<std::string>().substr(1)));
  }

  static bool is_type(const Json& value, const Json& type) {
    if (type.is_array()) {
      return std::any_of(type.begin(), type.end(),
                         [&value](const Json& each) { return is_type(value, each); });
    }
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_boolean();
    if (type == "string") return value.is_string();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    if (type == "number") return value.is_number();
    return type == "integer" && value.is_number() &&
           std::floor(value.get<double>()) == value.get<double>();
  }

  static std::string number_fault(const Json& value, const std::string& keyword,
                                  const Json& argument) {
    const auto number = value.get<double>();
    if (argument.is_boolean()) return {};  // draft 4; the tables with it say so otherwise
    const double bound = argument.is_number() ? argument.get<double>() : 0;
    const double times = number / bound;
    const bool good = keyword == "minimum"            ? number >= bound
                      : keyword == "maximum"          ? number <= bound
                      : keyword == "exclusiveMinimum" ? number > bound
                      : keyword == "exclusiveMaximum" ? number < bound
                      : keyword == "multipleOf"       ? std::abs(times - std::round(times)) < 1e-9
                                                      : true;
    return good ? "" : "bad";
  }

  static std::string string_fault(const Json& value, const std::string& keyword,
                                  const Json& argument) {
    const auto text = value.get<std::string>();
    const auto length = static_cast<size_t>(std::count_if(
        text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
    const bool good = keyword == "minLength"   ? length >= argument
                      : keyword == "maxLength" ? length <= argument
                      : keyword == "pattern"
                          ? std::regex_search(text, std::regex(argument.get<std::string>()))
                      : keyword == "format" ? fits_format(text, argument)
                                            : true;
    return good ? "" : "bad";
  }

  static bool fits_format(const std::string& text, const std::string& format) {
    static const std::pair<const char*, const char*> kFormats[] = {
        {"date-time",
         R"(\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]\d\d:\d\d))"},
        {"date", R"(\d{4}-(0\d|1[0-2])-([0-2]\d|3[01]))"},
        {"time", R"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]\d\d:\d\d)?)"},
        {"duration", R"(P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?)"},
        {"email", R"([A-Za-z0-9.]+@[a-z0-9.-]+\.[a-z]+)"},
        {"hostname", R"([a-z0-9-]+(\.[a-z0-9-]+)+)"},
        {"uri", R"([a-z]+://[a-z0-9.-]+/.*)"},
        {"ipv4", R"((\d{1,3}\.){3}\d{1,3})"},
        {"ipv6", R"([0-9a-f:]*::[0-9a-f:]*)"},
        {"uuid", R"([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"},
    };
    for (const auto& [name, pattern] : kFormats)
      if (format == name) return std::regex_match(text, std::regex(pattern));
    return true;
  }

  std::string array_fault(const Json& value, const Json& schema, const std::string& keyword,
                          const Json& argument, const std::string& at) const {
    if (keyword == "minItems") return value.size() >= argument ? "" : "bad";
    if (keyword == "maxItems") return value.size() <= argument ? "" : "bad";
    if (keyword == "uniqueItems") {
      for (size_t i = 0; i < value.size(); ++i)
        for (size_t j = 0; j < i; ++j)
          if (value[i] == value[j]) return "bad";
      return {};
    }
    if (keyword == "contains") {
      const auto fits = std::count_if(value.begin(), value.end(), [&](const Json& each) {
        return fault(each, argument, at).empty();
      });
      return static_cast<size_t>(fits) >= schema.value("minContains", size_t{1}) ? "" : "bad";
    }
    const size_t first = keyword == "items" ? schema.value("prefixItems", Json::array()).size() : 0;
    if (keyword != "items" && keyword != "prefixItems") return {};
    for (size_t i = first; i < value.size(); ++i) {
      if (argument.is_array() && i >= argument.size()) break;
      const std::string found = fault(value[i], argument.is_array() ? argument[i] : argument,
                                      at + '.' + std::to_string(i));
      if (!found.empty()) return found;
    }
    return {};
  }

  std::string object_fault(const Json& value, const Json& schema, const std::string& keyword,
                           const Json& argument, const std::string& at) const {
    if (keyword == "minProperties") return value.size() >= argument ? "" : "bad";
    if (keyword == "maxProperties") return value.size() <= argument ? "" : "bad";
    if (keyword == "required") {
      for (const Json& name : argument)
        if (!value.contains(name.get<std::string>())) return at + ": lacks " + name.dump();
      return {};
    }
    const Json listed = schema.value("properties", Json::object());
    const Json patterns = schema.value("patternProperties", Json::object());
    for (const auto& [name, each] : value.items()) {
      const std::string inside = at + '.' + name;
      std::string found;
      bool matched = listed.contains(name);
      if (keyword == "properties" && matched) found = fault(each, listed[name], inside);
      if (keyword == "propertyNames") found = fault(Json(name), argument, inside);
      for (const auto& [pattern, one] : patterns.items()) {
        if (!std::regex_search(name, std::regex(pattern))) continue;
        matched = true;
        if (keyword == "patternProperties") found = fault(each, one, inside);
      }
      if (keyword == "additionalProperties" && !matched) found = fault(each, argument, inside);
      if (!found.empty()) return found;
    }
    return {};
  }

  Json root_;
};

}  // namespace proxx::mock
