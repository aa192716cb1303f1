#include "json/text.h"

#include <algorithm>
#include <functional>

#include "base/ascii.h"
#include "base/release.h"
#include "base/utf8.h"
#include "json/reader.h"
#include "json/string.h"

namespace proxx::json {
namespace {

constexpr uint32_t kNoParent = kMaxValues;

// A guess that spares most texts a growing index, and costs the others some address space.
constexpr size_t kBytesPerValue = 16;
constexpr size_t kMaxReservedNodes = size_t{64} << 10;

}  // namespace

/// One pass over the text that validates it and writes a node for every value. The steps are false
/// at an error, which they leave in error_.
class IndexBuilder {
 public:
  /// `skipped` bytes stand before the document's text in what was given to be parsed.
  IndexBuilder(Document& document, const ParseOptions& options, size_t skipped)
      : nodes_(document.nodes_),
        repairs_(document.repairs_),
        options_(options),
        skipped_(skipped),
        begin_(document.text_.data()),
        end_(begin_ + document.text_.size()),
        at_(begin_) {}

  Status build() {
    if (values()) return {};
    return err(ErrorKind::invalid_request, "invalid JSON at " + place_of_error() + ": " + error_);
  }

  [[nodiscard]] Fault fault() const { return fault_; }
  /// Offsets of the escapes that are to be replaced.
  [[nodiscard]] const std::vector<uint32_t>& halves() const { return halves_; }

 private:
  using Node = Document::Node;

  /// `byte 7`, and for a text of several lines `byte 70, line 3, column 12`, from 1 and in bytes.
  [[nodiscard]] std::string place_of_error() const {
    const auto offset = static_cast<size_t>(error_place_ - begin_) + skipped_;
    std::string place = "byte " + std::to_string(offset);
    const std::string_view before(begin_, static_cast<size_t>(error_place_ - begin_));
    const size_t line_end = before.rfind('\n');
    if (line_end == std::string_view::npos) return place;
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    return place + ", line " + std::to_string(line) + ", column " +
           std::to_string(before.size() - line_end);
  }

  bool error_at(const char* place, const char* what, Fault fault = Fault::syntax) {
    error_place_ = place;
    fault_ = fault;
    error_ = what;
    return false;
  }
  bool unexpected(const char* what) { return error_at(at_, at_ == end_ ? "unexpected end" : what); }

  void skip_space() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  [[nodiscard]] char peek() const { return at_ < end_ ? *at_ : '\0'; }
  [[nodiscard]] uint32_t offset() const { return static_cast<uint32_t>(at_ - begin_); }

  bool values() {
    bool done = false;
    while (!done) {
      bool opened = false;
      if (!value(opened)) return false;
      if (!opened && !after_value(done)) return false;
    }
    return true;
  }

  bool add(Type type, const char* begin, const char* end, bool is_key = false,
           bool has_escapes = false) {
    if (nodes_.size() >= options_.max_values) {
      return error_at(begin, "too many values", Fault::size);
    }
    nodes_.push_back({static_cast<uint32_t>(begin - begin_), static_cast<uint32_t>(end - begin_),
                      static_cast<uint32_t>(nodes_.size()) + 1, open_, static_cast<uint32_t>(type),
                      uint32_t{is_key}, uint32_t{has_escapes}});
    return true;
  }

  /// `opened`: a container began and its first value comes next.
  bool value(bool& opened) {
    skip_space();
    const char* const begin = at_;
    switch (peek()) {
      case '{':
      case '[':
        return open_container(opened);
      case '"':
        return string(false);
      case 't':
        return literal("true", Type::boolean);
      case 'f':
        return literal("false", Type::boolean);
      case 'n':
        return literal("null", Type::null);
      case '-':
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7':
      case '8':
      case '9':
        return number() && add(Type::number, begin, at_);
      default:
        return unexpected("expected a value");
    }
  }

  bool open_container(bool& opened) {
    const bool object = *at_ == '{';
    if (++depth_ > options_.max_depth) return error_at(at_, "nesting too deep", Fault::depth);
    if (!add(object ? Type::object : Type::array, at_, at_)) return false;
    open_ = static_cast<uint32_t>(nodes_.size() - 1);
    ++at_;
    skip_space();
    if (peek() == (object ? '}' : ']')) {
      close_container();
      return true;
    }
    opened = true;
    return !object || key();
  }

  void close_container() {
    ++at_;
    Node& node = nodes_[open_];
    node.end = offset();
    node.next = static_cast<uint32_t>(nodes_.size());
    open_ = node.parent;
    --depth_;
  }

  /// Commas and closing brackets, up to the next value or the end of the text.
  bool after_value(bool& done) {
    for (;;) {
      skip_space();
      if (open_ == kNoParent) {
        done = true;
        return at_ == end_ || error_at(at_, "unexpected text behind the value");
      }
      const bool object = nodes_[open_].type == static_cast<uint32_t>(Type::object);
      if (peek() == ',') {
        ++at_;
        return !object || key();
      }
      if (peek() != (object ? '}' : ']')) {
        return unexpected(object ? "expected , or }" : "expected , or ]");
      }
      close_container();
    }
  }

  bool key() {
    skip_space();
    if (peek() != '"') return unexpected("expected a key in quotes");
    if (!string(true)) return false;
    skip_space();
    if (peek() != ':') return unexpected("expected : behind the key");
    ++at_;
    return true;
  }

