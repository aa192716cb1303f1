#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/notices.h"
#include "json/reader.h"
#include "policy/place.h"

namespace proxx::policy {

/// What a notice is about. Notices are told in the order of their topics, whoever made them.
enum class Topic : uint8_t {
  text,  ///< of the request as JSON
  model,
  fields,  ///< with its row in the reader's table of fields as item
  batch_item,
  max_tokens,
  format,
  tools,  ///< with the tool's index as item
  conversation,
  tool_choice,
  thinking,
  sampling,
  prefill,
  caching,
};

/// Collects what could not be carried over. A reader fills one and apply() another, each topic by
/// topic in their order; merge() makes one list of both.
class NoticeLog {
 public:
  /// The notices that follow are about this. Topics, and the items of a topic, must ascend.
  void about(Topic topic, size_t item = 0);
  /// The item that about() was last given.
  [[nodiscard]] size_t item() const { return item_; }

  void drop(const Place& place, std::string reason) {
    add(Notice::Kind::dropped, place, std::move(reason));
  }
  /// `code`: of the error that strict mode makes of it.
  void adjust(const Place& place, std::string reason, std::string code = {}) {
    add(Notice::Kind::adjusted, place, std::move(reason), std::move(code));
  }
  void note(const Place& place, std::string reason) {
    add(Notice::Kind::note, place, std::move(reason));
  }

  /// The notices of both; of one topic and item those of `read` come first. Beyond kMaxNotices a
  /// last line counts the rest.
  [[nodiscard]] static Notices merge(NoticeLog read, NoticeLog applied);

 private:
  /// A request can hold a million unknown fields; nobody reads that many lines.
  static constexpr size_t kMaxNotices = 200;
  struct Entry {
    Topic topic;
    size_t item;
    Notice notice;
    json::Reader at;  ///< absent where the notice has its path
  };
  void add(Notice::Kind kind, const Place& place, std::string reason, std::string code = {});

  std::vector<Entry> entries_;
  size_t beyond_ = 0;
  Topic topic_ = Topic::text;
  size_t item_ = 0;
};

}  // namespace proxx::policy
