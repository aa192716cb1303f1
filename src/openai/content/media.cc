#include "openai/content/media.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "base/base64.h"
#include "base/media_type.h"

namespace proxx::openai {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// 1 for a byte that is not a digit of base64.
constexpr unsigned char is_foreign(unsigned char x) {
  const auto letter = static_cast<unsigned char>(static_cast<unsigned char>((x | 0x20) - 'a') < 26);
  const auto digit = static_cast<unsigned char>(static_cast<unsigned char>(x - '0') < 10);
  const auto other = static_cast<unsigned char>((x == '+') | (x == '/'));
  return static_cast<unsigned char>((letter | digit | other) ^ 1);
}

std::string_view without_padding(std::string_view text) {
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return text;
}

struct MediaTypeRow {
  std::string_view text;
  std::string_view media_type;
};

/// Non-empty, padded, without white space.
bool is_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return false;
  text = without_padding(text);
  // Images are megabytes: compilers vectorise comparisons over pieces of a fixed length.
  constexpr size_t kPiece = 64;
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = at + text.size();
  for (; static_cast<size_t>(end - at) >= kPiece; at += kPiece) {
    unsigned char illegal = 0;
    for (size_t i = 0; i < kPiece; ++i) illegal |= is_foreign(at[i]);
    if (illegal != 0) return false;
  }
  return std::all_of(at, end, [](unsigned char x) { return is_foreign(x) == 0; });
}

}  // namespace

std::optional<DataUrl> split_data_url(std::string_view url) {
  constexpr std::string_view kScheme = "data:";
  const auto comma = url.find(',');
  if (comma == std::string_view::npos || lower(url.substr(0, kScheme.size())) != kScheme) {
    return std::nullopt;
  }
  std::string_view head = url.substr(kScheme.size(), comma - kScheme.size());
  DataUrl out;
  out.data = url.substr(comma + 1);
  const auto last = head.rfind(';');
  if (last != std::string_view::npos && lower(head.substr(last + 1)) == "base64") {
    out.is_base64 = true;
    head = head.substr(0, last);
  }
  out.media_type = lower(head.substr(0, head.find(';')));
  return out;
}

std::optional<std::string_view> clean_base64(std::string_view text, std::string& buffer) {
  if (is_base64(text)) return text;
  buffer.clear();
  buffer.reserve(text.size() + 2);
  std::copy_if(text.begin(), text.end(), std::back_inserter(buffer), [](char c) {
    return std::string_view(" \t\r\n\v\f").find(c) == std::string_view::npos;
  });
  // A pad too many makes the whole no multiple of four; one too few is added.
  while (buffer.size() % 4 != 0 && without_padding(buffer).size() % 4 > 1 &&
         buffer.size() < without_padding(buffer).size() + 2) {
    buffer.push_back('=');
  }
  return is_base64(buffer) ? std::optional<std::string_view>(buffer) : std::nullopt;
}

bool is_http_url(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos || colon > 5) return false;
  const std::string scheme = lower(url.substr(0, colon));
  if (scheme != "http" && scheme != "https") return false;
  const auto host = url.substr(colon + 3);
  return !host.empty() && std::string_view("/?#").find(host.front()) == std::string_view::npos;
}

std::string_view image_type(std::string_view media_type) {
  static constexpr MediaTypeRow kTypes[] = {{"image/jpeg", "image/jpeg"},
                                            {"image/jpg", "image/jpeg"},
                                            {"image/png", "image/png"},
                                            {"image/gif", "image/gif"},
                                            {"image/webp", "image/webp"}};
  for (const MediaTypeRow& row : kTypes) {
    if (row.text == media_type) return row.media_type;
  }
  return {};
}

std::string_view sniff_base64(std::string_view base64) {
  return sniff_media_type(decode_base64(base64.substr(0, kSniffedBytes / 3 * 4)));
}

std::string guess_media_type(std::string_view filename, std::string_view base64) {
  static constexpr MediaTypeRow kEndings[] = {{".pdf", "application/pdf"}, {".txt", "text/plain"},
                                              {".md", "text/markdown"},    {".csv", "text/csv"},
                                              {".html", "text/html"},      {".jpg", "image/jpeg"},
                                              {".jpeg", "image/jpeg"},     {".png", "image/png"},
                                              {".gif", "image/gif"},       {".webp", "image/webp"}};
  const std::string name = lower(filename);
  for (const MediaTypeRow& row : kEndings) {
    if (name.size() >= row.text.size() &&
        name.compare(name.size() - row.text.size(), row.text.size(), row.text) == 0) {
      return std::string(row.media_type);
    }
  }
  return std::string(sniff_base64(base64));
}

}  // namespace proxx::openai
