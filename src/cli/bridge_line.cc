#include "cli/bridge_line.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "json/clean.h"
#include "json/find_member.h"
#include "json/reader.h"
#include "json/string.h"
#include "json/writer.h"
#include "openai/error.h"

namespace proxx::cli {
namespace {

using json::Reader;

const char* name_of(Notice::Kind kind) {
  switch (kind) {
    case Notice::Kind::dropped:
      return "dropped";
    case Notice::Kind::adjusted:
      return "adjusted";
    case Notice::Kind::note:
      return "note";
  }
  return "note";
}

std::string_view without_newline(std::string_view text) {
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return text;
}

/// The beginning of a long id as a JSON string of at most kMaxIdBytes.
std::string cut_id(Reader id) {
  const std::string whole = id.is_string() ? id.string_or("") : std::string(id.raw());
  std::string out = "\"";
  std::string_view rest = whole;
  while (!rest.empty()) {
    const size_t length = std::max<size_t>(utf8::sequence_length(rest), 1);
    const size_t before = out.size();
    json::append_escaped(out, rest.substr(0, length));
    if (out.size() >= kMaxIdBytes) {
      out.resize(before);
      break;
    }
    rest.remove_prefix(length);
  }
  return out + '"';
}

/// Sets `id` to the text of `field`, which is JSON. Errors: too long.
Status take_id(std::string_view field, std::string& id) {
  // No line that goes out has half a surrogate pair.
  json::Document document;
  PROXX_TRY(document.parse(field, {.replace_lone_surrogates = true}));
  const Reader root = document.root();
  if (root.raw().size() <= kMaxIdBytes) {
    id = root.raw();
    return {};
  }
  id = cut_id(root);
  return err(ErrorKind::invalid_request, "longer than " + std::to_string(kMaxIdBytes) + " bytes",
             "id");
}

void begin_line(json::Writer& writer, std::string_view id) {
  writer.begin_object().key("id").raw(id);
}

void end_line(json::Writer& writer, const Notices& notices) {
  if (!notices.empty()) {
    writer.key("notices").begin_array();
    for (const Notice& notice : notices) {
      writer.begin_object().key("kind").string(name_of(notice.kind));
      writer.key("path").string(notice.path).key("reason").string(notice.reason).end_object();
    }
    writer.end_array();
  }
  writer.end_object();
  writer.out() += '\n';
}

}  // namespace

Result<BridgeLine> read_bridge_line(std::string_view text, std::string& id,
                                    json::Document& document) {
  BridgeLine line;
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) return line;
  // The conversion replaces halves of surrogate pairs, and says so.
  if (Status parsed = document.parse(text, {.allow_lone_surrogates = true}); !parsed) {
    // The id is worth finding in a line that is wrong elsewhere.
    (void)take_id(json::find_member(text, "id"), id);
    return err(std::move(parsed).error());
  }
  const Reader root = document.root();
  if (!root.is_object()) return err(root.error("expected a JSON object"));
  const Reader id_field = root.get("id");
  if (!id_field) return err(ErrorKind::invalid_request, "missing", "id");
  PROXX_TRY(take_id(json::cleaned_json(id_field.raw()), id));

  const Reader cancel = root.optional("cancel");
  if (cancel) {
    PROXX_ASSIGN(const bool wanted, cancel.boolean());
    if (wanted) {
      line.kind = BridgeLine::Kind::cancel;
      return line;
    }
  }
  const Reader body = root.get("body");
  if (!body.is_object()) {
    return err(ErrorKind::invalid_request, "expected an object: a chat-completions request",
               "body");
  }
  line.kind = BridgeLine::Kind::request;
  line.body = body.raw();
  return line;
}

answer::Frame chunk_frame(std::string_view id) {
  answer::Frame frame{{}, "}\n", false};
  json::Writer writer(frame.prefix);
  begin_line(writer, id);
  frame.prefix.append(R"(,"chunk":)");
  return frame;
}

std::string done_line(std::string_view id, const Notices& notices) {
  std::string out;
  json::Writer writer(out);
  begin_line(writer, id);
  writer.key("done").boolean(true);
  end_line(writer, notices);
  return out;
}

std::string response_line(std::string_view id, std::string_view completion,
                          const Notices& notices) {
  std::string out;
  json::Writer writer(out);
  begin_line(writer, id);
  writer.key("response").raw(without_newline(completion));
  end_line(writer, notices);
  return out;
}

std::string error_line(std::string_view id, const Error& error, const Notices& notices) {
  // `{"error":{...}}` without its braces
  const std::string body = error_body(error);
  constexpr std::string_view kKey = R"({"error":)";
  std::string out;
  json::Writer writer(out);
  begin_line(writer, id);
  writer.key("status").integer(http_status_of(error));
  writer.key("error").raw(
      std::string_view(body).substr(kKey.size(), body.size() - kKey.size() - 1));
  end_line(writer, notices);
  return out;
}

}  // namespace proxx::cli
