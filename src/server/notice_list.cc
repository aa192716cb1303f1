#include "server/notice_list.h"

#include <set>
#include <string_view>

#include "base/secret_text.h"

namespace proxx::server {
namespace {

constexpr char kHex[] = "0123456789ABCDEF";
/// Room for `,+N` behind the last name.
constexpr size_t kTailBytes = 16;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '[' || c == ']';
}

std::string encoded(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (out.size() + (is_plain(c) ? 1 : 3) > kMaxNoticeNameBytes) return out + "...";
    if (is_plain(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace

std::string notice_list(const Notices& notices, Notice::Kind kind, size_t max_bytes) {
  std::string out;
  std::set<std::string_view> seen;
  size_t left_out = 0;
  for (const Notice& notice : notices) {
    if (notice.kind != kind) continue;
    left_out += notice.others;
    if (notice.others > 0 || !seen.insert(notice.path).second) continue;
    const std::string name = encoded(without_keys(notice.path));
    if (left_out > 0 || out.size() + name.size() + kTailBytes > max_bytes) {
      ++left_out;
      continue;
    }
    if (!out.empty()) out += ',';
    out += name;
  }
  if (left_out == 0) return out;
  if (!out.empty()) out += ',';
  return out + '+' + std::to_string(left_out);
}

}  // namespace proxx::server
