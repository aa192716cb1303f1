#include "openai/chat/context.h"

#include <algorithm>

#include "base/utf8.h"

namespace proxx::request {
namespace {

/// White_Space of Unicode beyond ASCII; upstream strips as Python does.
bool is_wide_space(std::string_view sequence) {
  static constexpr std::string_view kSpaces[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80",
                                                 "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF",
                                                 "\xE2\x81\x9F", "\xE3\x80\x80"};
  if (std::find(std::begin(kSpaces), std::end(kSpaces), sequence) != std::end(kSpaces)) return true;
  return sequence >= "\xE2\x80\x80" && sequence <= "\xE2\x80\x8A";  // U+2000 to U+200A
}

bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

bool is_blank_text(std::string_view text) {
  while (!text.empty()) {
    const size_t length = std::max<size_t>(utf8::sequence_length(text), 1);
    if (!(length == 1 ? is_ascii_space(text[0]) : is_wide_space(text.substr(0, length)))) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

void NoticeLog::add(Notice::Kind kind, std::string path, std::string reason) {
  if (list_.size() == kMaxNotices) {
    ++beyond_;
    return;
  }
  list_.push_back({kind, std::move(path), std::move(reason)});
  places_.emplace_back();
}

void NoticeLog::add(Notice::Kind kind, const json::Reader& at, std::string& reason) {
  add(kind, std::string(), std::move(reason));
  if (beyond_ == 0) places_.back() = at;
}

Notices NoticeLog::take() {
  std::vector<std::string> paths = json::Reader::paths_of(places_);
  for (size_t i = 0; i < list_.size(); ++i) {
    if (places_[i]) list_[i].path = std::move(paths[i]);
  }
  if (beyond_ > 0) {
    list_.push_back({Notice::Kind::dropped, "", "and " + std::to_string(beyond_) + " more"});
  }
  return std::move(list_);
}

tl::unexpected<Error> refuse(const json::Reader& at, std::string message, std::string code) {
  return fail(at.error(std::move(message), std::move(code)));
}

tl::unexpected<Error> missing(const json::Reader& object, std::string_view key) {
  return fail(ErrorKind::invalid_request, "'" + std::string(key) + "' is required",
              object.path_of(key), "missing_required_parameter");
}

bool is_blank(std::string_view raw) {
  // Character by character: nearly always the first one decides.
  while (!raw.empty()) {
    const bool escaped = raw[0] == '\\';
    const size_t length = escaped ? (raw.substr(1, 1) == "u" ? 6 : 2)
                                  : std::max<size_t>(utf8::sequence_length(raw), 1);
    const std::string_view character = raw.substr(0, length);
    if (!is_blank_text(escaped ? json::unescape(character) : std::string(character))) return false;
    raw.remove_prefix(character.size());
  }
  return true;
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    if (!is_blank_text(text.substr(last))) break;
    text = text.substr(0, last);
  }
  return text;
}

}  // namespace proxx::request
