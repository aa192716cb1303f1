#include "cli/half_price/journal.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "base/hash.h"
#include "json/reader.h"
#include "json/writer.h"

namespace proxx::cli {
namespace {

using json::Reader;
using json::Writer;

constexpr int64_t kVersion = 1;

tl::unexpected<Error> damaged(const std::string& what) {
  return err(ErrorKind::usage, what);
}

void write_ranges(Writer& writer, const LineRanges& lines) {
  writer.key("lines").begin_array();
  for (const LineRange& range : lines) {
    writer.begin_array().integer(static_cast<int64_t>(range.first));
    writer.integer(static_cast<int64_t>(range.last)).end_array();
  }
  writer.end_array();
}

std::optional<LineRanges> read_ranges(Reader lines) {
  LineRanges out;
  for (const Reader range : lines.elements()) {
    const auto first = range.at(0).integer_or_none();
    const auto last = range.at(1).integer_or_none();
    const auto before = out.empty() ? int64_t{0} : static_cast<int64_t>(out.back().last);
    if (!first || !last || *first <= before || *last < *first) return std::nullopt;
    out.push_back({static_cast<uint64_t>(*first), static_cast<uint64_t>(*last)});
  }
  return out;
}

std::optional<uint64_t> hex_or_none(const std::string& text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

uint64_t count_or_0(Reader field) {
  return static_cast<uint64_t>(std::max<int64_t>(field.integer_or_none().value_or(0), 0));
}

Result<JournalHead> read_head(Reader record) {
  const auto version = record.get("v").integer_or_none();
  if (version != kVersion) {
    return damaged("written by another version of proxx (format " +
                   (version ? std::to_string(*version) : "unknown") + "); finish it with that one");
  }
  JournalHead head;
  head.lines = count_or_0(record.get("lines"));
  head.bytes = count_or_0(record.get("bytes"));
  head.tag = record.get("tag").string_or("");
  const auto hash = hex_or_none(record.get("hash").string_or(""));
  if (!hash || head.lines == 0 || head.tag.empty()) return damaged("its first record is damaged");
  head.hash = *hash;
  for (const json::Member& member : record.get("settings").members()) {
    head.settings[member.key()] = member.value.string_or("");
  }
  return head;
}

/// Those lines of `all` that are not in `removed`.
LineRanges without(const LineRanges& all, const LineRanges& removed) {
  LineRanges out;
  auto next = removed.begin();
  for (LineRange range : all) {
    while (next != removed.end() && next->last < range.first) ++next;
    for (auto each = next; each != removed.end() && each->first <= range.last; ++each) {
      if (each->first > range.first) out.push_back({range.first, each->first - 1});
      range.first = each->last + 1;
    }
    if (range.first <= range.last) out.push_back(range);
  }
  return out;
}

std::string record_of(const char* what, uint64_t serial) {
  std::string out = "{\"do\":\"";
  out.append(what).append("\",\"n\":").append(std::to_string(serial)).append("}");
  return out;
}

}  // namespace

void append_line(LineRanges& ranges, uint64_t line) {
  if (!ranges.empty() && ranges.back().last + 1 == line) {
    ranges.back().last = line;
  } else {
    ranges.push_back({line, line});
  }
}

bool contains(const LineRanges& ranges, uint64_t line) {
  const auto range =
      std::lower_bound(ranges.begin(), ranges.end(), line,
                       [](const LineRange& each, uint64_t wanted) { return each.last < wanted; });
  return range != ranges.end() && range->first <= line;
}

const JournalBatch* Journal::find(uint64_t serial) const {
  const auto batch = std::find_if(batches_.begin(), batches_.end(),
                                  [&](const JournalBatch& each) { return each.serial == serial; });
  return batch == batches_.end() ? nullptr : &*batch;
}

bool Journal::knows(std::string_view id) const {
  return std::any_of(batches_.begin(), batches_.end(),
                     [&](const JournalBatch& each) { return each.id == id; });
}

bool Journal::has_open_batches() const {
  return std::any_of(batches_.begin(), batches_.end(),
                     [](const JournalBatch& each) { return !each.got; });
}

Status Journal::load(std::string_view text) {
  json::Document document;
  if (!document.parse(text) || !document.root().is_object()) return damaged("it is no record");
  const Reader record = document.root();
  const std::string what = record.get("do").string_or("");
  if (what == "head") {
    PROXX_ASSIGN(head_, read_head(record));
    return {};
  }
  if (empty()) return damaged("its first record is no head");
  if (what == "cancel") {
    cancelled_ = true;
    return {};
  }
  if (what == "resume") {
    const auto lines = read_ranges(record.get("lines"));
    if (!lines) return damaged("a list of lines that makes no sense");
    cancelled_ = false;
    for (JournalBatch& each : batches_) {
      if (each.got) each.lines = without(each.lines, *lines);
    }
    return {};
  }
  const uint64_t serial = count_or_0(record.get("n"));
  if (what == "intent") {
    JournalBatch batch;
    batch.serial = serial;
    auto lines = read_ranges(record.get("lines"));
    if (!lines || lines->empty() || lines->back().last > head_.lines || serial <= last_serial_) {
      return damaged("an intent that makes no sense");
    }
    batch.lines = std::move(*lines);
    batch.items = count_or_0(record.get("items"));
    batch.marker = record.get("marker").string_or("");
    last_serial_ = serial;
    batches_.push_back(std::move(batch));
    return {};
  }
  const JournalBatch* const found = find(serial);
  if (found == nullptr) return damaged("it is about a batch that no intent names");
  const auto batch = batches_.begin() + (found - batches_.data());
  if (what == "made") {
    batch->id = record.get("id").string_or("");
    if (batch->id.empty()) return damaged("a batch without an id");
    batch->organization = record.get("organization").string_or("");
    batch->expires_unix_s = record.get("expires").integer_or_none().value_or(0);
    batch->proven = record.get("told").boolean_or(false);
    batch->ended = batch->got = false;
  } else if (what == "void") {
    batches_.erase(batch);
  } else if (what == "proven") {
    batch->proven = true;
  } else if (what == "not_ours") {
    batch->not_ours.push_back(std::exchange(batch->id, {}));
    batch->ended = batch->got = false;
    batch->missing_since_unix_s = batch->missing_looks = 0;
  } else if (what == "ended") {
    batch->ended = true;
  } else if (what == "got") {
    batch->got = true;
  } else if (what == "missing") {
    if (batch->missing_looks++ == 0) {
      batch->missing_since_unix_s = record.get("at").integer_or_none().value_or(1);
    }
  } else if (what == "seen") {
    batch->missing_since_unix_s = batch->missing_looks = 0;
  } else {
    return damaged("a record of an unknown kind");
  }
  return {};
}

Status Journal::write(const std::string& record) {
  PROXX_TRY(store_->append(record + '\n'));
  return load(record);
}

Status Journal::begin(const JournalHead& head) {
  std::string record;
  Writer writer(record);
  writer.begin_object().key("do").string("head").key("v").integer(kVersion);
  writer.key("lines").integer(static_cast<int64_t>(head.lines));
  writer.key("bytes").integer(static_cast<int64_t>(head.bytes));
  writer.key("hash").string(hex(head.hash)).key("tag").string(head.tag);
  writer.key("settings").begin_object();
  for (const auto& [name, value] : head.settings) writer.text_key(name).string(value);
  writer.end_object().end_object();
  return write(record);
}

Result<uint64_t> Journal::intent(const LineRanges& lines, uint64_t items,
                                 const std::string& marker) {
  const uint64_t serial = last_serial_ + 1;
  std::string record;
  Writer writer(record);
  writer.begin_object().key("do").string("intent");
  writer.key("n").integer(static_cast<int64_t>(serial));
  write_ranges(writer, lines);
  writer.key("items").integer(static_cast<int64_t>(items));
  writer.key("marker").string(marker).end_object();
  PROXX_TRY(write(record));
  return serial;
}

Status Journal::made(uint64_t serial, const std::string& id, int64_t expires_unix_s,
                     const std::string& organization, bool told) {
  std::string record;
  Writer writer(record);
  writer.begin_object().key("do").string("made").key("n").integer(static_cast<int64_t>(serial));
  writer.key("id").string(id).key("expires").integer(expires_unix_s);
  if (!organization.empty()) writer.key("organization").string(organization);
  writer.key("told").boolean(told).end_object();
  return write(record);
}

Status Journal::give_up(uint64_t serial) {
  return write(record_of("void", serial));
}
Status Journal::proven(uint64_t serial) {
  return write(record_of("proven", serial));
}
Status Journal::not_ours(uint64_t serial) {
  return write(record_of("not_ours", serial));
}
Status Journal::ended(uint64_t serial) {
  return write(record_of("ended", serial));
}
Status Journal::got(uint64_t serial) {
  return write(record_of("got", serial));
}
Status Journal::seen(uint64_t serial) {
  return write(record_of("seen", serial));
}

Status Journal::missing(uint64_t serial, int64_t now_unix_s) {
  std::string record = record_of("missing", serial);
  record.insert(record.size() - 1, ",\"at\":" + std::to_string(now_unix_s));
  return write(record);
}

Status Journal::cancel() {
  return write(R"({"do":"cancel"})");
}

Status Journal::resume(const LineRanges& lines) {
  std::string record;
  Writer writer(record);
  writer.begin_object().key("do").string("resume");
  write_ranges(writer, lines);
  writer.end_object();
  return write(record);
}

}  // namespace proxx::cli