  bool string(bool is_key) {
    const char* const begin = at_ + 1;
    const char* at = begin;
    bool has_escapes = false;
    const size_t halves_before = halves_.size();
    for (;;) {
      at = skip_plain(at, end_);
      if (at == end_) return error_at(at, "unexpected end in a string");
      if (*at == '"') break;
      has_escapes = has_escapes || *at == '\\';
      if (*at == '\\' && end_ - at >= 2 && is_short_escape(at[1])) {
        at += 2;
        continue;
      }
      at_ = at;
      if (!special()) return false;
      at = at_;
    }
    at_ = at + 1;
    if (halves_.size() > halves_before) {
      const auto node = static_cast<uint32_t>(nodes_.size());
      repairs_.push_back({is_key ? node + 1 : node, halves_[halves_before]});
    }
    return add(Type::string, begin, at, is_key, has_escapes);
  }

  /// What in a string is neither plain nor a short escape.
  bool special() {
    const auto byte = static_cast<uint8_t>(*at_);
    if (byte == '\\') return unicode_escape();
    if (byte < 0x20) return error_at(at_, "control character in a string; it must be escaped");
    const size_t length = utf8::sequence_length({at_, static_cast<size_t>(end_ - at_)});
    if (length == 0) return error_at(at_, "invalid UTF-8");
    at_ += length;
    return true;
  }

  bool unicode_escape() {
    const char* const begin = at_++;
    if (peek() != 'u') return error_at(begin, "invalid escape in a string");
    const int unit = hex4(at_ + 1, end_);
    if (unit < 0) return error_at(begin, "invalid \\u escape in a string");
    at_ += 5;
    if (options_.allow_lone_surrogates) return true;
    const bool high = is_high_surrogate(unit);
    if (!high && !is_low_surrogate(unit)) return true;
    const bool pair = high && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u' &&
                      is_low_surrogate(hex4(at_ + 2, end_));
    if (pair) {
      at_ += 6;
      return true;
    }
    if (!options_.replace_lone_surrogates) return error_at(begin, "lone surrogate in a string");
    halves_.push_back(static_cast<uint32_t>(begin - begin_));
    return true;
  }

  bool literal(std::string_view word, Type type) {
    const std::string_view rest(at_, static_cast<size_t>(end_ - at_));
    if (rest.substr(0, word.size()) != word) return error_at(at_, "expected a value");
    if (!add(type, at_, at_ + word.size())) return false;
    at_ += word.size();
    return true;
  }

  bool digits() {
    if (!is_digit(peek())) return unexpected("expected a digit");
    while (is_digit(peek())) ++at_;
    return true;
  }

  bool number() {
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
      if (is_digit(peek())) return error_at(at_, "a number cannot begin with 0");
    } else if (!digits()) {
      return false;
    }
    if (peek() == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return false;
    }
    return true;
  }

  std::vector<Node>& nodes_;
  std::vector<Document::Repair>& repairs_;
  std::vector<uint32_t> halves_;
  const ParseOptions options_;
  const size_t skipped_;
  const char* const begin_;
  const char* const end_;
  const char* at_;
  uint32_t open_ = kNoParent;
  int depth_ = 0;
  const char* error_ = nullptr;
  const char* error_place_ = nullptr;
  Fault fault_ = Fault::none;
};

Document::Document() = default;
Document::~Document() = default;

Status Document::parse_view(std::string_view text, const ParseOptions& options) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  nodes_.clear();
  repairs_.clear();
  fault_ = Fault::size;
  if (text.size() > kMaxDocumentBytes) {
    return err(ErrorKind::request_too_large, "JSON text too large");
  }
  const bool marked = text.substr(0, kByteOrderMark.size()) == kByteOrderMark;
  const size_t skipped = marked ? kByteOrderMark.size() : 0;
  text.remove_prefix(skipped);
  fault_ = Fault::syntax;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return err(ErrorKind::invalid_request, "empty body; expected a JSON object");
  }
  text_ = text;
  return index(options, skipped);
}

Status Document::parse(std::string_view text, const ParseOptions& options) {
  buffer_.assign(text);
  return parse_view(buffer_, options);
}

Status Document::parse_escaped(Raw raw, const ParseOptions& options) {
  buffer_.clear();
  append_unescaped(buffer_, raw);
  return parse_view(buffer_, options);
}

Status Document::index(const ParseOptions& options, size_t skipped) {
  static_assert(sizeof(Node) == 16);
  nodes_.reserve(std::min(text_.size() / kBytesPerValue + 1, kMaxReservedNodes));
  IndexBuilder builder(*this, options, skipped);
  Status status = builder.build();
  fault_ = builder.fault();
  if (!status) {
    nodes_.clear();
    repairs_.clear();
  } else if (!builder.halves().empty()) {
    replace(builder.halves());
  }
  return status;
}

/// In place: the new escapes have the length of the old ones.
void Document::replace(const std::vector<uint32_t>& halves) {
  const bool is_copy =
      std::greater_equal<>()(text_.data(), buffer_.data()) &&
      std::less_equal<>()(text_.data() + text_.size(), buffer_.data() + buffer_.size());
  if (!is_copy) {
    buffer_.assign(text_);
    text_ = buffer_;
  }
  const auto begin = static_cast<size_t>(text_.data() - buffer_.data());
  for (const uint32_t half : halves) buffer_.replace(begin + half, 6, R"(\ufffd)");
}

Reader Document::root() const {
  return {this, 0};
}

void Document::clear() {
  text_ = {};
  release(buffer_);
  release(nodes_);
  release(repairs_);
}

bool is_valid(std::string_view text) {
  return Document().parse(text).has_value();
}

}  // namespace proxx::json
