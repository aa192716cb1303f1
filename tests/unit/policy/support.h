#pragma once
#include <string>

#include "anthropic/models.h"
#include "anthropic/request_writer.h"
#include "policy/notice_log.h"

namespace proxx::policy::test {

inline Model model(const std::string& id) {
  static const ModelTable table;
  return table.resolve(id);
}

/// `dropped PATH: REASON`, a line each.
inline std::string said(NoticeLog log) {
  std::string out;
  for (const Notice& notice : NoticeLog::merge(std::move(log), NoticeLog())) {
    out += out.empty() ? "" : "\n";
    out += notice.kind == Notice::Kind::dropped    ? "dropped "
           : notice.kind == Notice::Kind::adjusted ? "adjusted "
                                                   : "note ";
    out += notice.path + ": " + notice.reason;
  }
  return out;
}

/// The text between `begin` and the next `end`.
inline std::string part(const std::string& text, const std::string& begin, const std::string& end) {
  const auto at = text.find(begin);
  if (at == std::string::npos) return "no " + begin;
  const auto from = at + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

}  // namespace proxx::policy::test
