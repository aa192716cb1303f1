#include "cli/request_form.h"

#include <cctype>

#include "json/reader.h"
#include "json/text.h"

namespace proxx::cli {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
/// Where a line of a batch file has its first member: a whole request is not parsed for it.
constexpr size_t kFirstMember = 64;

/// Words begin with what no JSON text does.
bool is_words(std::string_view text) {
  json::Document document;
  return std::isalpha(static_cast<unsigned char>(text.front())) != 0 && !document.parse(text);
}

/// An object ends at a line's end and the next one begins behind it, which no JSON text does.
bool is_many(std::string_view text) {
  const size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return false;
  const size_t last = text.find_last_not_of(kBlank, line_end);
  const size_t next = text.find_first_not_of(kBlank, line_end);
  return text[last] == '}' && next != std::string_view::npos && text[next] == '{';
}

bool is_batch_line(std::string_view text) {
  if (text.substr(0, kFirstMember).find("\"custom_id\"") == std::string_view::npos) return false;
  json::Document document;
  return document.parse(text) && document.root().get("custom_id") &&
         document.root().get("body").is_object();
}

}  // namespace

Status check_request_form(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  text.remove_prefix(first);
  const char* wrong = is_words(text)  ? "no JSON: for words use proxx ask"
                      : is_many(text) ? "more than one JSON object; many requests, one a line: "
                                        "proxx batch"
                      : is_batch_line(text) ? "a line of a batch file, and no request: proxx batch"
                                            : nullptr;
  return wrong == nullptr ? Status() : err(ErrorKind::invalid_request, wrong);
}

}  // namespace proxx::cli
