#include "core/json_text.h"

#include <bit>
#include <cstring>

#include "core/json_reader.h"
#include "core/release.h"
#include "core/utf8.h"

namespace proxx::json {
namespace {

constexpr uint32_t kNoParent = (uint32_t{1} << 27) - 1;
constexpr size_t kMaxNodes = kNoParent;

constexpr uint64_t repeat(uint8_t byte) {
  return 0x0101010101010101 * uint64_t{byte};
}

/// Length of the run at `begin` in which nothing needs a closer look inside a string: no quote, no
/// backslash, no control character, no byte beyond ASCII. Eight bytes at a time: of the flagged
/// bytes of a word the lowest is exact, which is the one that counts.
const char* skip_plain(const char* begin, const char* end) {
  static_assert(std::endian::native == std::endian::little);
  for (; end - begin >= 8; begin += 8) {
    uint64_t word = 0;
    std::memcpy(&word, begin, 8);
    const uint64_t quote = word ^ repeat('"');
    const uint64_t backslash = word ^ repeat('\\');
    const uint64_t flagged =
        (((quote - repeat(1)) & ~quote) | ((backslash - repeat(1)) & ~backslash) |
         (word - repeat(0x20)) | word) &
        repeat(0x80);
    if (flagged != 0) return begin + std::countr_zero(flagged) / 8;
  }
  for (; begin < end; ++begin) {
    const auto byte = static_cast<uint8_t>(*begin);
    if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\') break;
  }
  return begin;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The four hex digits at `text`, or -1.
int hex4(const char* text, const char* end) {
  if (end - text < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool is_high_surrogate(int unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low_surrogate(int unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

}  // namespace

/// One pass over the text that validates it and writes a node for every value.
class IndexBuilder {
 public:
  IndexBuilder(Document& document, const ParseOptions& options)
      : nodes_(document.nodes_),
        options_(options),
        begin_(document.text_.data()),
        end_(begin_ + document.text_.size()),
        at_(begin_) {}

  Status build() {
    for (;;) {
      bool opened = false;
      PROXX_TRY(value(opened));
      if (opened) continue;
      bool done = false;
      PROXX_TRY(after_value(done));
      if (done) return {};
    }
  }

 private:
  using Node = Document::Node;

  tl::unexpected<Error> error_at(const char* place, const char* what) const {
    return fail(ErrorKind::invalid_request,
                "invalid JSON at byte " + std::to_string(place - begin_) + ": " + what);
  }
  tl::unexpected<Error> unexpected(const char* what) const {
    return error_at(at_, at_ == end_ ? "unexpected end" : what);
  }

  void skip_space() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  [[nodiscard]] char peek() const { return at_ < end_ ? *at_ : '\0'; }
  [[nodiscard]] uint32_t offset() const { return static_cast<uint32_t>(at_ - begin_); }

  Status add(Type type, const char* begin, const char* end) {
    if (nodes_.size() >= kMaxNodes) return error_at(begin, "too many values");
    Node node{};
    node.begin = static_cast<uint32_t>(begin - begin_);
    node.end = static_cast<uint32_t>(end - begin_);
    node.next = static_cast<uint32_t>(nodes_.size()) + 1;
    node.parent = open_;
    node.type = static_cast<uint32_t>(type);
    nodes_.push_back(node);
    return {};
  }

  /// `opened`: a container began and its first value comes next.
  Status value(bool& opened) {
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
        PROXX_TRY(number());
        return add(Type::number, begin, at_);
      default:
        return unexpected("expected a value");
    }
  }

  Status open_container(bool& opened) {
    const bool object = *at_ == '{';
    if (++depth_ > options_.max_depth) return error_at(at_, "nesting too deep");
    PROXX_TRY(add(object ? Type::object : Type::array, at_, at_));
    open_ = static_cast<uint32_t>(nodes_.size() - 1);
    ++at_;
    skip_space();
    if (peek() == (object ? '}' : ']')) {
      close_container();
      return {};
    }
    opened = true;
    return object ? key() : Status{};
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
  Status after_value(bool& done) {
    for (;;) {
      skip_space();
      if (open_ == kNoParent) {
        done = true;
        return at_ == end_ ? Status{} : error_at(at_, "unexpected text behind the value");
      }
      const bool object = nodes_[open_].type == static_cast<uint32_t>(Type::object);
      if (peek() == ',') {
        ++at_;
        return object ? key() : Status{};
      }
      if (peek() != (object ? '}' : ']')) {
        return unexpected(object ? "expected , or }" : "expected , or ]");
      }
      close_container();
    }
  }

  Status key() {
    skip_space();
    if (peek() != '"') return unexpected("expected a key in quotes");
    PROXX_TRY(string(true));
    skip_space();
    if (peek() != ':') return unexpected("expected : behind the key");
    ++at_;
    return {};
  }

  Status string(bool is_key) {
    const char* const begin = ++at_;
    bool escapes = false;
    for (;;) {
      at_ = skip_plain(at_, end_);
      if (at_ == end_) return error_at(at_, "unexpected end in a string");
      const auto byte = static_cast<uint8_t>(*at_);
      if (byte == '"') break;
      if (byte == '\\') {
        escapes = true;
        PROXX_TRY(escape());
      } else if (byte < 0x20) {
        return error_at(at_, "control character in a string; it must be escaped");
      } else {
        const size_t length = utf8::sequence_length({at_, static_cast<size_t>(end_ - at_)});
        if (length == 0) return error_at(at_, "invalid UTF-8");
        at_ += length;
      }
    }
    PROXX_TRY(add(Type::string, begin, at_));
    nodes_.back().is_key = is_key ? 1 : 0;
    nodes_.back().has_escapes = escapes ? 1 : 0;
    ++at_;
    return {};
  }

  Status escape() {
    const char* const begin = at_++;
    const char c = peek();
    if (c != 'u') {
      if (c == '\0' || std::strchr("\"\\/bfnrt", c) == nullptr) {
        return error_at(begin, "invalid escape in a string");
      }
      ++at_;
      return {};
    }
    const int unit = hex4(at_ + 1, end_);
    if (unit < 0) return error_at(begin, "invalid \\u escape in a string");
    at_ += 5;
    if (options_.allow_lone_surrogates) return {};
    if (is_low_surrogate(unit)) return error_at(begin, "lone surrogate in a string");
    if (is_high_surrogate(unit)) {
      const bool pair = end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u' &&
                        is_low_surrogate(hex4(at_ + 2, end_));
      if (!pair) return error_at(begin, "lone surrogate in a string");
      at_ += 6;
    }
    return {};
  }

  Status literal(std::string_view word, Type type) {
    const std::string_view rest(at_, static_cast<size_t>(end_ - at_));
    if (rest.substr(0, word.size()) != word) return error_at(at_, "expected a value");
    PROXX_TRY(add(type, at_, at_ + word.size()));
    at_ += word.size();
    return {};
  }

  Status digits() {
    if (!is_digit(peek())) return unexpected("expected a digit");
    while (is_digit(peek())) ++at_;
    return {};
  }

  Status number() {
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
      if (is_digit(peek())) return error_at(at_, "a number cannot begin with 0");
    } else {
      PROXX_TRY(digits());
    }
    if (peek() == '.') {
      ++at_;
      PROXX_TRY(digits());
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      PROXX_TRY(digits());
    }
    return {};
  }

  std::vector<Node>& nodes_;
  const ParseOptions options_;
  const char* const begin_;
  const char* const end_;
  const char* at_;
  uint32_t open_ = kNoParent;
  int depth_ = 0;
};

Document::Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Status Document::parse(std::string_view text, const ParseOptions& options) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  static_assert(sizeof(Node) == 16);
  nodes_.clear();
  if (text.size() > kMaxDocumentBytes) {
    return fail(ErrorKind::request_too_large, "JSON text too large");
  }
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return fail(ErrorKind::invalid_request, "empty body; expected a JSON object");
  }
  text_.assign(text);
  Status status = IndexBuilder(*this, options).build();
  if (!status) nodes_.clear();
  return status;
}

Reader Document::root() const {
  return {this, 0};
}

void Document::clear() {
  release(text_);
  release(nodes_);
}

size_t Document::memory_bytes() const {
  return text_.capacity() + nodes_.capacity() * sizeof(Node);
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    const char* const plain = skip_plain(at, end);
    out.append(at, plain);
    at = plain;
    if (at == end) return;
    const auto byte = static_cast<uint8_t>(*at);
    if (byte >= 0x80) {
      const size_t length = utf8::sequence_length({at, static_cast<size_t>(end - at)});
      if (length == 0) {
        out.append(utf8::kReplacement);
        ++at;
      } else {
        out.append(at, length);
        at += length;
      }
      continue;
    }
    ++at;
    switch (byte) {
      case '"':
        out.append("\\\"");
        break;
      case '\\':
        out.append("\\\\");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '\r':
        out.append("\\r");
        break;
      case '\t':
        out.append("\\t");
        break;
      case '\b':
        out.append("\\b");
        break;
      case '\f':
        out.append("\\f");
        break;
      default:
        out.append("\\u00");
        out.push_back(kHex[byte >> 4]);
        out.push_back(kHex[byte & 15]);
    }
  }
}

std::string unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  const char* at = raw.data();
  const char* const end = at + raw.size();
  while (at < end) {
    const char* backslash =
        static_cast<const char*>(std::memchr(at, '\\', static_cast<size_t>(end - at)));
    if (backslash == nullptr || end - backslash < 2) {
      out.append(at, end);
      break;
    }
    out.append(at, backslash);
    at = backslash + 2;
    switch (backslash[1]) {
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        const int unit = hex4(at, end);
        if (unit < 0) break;
        at += 4;
        char32_t code_point = static_cast<char32_t>(unit);
        if (is_high_surrogate(unit) && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
          const int low = hex4(at + 2, end);
          if (is_low_surrogate(low)) {
            code_point = 0x10000 + (static_cast<char32_t>(unit - 0xD800) << 10) +
                         static_cast<char32_t>(low - 0xDC00);
            at += 6;
          }
        }
        utf8::append(out, code_point);
        break;
      }
      default:
        out.push_back(backslash[1]);
    }
  }
  return out;
}

size_t plain_length(std::string_view text) {
  return static_cast<size_t>(skip_plain(text.data(), text.data() + text.size()) - text.data());
}

bool is_valid(std::string_view text) {
  return Document().parse(text).has_value();
}

}  // namespace proxx::json
