#include "policy/notice_log.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace proxx::policy {

tl::unexpected<Error> err(const Place& place, std::string message, std::string code) {
  return proxx::err(ErrorKind::invalid_request, std::move(message), place.path(), std::move(code));
}

void NoticeLog::about(Topic topic, size_t item) {
  topic_ = topic;
  item_ = item;
}

void NoticeLog::add(Notice::Kind kind, const Place& place, std::string reason, std::string code) {
  if (entries_.size() == kMaxNotices) {
    ++beyond_;
    return;
  }
  std::string path = place.at() ? std::string() : place.path();
  entries_.push_back(
      {topic_, item_, {kind, std::move(path), std::move(reason), std::move(code)}, place.at()});
}

Notices NoticeLog::merge(NoticeLog read, NoticeLog applied) {
  std::vector<Entry> entries;
  entries.reserve(read.entries_.size() + applied.entries_.size());
  std::merge(std::make_move_iterator(read.entries_.begin()),
             std::make_move_iterator(read.entries_.end()),
             std::make_move_iterator(applied.entries_.begin()),
             std::make_move_iterator(applied.entries_.end()), std::back_inserter(entries),
             [](const Entry& a, const Entry& b) {
               return std::tie(a.topic, a.item) < std::tie(b.topic, b.item);
             });
  size_t beyond = read.beyond_ + applied.beyond_;
  if (entries.size() > kMaxNotices) {
    beyond += entries.size() - kMaxNotices;
    entries.resize(kMaxNotices);
  }

  std::vector<json::Reader> places;
  places.reserve(entries.size());
  for (const Entry& entry : entries) places.push_back(entry.at);
  std::vector<std::string> paths = json::Reader::paths_of(places);
  Notices out;
  out.reserve(entries.size() + 1);
  for (size_t i = 0; i < entries.size(); ++i) {
    if (places[i]) entries[i].notice.path = std::move(paths[i]);
    out.push_back(std::move(entries[i].notice));
  }
  if (beyond > 0) {
    out.push_back(
        {Notice::Kind::dropped, "", "and " + std::to_string(beyond) + " more", "", beyond});
  }
  return out;
}

}  // namespace proxx::policy
