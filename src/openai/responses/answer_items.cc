#include "openai/responses/answer_items.h"

#include "json/writer.h"

namespace proxx::openai::responses {
namespace {

using json::Raw;

}  // namespace

std::string message_item(Raw item_id, std::string_view status, std::string_view content) {
  std::string item;
  json::Writer w(item);
  w.begin_object().key("id").raw_string(item_id).key("type").string("message");
  w.key("status").string(status).key("role").string("assistant").key("content").begin_array();
  if (!content.empty()) w.raw(content);
  w.end_array().end_object();
  return item;
}

std::string text_part(Raw text, std::string_view annotations) {
  std::string part;
  json::Writer w(part);
  w.begin_object().key("type").string("output_text").key("annotations").begin_array();
  if (!annotations.empty()) w.raw(annotations);
  w.end_array().key("logprobs").begin_array().end_array().key("text").raw_string(text);
  w.end_object();
  return part;
}

std::string refusal_part(Raw text) {
  return R"({"type":"refusal","refusal":")" + std::string(text.bytes()) + "\"}";
}

std::string annotation_of(const UrlCitation& citation) {
  std::string annotation;
  json::Writer w(annotation);
  w.begin_object().key("type").string("url_citation").key("url").raw_string(citation.url);
  w.key("title").raw_string(citation.title);
  w.key("start_index").integer(citation.start_index);
  w.key("end_index").integer(citation.end_index).end_object();
  return annotation;
}

std::string reasoning_item(Raw item_id, std::string_view summary, std::string_view sealed) {
  std::string item;
  json::Writer w(item);
  w.begin_object().key("id").raw_string(item_id).key("type").string("reasoning");
  w.key("summary").begin_array();
  if (!summary.empty()) w.raw(summary);
  w.end_array();
  if (!sealed.empty()) w.key("encrypted_content").string(sealed);
  w.end_object();
  return item;
}

std::string summary_part(Raw text) {
  return R"({"type":"summary_text","text":")" + std::string(text.bytes()) + "\"}";
}

}  // namespace proxx::openai::responses
