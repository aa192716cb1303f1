#include "cli/batch/line.h"

#include "base/secret_text.h"
#include "base/text_encoding.h"
#include "exchange/protocols.h"
#include "json/find_member.h"
#include "json/writer.h"
#include "openai/error.h"

namespace proxx::cli {
namespace {

using json::Reader;

/// Every result begins with this.
constexpr std::string_view kResultStart = R"({"id":"batch_req_)";
constexpr std::string_view kIdStart = "batch_req_";

bool is_batch_request(Reader root) {
  return root.get("custom_id") || root.get("body") || root.get("url") || root.get("method");
}

/// The custom_id of a line that is wrong elsewhere.
void find_custom_id(std::string_view text, BatchLine& line) {
  json::Document document;
  if (!document.parse(json::find_member(text, "custom_id"), {.allow_lone_surrogates = true}))
    return;
  line.custom_id = document.root().string_or("");
  line.has_own_id = !line.custom_id.empty();
}

Status read_custom_id(Reader root, BatchLine& line) {
  const Reader field = root.get("custom_id");
  PROXX_ASSIGN(std::string id, field ? field.string() : Result<std::string>(std::string()));
  if (id.empty()) return err(root.error("expected a custom_id: a string that is not empty"));
  line.custom_id = std::move(id);
  line.has_own_id = true;
  return {};
}

Status read_target(Reader root, BatchLine& line) {
  const Reader method = root.optional("method");
  if (method && !method.equals("POST")) return err(method.error("expected POST"));
  const Reader url = root.optional("url");
  if (!url) return {};
  line.protocol = protocol_of_path(url.string_or(""));
  if (line.protocol != nullptr) return {};
  return err(url.error("expected " + protocol_list(&Protocol::path)));
}

Status check_request(Reader request) {
  const Reader stream = request.get("stream");
  if (stream.is_boolean() && stream.boolean_or(false)) {
    return err(stream.error("the answers of a batch are whole: leave stream out"));
  }
  return {};
}

/// For what is no line of a batch, what makes such lines of it; "" where nothing does.
std::string how_to_make_lines(std::string_view text) {
  const std::string_view line = text.substr(text.find_first_not_of(" \t"));
  if (line.starts_with('[')) return "; of a list: jq -c '.[]' FILE makes lines";
  // A request that was written over several lines, as far as its first one.
  const bool is_open =
      line == "{" || line.ends_with('{') || line.ends_with('[') || line.ends_with(',');
  if (line.starts_with('{') && is_open) return "; each request on one line: jq -c . FILE";
  const bool is_words = !line.starts_with('{') && !line.starts_with('"');
  return is_words ? "; for prompts in words: --text" : "";
}

Status read_line(std::string_view text, BatchLine& line, json::Document& document) {
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) {
    return err(ErrorKind::invalid_request, "blank line");
  }
  // The conversion replaces halves of surrogate pairs, and says so.
  if (Status parsed = document.parse(text, {.allow_lone_surrogates = true}); !parsed) {
    find_custom_id(text, line);
    parsed.error().message += how_to_make_lines(text);
    return parsed;
  }
  const Reader root = document.root();
  if (!root.is_object()) {
    return err(root.error("expected a JSON object" + how_to_make_lines(text)));
  }
  Reader request = root;
  if (is_batch_request(root)) {
    PROXX_TRY(read_custom_id(root, line));
    PROXX_TRY(read_target(root, line));
    request = root.get("body");
    if (!request.is_object()) {
      return err(ErrorKind::invalid_request, "expected an object", "body");
    }
  }
  PROXX_TRY(check_request(request));
  line.request = request.raw();
  return {};
}

std::string_view code_of(const Error& error) {
  if (error.kind == ErrorKind::invalid_request) return "invalid_request";
  if (!error.code.empty()) return error.code;
  const char* of_kind = error_row(error.kind).code;
  return of_kind != nullptr ? of_kind : "server_error";
}

/// Up to the value of `response`.
void begin_result(json::Writer& writer, std::string_view id, std::string_view custom_id) {
  writer.begin_object().key("id").string(std::string(kIdStart) + std::string(id));
  writer.key("custom_id");
  if (custom_id.empty()) {
    writer.null();
  } else {
    writer.string(custom_id);
  }
  writer.key("response");
}

}  // namespace

BatchLine read_batch_line(std::string_view text, uint64_t number, json::Document& document) {
  BatchLine line;
  Status status = read_line(text, line, document);
  if (!status) {
    line.error = std::move(status).error();
  } else if (!line.has_own_id) {
    line.custom_id = "line-" + std::to_string(number);
  }
  return line;
}

std::string prompt_line(std::string_view words, uint64_t number) {
  const size_t end = words.find_last_not_of(" \t\r");
  if (end == std::string_view::npos) return std::string(words);
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("custom_id").string("line-" + std::to_string(number));
  writer.key("body").begin_object().key("messages").begin_array().begin_object();
  writer.key("role").string("user");
  writer.key("content").string(decode_text(words.substr(0, end + 1)).text);
  writer.end_object().end_array().end_object().end_object();
  return out;
}

std::string result_line(std::string_view id, std::string_view custom_id,
                        const BatchAnswer& answer) {
  std::string out;
  out.reserve(answer.body.size() + custom_id.size() + 160);
  json::Writer writer(out);
  begin_result(writer, id, custom_id);
  writer.begin_object().key("status_code").integer(answer.status).key("request_id");
  if (answer.request_id.empty()) {
    writer.null();
  } else {
    writer.string(answer.request_id);
  }
  writer.key("body").raw(answer.body).end_object();
  writer.key("error").null().end_object();
  out += '\n';
  return out;
}

std::string failure_line(std::string_view id, std::string_view custom_id, const Error& error) {
  std::string out;
  json::Writer writer(out);
  begin_result(writer, id, custom_id);
  writer.null().key("error").begin_object().key("code").string(code_of(error));
  writer.key("message").string(without_keys(error.message)).end_object().end_object();
  out += '\n';
  return out;
}

ResultLine read_result_line(std::string_view text, json::Document& document) {
  if (!document.parse(text, {.max_depth = 256, .allow_lone_surrogates = true})) {
    const bool begun = text.substr(0, kResultStart.size()) == kResultStart ||
                       kResultStart.substr(0, text.size()) == text;
    const bool zeros = text.find('\0') != std::string_view::npos;
    return {begun || zeros ? ResultKind::damaged : ResultKind::foreign, {}, {}, {}};
  }
  const Reader root = document.root();
  const Reader id = root.get("custom_id");
  const Reader response = root.get("response");
  if (!id || !response) return {ResultKind::foreign, {}, {}, {}};
  ResultLine line{ResultKind::failed, root.get("id").string_or(""), id.string_or(""), {}};
  line.id.erase(0, line.id.starts_with(kIdStart) ? kIdStart.size() : line.id.size());
  if (id.is_string() && response.get("status_code").integer_or_none() == 200) {
    line.kind = ResultKind::answered;
    line.response = response;
  }
  return line;
}

}  // namespace proxx::cli
