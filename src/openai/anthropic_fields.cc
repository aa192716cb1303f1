#include "openai/anthropic_fields.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "anthropic/white_space.h"
#include "base/ascii.h"
#include "openai/members.h"

namespace proxx::openai {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;

/// It becomes part of a header line.
bool is_beta_name(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char x) {
    return std::isalnum(static_cast<unsigned char>(x)) != 0 || x == '-' || x == '_' || x == '.';
  });
}

/// `element` is the value that holds the beta, `list` the whole field.
Status add_beta(Reader list, Reader element, std::string_view value, Draft& draft) {
  value = trimmed(value, " \t");
  if (value.empty()) return {};
  if (!is_beta_name(value)) return err(element, "not the name of a beta", "invalid_value");
  if (!draft.betas.take(value)) return err(list, BetaAllowance::kExceeded, "invalid_value");
  anthropic::add_beta(draft.request, value);
  return {};
}

Status add_system_block(Reader element, Draft& draft) {
  PROXX_TRY(element.expect(Type::object));
  const Reader type = element.optional("type");
  if (!type) return missing(element, "type");
  PROXX_TRY(type.expect(Type::string));
  if (!type.equals("text")) return err(type, "must be text", "invalid_value");
  const Reader text = element.optional("text");
  if (!text) return missing(element, "text");
  PROXX_TRY(text.expect(Type::string));
  const Reader cache_control = element.optional("cache_control");
  if (anthropic::is_blank(text.raw_string())) {
    if (cache_control) draft.notices.drop(cache_control, "an empty text cannot carry it");
    return {};
  }
  auto& system = draft.request.system;
  system.push_back(anthropic::verbatim_block(InputBlock::Kind::text, element));
  return anthropic::set_cache_control(system.back(), cache_control);
}

}  // namespace

Status read_betas(Reader field, Draft& draft) {
  if (field.is_string()) {
    std::string decoded;
    for (std::string_view rest = field.text(decoded); !rest.empty();) {
      const auto comma = rest.find(',');
      PROXX_TRY(add_beta(field, field, rest.substr(0, comma), draft));
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    return {};
  }
  PROXX_TRY(field.expect(Type::array));
  for (const Reader element : field.elements()) {
    PROXX_TRY(element.expect(Type::string));
    std::string decoded;
    PROXX_TRY(add_beta(field, element, element.text(decoded), draft));
  }
  return {};
}

Status check_container(Reader field, Draft&) {
  return field.is_string() ? Status() : field.expect(Type::object);
}

Status read_system(Reader field, Draft& draft) {
  if (field.is_string()) {
    const json::Raw text = field.raw_string();
    if (!anthropic::is_blank(text)) {
      draft.request.system.push_back(anthropic::text_block(text));
    }
    return {};
  }
  if (!field.is_array()) {
    return err(field, "expected a string or an array of text blocks", "invalid_type");
  }
  for (const Reader element : field.elements()) PROXX_TRY(add_system_block(element, draft));
  return {};
}

Status read_own_thinking(Reader field, Draft& draft) {
  PROXX_TRY(field.expect(Type::object));
  const Reader type = field.optional("type");
  if (!type) return missing(field, "type");
  PROXX_TRY(type.expect(Type::string));
  draft.wishes.thinking.own = field;
  return {};
}

Status read_output_config(Reader field, Draft& draft) {
  PROXX_TRY(field.expect(Type::object));
  if (const Reader effort = field.optional("effort")) PROXX_TRY(effort.expect(Type::string));
  if (const Reader format = field.optional("format")) PROXX_TRY(format.expect(Type::object));
  draft.request.output_config.verbatim = field;
  return {};
}

}  // namespace proxx::openai
