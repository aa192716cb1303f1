#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "openai/responses/tool_names.h"

namespace proxx::openai::responses {

/// The names under which a request's tools go upstream, which knows no namespaces
/// (docs/mapping-responses.md 4.4). The name of a tool outside of namespaces stays; a namespace's
/// child is called NAMESPACE__CHILD, or has a hash in its name where that is no name upstream or is
/// another tool's. Names outside of namespaces must be added first.
class ToolTable {
 public:
  /// Adds a tool outside of namespaces. False if there is one of this name.
  bool add(const std::string& name, CallKind kind);
  /// Adds a namespace's child and returns its name upstream; "" if no name is left for it.
  const std::string& add_child(const std::string& space, const std::string& name, CallKind kind);

  /// The name upstream of a tool that the history or tool_choice names; `space` is "" for none. A
  /// tool that is not in the table gets the name that it would have alone.
  [[nodiscard]] std::string upstream_name(const std::string& space, const std::string& name) const;

  /// A tool goes upstream under this name.
  [[nodiscard]] bool has(std::string_view upstream_name) const {
    return all_.count(upstream_name) > 0;
  }
  [[nodiscard]] size_t size() const { return all_.size(); }

  /// For the answer: the tools that the client knows by another name or in another form.
  [[nodiscard]] const ToolNames& renamed() const { return renamed_; }

  std::vector<std::string> paths;  ///< the client's paths of the tools that go upstream, in order

 private:
  using Child = std::pair<std::string, std::string>;
  std::set<std::string, std::less<>> all_;
  std::map<Child, std::string> children_;
  ToolNames renamed_;
};

}  // namespace proxx::openai::responses
