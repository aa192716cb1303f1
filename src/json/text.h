#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "json/string.h"

// All JSON text that enters the program and is not configuration is parsed here, once, in full:
// what a Document holds is valid JSON and valid UTF-8 to the last byte, opaque parts included.
// Numbers are never converted on the way: a value's text is what was received.

namespace proxx::json {

class Reader;

/// More values than a Document can index.
inline constexpr uint32_t kMaxValues = (uint32_t{1} << 27) - 1;

enum class Type : uint8_t { null, boolean, number, string, array, object };

/// Why a text is not taken, as far as callers tell them apart.
enum class Fault : uint8_t {
  none,
  syntax,
  depth,  ///< over ParseOptions::max_depth
  size    ///< more bytes or values than may be
};

struct ParseOptions {
  /// Containers inside containers. nlohmann and recursive writers overflow the stack without one.
  int max_depth = 128;
  /// A `\ud800` without its partner: an error in what a client sends; tolerated, as JavaScript
  /// clients do, in what the upstream sends.
  bool allow_lone_surrogates = false;
  /// It becomes `\ufffd` in the document's text; Reader::repaired() tells where.
  bool replace_lone_surrogates = false;
  /// Keys count. The index takes 16 bytes for each, while a text may have one in two of its own.
  uint32_t max_values = kMaxValues;
};

/// A parsed JSON text: the text, and an index of its values in document order. Reading is by
/// Reader. Views into it live until the next parse or its end.
class Document {
 public:
  Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  ~Document();

  /// Replaces the contents by a copy of `text`; buffers are reused. A UTF-8 BOM is skipped. Errors:
  /// `invalid_request` with what is wrong and its byte offset in `text`, never the text itself;
  /// after one the document is empty, and fault() says of which kind it was.
  Status parse(std::string_view text, const ParseOptions& options = {});

  /// The same without a copy: `text` must live as long as anything that is read of it.
  Status parse_view(std::string_view text, const ParseOptions& options = {});

  /// The same for JSON text that is itself in a JSON string.
  Status parse_escaped(Raw raw, const ParseOptions& options = {});

  /// Of the last parse.
  [[nodiscard]] Fault fault() const { return fault_; }

  /// From now on every value's path is `path`: for a text that stands for that place in another
  /// document.
  void stand_for(std::string path) { stands_for_ = std::move(path); }

  /// Empties the document and gives its memory back.
  void clear();

  /// The top-level value. Only after a successful parse.
  [[nodiscard]] Reader root() const;

 private:
  friend class Reader;
  friend class IndexBuilder;
  /// 16 bytes a value. An object's children alternate key and value; `next` skips the subtree.
  struct Node {
    uint32_t begin;  ///< offset of the first byte; of a string: behind the quote
    uint32_t end;    ///< offset behind the last byte; of a string: of the closing quote
    uint32_t next;   ///< index of the node behind this one's subtree
    uint32_t parent : 27;
    uint32_t type : 3;
    uint32_t is_key : 1;
    uint32_t has_escapes : 1;
  };
  /// A string in which halves of surrogate pairs were replaced, or the value of such a key.
  struct Repair {
    uint32_t node;
    uint32_t at;  ///< of the first half
  };
  Status index(const ParseOptions& options, size_t skipped);
  void replace(const std::vector<uint32_t>& halves);

  std::string buffer_;     ///< the text, where it is a copy
  std::string_view text_;  ///< from its first value on
  std::vector<Node> nodes_;
  std::vector<Repair> repairs_;
  std::string stands_for_;
  Fault fault_ = Fault::none;
};

/// Largest text a Document takes, in bytes; the limits of callers are below it.
inline constexpr size_t kMaxDocumentBytes = size_t{256} << 20;

/// True if `text` is one valid JSON value.
[[nodiscard]] bool is_valid(std::string_view text);

}  // namespace proxx::json
