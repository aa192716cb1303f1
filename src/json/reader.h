#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "json/text.h"

namespace proxx::json {

struct Member;

/// A value inside a Document, and the way to it. Two words, passed by value; valid as long as the
/// document's contents. A default-constructed Reader is *absent*: false in a condition; only
/// is_null() may be asked of it.
///
/// Expectations (`string()`, `integer()`, ...) fail with `invalid_request` and the value's path as
/// param, so that a wrong type anywhere names itself: `messages[2].content[0].text`.
class Reader {
 public:
  Reader() = default;

  explicit operator bool() const { return document_ != nullptr; }
  [[nodiscard]] Type type() const { return static_cast<Type>(node().type); }
  /// Absent counts as null: an optional OpenAI field that is null is absent
  /// (docs/mapping-chat.md 6.0).
  [[nodiscard]] bool is_null() const { return !*this || type() == Type::null; }
  [[nodiscard]] bool is_string() const { return *this && type() == Type::string; }
  [[nodiscard]] bool is_object() const { return *this && type() == Type::object; }
  [[nodiscard]] bool is_array() const { return *this && type() == Type::array; }
  [[nodiscard]] bool is_number() const { return *this && type() == Type::number; }
  [[nodiscard]] bool is_boolean() const { return *this && type() == Type::boolean; }

  /// `messages[2].content[0].type`; "" for the top-level value. Computed on demand, by walking
  /// along the arrays that the value is in: for many values paths_of() is the way.
  [[nodiscard]] std::string path() const;
  /// path() of each, together in time that is linear in the text.
  [[nodiscard]] static std::vector<std::string> paths_of(const std::vector<Reader>& values);
  /// The path a member would have: for errors about what is missing.
  [[nodiscard]] std::string path_of(std::string_view key) const;

  /// The value's JSON text, byte for byte as received.
  [[nodiscard]] std::string_view raw() const;
  /// Only for strings.
  [[nodiscard]] Raw raw_string() const {
    return Raw({document_->text_.data() + node().begin, node().end - node().begin});
  }
  /// True for a string that decodes to `text`.
  [[nodiscard]] bool equals(std::string_view text) const;
  /// A string decoded: a view of the document if nothing in it is escaped, else of `buffer`, which
  /// is empty before and filled then. Only for strings.
  [[nodiscard]] std::string_view text(std::string& buffer) const;
  /// A string decoded; `otherwise` if absent or of another type.
  [[nodiscard]] std::string string_or(std::string_view otherwise) const;
  /// An integer literal in int64 range; nothing if absent or anything else (1.5, 1e3, "1").
  [[nodiscard]] std::optional<int64_t> integer_or_none() const;
  /// Any number as a double; nothing if absent, of another type, or beyond a double's range.
  [[nodiscard]] std::optional<double> number_or_none() const;
  [[nodiscard]] bool boolean_or(bool otherwise) const;

  // Expectations.
  [[nodiscard]] Result<std::string> string() const;
  [[nodiscard]] Result<int64_t> integer() const;
  [[nodiscard]] Result<double> number() const;
  [[nodiscard]] Result<bool> boolean() const;
  [[nodiscard]] Status expect(Type wanted) const {
    return *this && type() == wanted ? Status() : mismatch(wanted);
  }
  /// An error at this value: `invalid_request`, param path().
  [[nodiscard]] Error error(std::string message, std::string code = {}) const;

  /// The member `key` of an object, absent if there is none or this is no object. Of duplicate
  /// keys the last counts, here and in every other reading. Linear in the object's members: never
  /// call it in a loop over something that grows with the same text. Read such an object in one
  /// pass over members(), or index it (schema_definitions.h).
  [[nodiscard]] Reader get(std::string_view key) const;
  /// get(), but a member that is null is absent too.
  [[nodiscard]] Reader optional(std::string_view key) const;
  /// Elements of an array or members of an object; 0 for anything else.
  [[nodiscard]] size_t size() const;
  /// Element `index` of an array, absent if there is none. Linear.
  [[nodiscard]] Reader at(size_t index) const;

  /// How many strings of the whole document were repaired (ParseOptions::replace_lone_surrogates),
  /// and the `index`th of them, or the value of such a key, with the first half's place.
  [[nodiscard]] size_t repaired() const { return document_->repairs_.size(); }
  [[nodiscard]] std::pair<Reader, size_t> repaired(size_t index) const {
    const auto& [node, at] = document_->repairs_[index];
    return {Reader(document_, node), at};
  }

  class Elements;
  class Members;
  /// `for (Reader element : reader.elements())`; empty for anything but an array.
  [[nodiscard]] Elements elements() const;
  /// `for (Member member : reader.members())`, in document order; empty for anything but an object.
  [[nodiscard]] Members members() const;

  friend bool operator==(const Reader& a, const Reader& b) {
    return a.document_ == b.document_ && a.node_ == b.node_;
  }

 private:
  friend class Document;
  Reader(const Document* document, uint32_t node) : document_(document), node_(node) {}
  [[nodiscard]] const Document::Node& node() const { return document_->nodes_[node_]; }
  [[nodiscard]] bool key_equals(std::string_view key) const {
    return node().has_escapes ? unescape(raw_string()) == key : raw_string().bytes() == key;
  }
  [[nodiscard]] Status mismatch(Type wanted) const;
  /// `index_of(parent, child)`: an element's place in its array.
  template <class IndexOf>
  [[nodiscard]] std::string path(const IndexOf& index_of) const;

  const Document* document_ = nullptr;
  uint32_t node_ = 0;
};

class Reader::Elements {
 public:
  class Iterator {
   public:
    Iterator(const Document* document, uint32_t node) : document_(document), node_(node) {}
    Reader operator*() const { return {document_, node_}; }
    Iterator& operator++() {
      node_ = document_->nodes_[node_].next;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return node_ != other.node_; }

   private:
    const Document* document_;
    uint32_t node_;
  };
  [[nodiscard]] Iterator begin() const { return {document_, begin_}; }
  [[nodiscard]] Iterator end() const { return {document_, end_}; }

 private:
  friend class Reader;
  const Document* document_ = nullptr;
  uint32_t begin_ = 0;
  uint32_t end_ = 0;
};

struct Member {
  Raw raw_key;
  Reader value;
  bool has_escapes;  ///< the key
  /// The key decoded.
  [[nodiscard]] std::string key() const { return unescape(raw_key); }
  /// ... without a copy where it has no escapes; `buffer` as of Reader::text().
  [[nodiscard]] std::string_view key(std::string& buffer) const {
    if (!has_escapes) return raw_key.bytes();
    append_unescaped(buffer, raw_key);
    return buffer;
  }
};

class Reader::Members {
 public:
  class Iterator {
   public:
    Iterator(const Document* document, uint32_t node) : document_(document), node_(node) {}
    Member operator*() const {
      return {Reader(document_, node_).raw_string(), Reader(document_, node_ + 1),
              document_->nodes_[node_].has_escapes != 0};
    }
    Iterator& operator++() {
      node_ = document_->nodes_[node_ + 1].next;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return node_ != other.node_; }

   private:
    const Document* document_;
    uint32_t node_;
  };
  [[nodiscard]] Iterator begin() const { return {document_, begin_}; }
  [[nodiscard]] Iterator end() const { return {document_, end_}; }

 private:
  friend class Reader;
  const Document* document_ = nullptr;
  uint32_t begin_ = 0;
  uint32_t end_ = 0;
};

}  // namespace proxx::json
