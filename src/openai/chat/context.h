#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "anthropic/beta_allowance.h"
#include "anthropic/block.h"
#include "anthropic/models.h"
#include "anthropic/schema.h"
#include "base/notices.h"
#include "json/reader.h"
#include "json/writer.h"
#include "openai/chat/request.h"

// What the steps of one request's conversion share. request.cc says in which order they run; each
// reads its fields of the OpenAI request and leaves its part of the Anthropic one here.

namespace proxx::request {

/// Collects what could not be carried over.
class NoticeLog {
 public:
  void drop(const json::Reader& at, std::string reason) { add(Notice::Kind::dropped, at, reason); }
  void adjust(const json::Reader& at, std::string reason) {
    add(Notice::Kind::adjusted, at, reason);
  }
  void note(const json::Reader& at, std::string reason) { add(Notice::Kind::note, at, reason); }
  /// For a field that is absent, or told by a shorter name.
  void add(Notice::Kind kind, std::string path, std::string reason);

  /// With a last line for those beyond the limit.
  [[nodiscard]] Notices take();

 private:
  void add(Notice::Kind kind, const json::Reader& at, std::string& reason);
  /// A request can hold a million unknown fields; nobody reads that many lines.
  static constexpr size_t kMaxNotices = 200;
  Notices list_;
  std::vector<json::Reader> places_;  ///< of each; absent where the path is known
  size_t beyond_ = 0;
};

struct Turn {
  enum class Role { user, assistant, system };
  Role role;
  std::vector<Block> blocks;
};

/// `tool_choice` as Anthropic knows it.
struct ToolChoice {
  enum class Type { absent, automatic, any, tool, none };
  Type type = Type::absent;
  std::string name;         ///< for `tool`
  std::string instruction;  ///< what the model is told instead of being forced; "" for nothing
  bool disable_parallel_tool_use = false;
  [[nodiscard]] bool forced() const { return type == Type::any || type == Type::tool; }
};

/// The top-level fields by name; of duplicates the last, and null is absent.
class Fields {
 public:
  /// Fills from the members of `root`; what no row of the table knows is dropped with a notice.
  void read(json::Reader root, NoticeLog& notices);
  /// `name` is one of the table's.
  [[nodiscard]] json::Reader operator[](std::string_view name) const;
  /// Of the table's row `row`.
  [[nodiscard]] json::Reader at(size_t row) const { return values_[row]; }

 private:
  std::vector<json::Reader> values_;
};

struct Conversion {
  explicit Conversion(const RequestOptions& request_options) : options(request_options) {}

  const RequestOptions& options;
  json::Reader root;
  Fields in;
  Model model;
  NoticeLog notices;
  ConvertedRequest out;

  // The body, in the order in which it is written. "" or empty is left out.
  int64_t max_tokens = 0;
  bool asked_max_tokens = false;  ///< the client named it, or the configuration did
  std::string temperature;        ///< number text
  std::string top_p;
  std::string top_k;
  std::vector<std::string> stop_sequences;  ///< insides of JSON strings
  std::string thinking;                     ///< JSON
  bool own_thinking = false;                ///< `thinking` is the client's
  bool thinking_on = false;                 ///< `thinking` asks the model to think
  std::string effort;                       ///< output_config.effort, if not in output_config
  std::string format;                       ///< output_config.format as JSON, likewise
  std::string user_id;
  std::string service_tier;
  std::string cache_control;                                        ///< automatic breakpoint, JSON
  std::vector<std::pair<std::string_view, json::Reader>> verbatim;  ///< whole fields by name
  ToolChoice tool_choice;
  std::vector<Block> tools;
  bool runs_server_tools = false;  ///< one of `tools` is of Anthropic's own kinds
  std::vector<Block> system;
  std::vector<Turn> turns;

  json::Document arguments;  ///< of the call in hand; here for its buffers
  std::string answer_duty;   ///< a response_format that the model is only told of
  std::set<std::string, std::less<>> tool_names;
  BetaAllowance betas;  ///< for those that the body asks for
  /// Of the cache breakpoints that the client asked for in OpenAI's words.
  bool cache_for_an_hour = false;
  bool cache_implicitly = false;
  /// The history ends in a tool loop that began without thinking (wire.md 1.8 rule 5).
  bool open_loop_without_thinking = false;
  /// Budgets that all strict schemas share (wire.md 1.6).
  int strict_tools = 0;
  int optional_parameters = 0;
  int union_parameters = 0;
  schema::FlattenAllowance flatten_allowance;
};

/// The members of `object` named in `names`, in one pass: of duplicates the last, null is absent.
/// Others are dropped with a notice, unless null.
template <size_t N>
std::array<json::Reader, N> read_members(json::Reader object, const std::string_view (&names)[N],
                                         NoticeLog& notices);

/// An `invalid_request` at a value.
[[nodiscard]] tl::unexpected<Error> refuse(const json::Reader& at, std::string message,
                                           std::string code = "unsupported_value");
/// ... at a member that is missing.
[[nodiscard]] tl::unexpected<Error> missing(const json::Reader& object, std::string_view key);

/// True if a JSON string's inside decodes to nothing but white space, which the upstream refuses.
[[nodiscard]] bool is_blank(std::string_view raw);
/// Decoded text without the white space at its end.
[[nodiscard]] std::string_view trim_end(std::string_view text);

// The steps. Each may rely on what those before it left.
Status convert_fields(Conversion& c);
Status convert_max_tokens(Conversion& c);
Status convert_response_format(Conversion& c);
Status convert_tools(Conversion& c);
Status convert_system(Conversion& c);
Status convert_messages(Conversion& c);
Status convert_tool_choice(Conversion& c);
Status convert_reasoning(Conversion& c);
/// For fields of the Anthropic API that upstream only takes with a beta.
Status add_needed_betas(Conversion& c);
Status convert_sampling(Conversion& c);
Status convert_prefill(Conversion& c);
Status convert_caching(Conversion& c);
void write_body(Conversion& c);
void note_origins(Conversion& c);

template <size_t N>
std::array<json::Reader, N> read_members(json::Reader object, const std::string_view (&names)[N],
                                         NoticeLog& notices) {
  std::array<json::Reader, N> values;
  for (const json::Member& member : object.members()) {
    std::string decoded;
    const std::string_view key = member.key(decoded);
    size_t i = 0;
    while (i < N && names[i] != key) ++i;
    if (i < N) {
      values[i] = member.value.is_null() ? json::Reader() : member.value;
    } else if (!member.value.is_null()) {
      notices.drop(member.value, "unknown field");
    }
  }
  return values;
}

}  // namespace proxx::request
