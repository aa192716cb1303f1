#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/io/terminal.h"
#include "config/load.h"

// The command line of every command as plain structs. CLI11 appears in this folder only.

namespace proxx::cli {

/// Options of every command that loads settings.
struct CommonOptions {
  std::optional<std::string> config;  ///< -c: a path or `none`
  std::vector<FlagValue> flags;       ///< those that stand for a key of the configuration
  std::string model;                  ///< -m: wins over the request's
  int verbose = 0;
  bool quiet = false;
  bool mock = false;
  std::string record;  ///< --record, of the request commands; "" records nothing
};

enum class Format { automatic, json, sse, text };

/// Shared by the request commands.
struct RequestCommandOptions : CommonOptions {
  std::string output;  ///< -o; "" is stdout
  Format format = Format::automatic;
  std::optional<bool> stream;
  bool dry_run = false;
  bool usage = false;
  bool in_words = false;  ///< the request was made of flags: messages name those
};

struct SendOptions : RequestCommandOptions {
  std::string file;  ///< "" was not given
  bool version = false;
};

struct AskOptions : RequestCommandOptions {
  std::vector<std::string> words;
  std::string file;                      ///< -f: a prompt, before the words
  std::string system;                    ///< text, or @FILE
  std::vector<std::string> attachments;  ///< as attachment_part() takes them
  std::optional<double> temperature;
  std::optional<int64_t> max_tokens;
  std::string reasoning;              ///< a reasoning_effort; "" says nothing
  std::optional<std::string> schema;  ///< of the answer, as read_schema() takes it
  bool no_stdin = false;
  std::string conversation;  ///< -C: its file; "" was not given
};

struct ConvertOptions {
  enum class Kind { request, response, stream };
  Kind kind = Kind::request;
  std::string file;                   ///< "" was not given
  std::optional<std::string> config;  ///< -c: a path or `none`
  std::string model;
  bool strict = false;
  std::string api;  ///< Protocol::name; "": a request tells, an answer is chat's
  std::optional<bool> include_usage;
  std::optional<int64_t> created_unix_s;
  std::string request_file;
};

struct BatchOptions : CommonOptions {
  std::string file;    ///< "" was not given
  std::string output;  ///< -o; "" is stdout
  int jobs = 4;
  bool text = false;             ///< lines are prompts
  Format format = Format::json;  ///< or text
  bool resume = false;
  bool fail_fast = false;
  bool dry_run = false;
  bool usage = false;
  bool half_price = false;
  bool no_wait = false;
  bool cancel = false;
  bool again = false;
  std::string adopt;  ///< a batch's id; "" was not given
};

struct BridgeOptions : CommonOptions {
  int jobs = 64;
  bool usage = false;
};

struct ServeOptions : CommonOptions {
  std::string unix_path;
  bool check_health = false;
};

struct MockOptions {
  std::string host = "127.0.0.1";
  int port = 0;
  std::string script;
  std::string replay;
  std::optional<int> delay_ms;
  std::optional<int> batch_time_ms;
  std::string as;
  std::string token;
  int token_life_s = 0;
  std::string aws_key;  ///< ID:SECRET
  int clock_ahead_s = 0;
};

struct ModelsOptions : CommonOptions {
  bool json = false;
  bool remote = false;
};

struct ConfigOptions : CommonOptions {
  bool path = false;
};

/// The options; or the exit code if the command line asked for help (0) or is wrong (2), which has
/// been reported then.
template <class T>
struct Parsed {
  std::optional<T> options;
  int exit_code = 0;
};

/// argv[0] is the command's name.
[[nodiscard]] Parsed<SendOptions> parse_send(int argc, char** argv);
[[nodiscard]] Parsed<AskOptions> parse_ask(int argc, char** argv);
[[nodiscard]] Parsed<ConvertOptions> parse_convert(int argc, char** argv);
[[nodiscard]] Parsed<BatchOptions> parse_batch(int argc, char** argv);
[[nodiscard]] Parsed<BridgeOptions> parse_bridge(int argc, char** argv);
[[nodiscard]] Parsed<ServeOptions> parse_serve(int argc, char** argv);
[[nodiscard]] Parsed<MockOptions> parse_mock(int argc, char** argv);
[[nodiscard]] Parsed<ModelsOptions> parse_models(int argc, char** argv);
[[nodiscard]] Parsed<ConfigOptions> parse_config(int argc, char** argv);

}  // namespace proxx::cli
