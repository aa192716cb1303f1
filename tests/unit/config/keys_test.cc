#include "config/keys.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "fixture.h"

using namespace proxx;
using test::load;
using test::Scratch;

namespace {

LoadedSettings with_flag_file(const Scratch& scratch, const std::string& path) {
  return *load(scratch, "", {}, {{"api_key_file", path, "--key-file"}});
}

LoadedSettings with_command(const Scratch& scratch, std::vector<std::string> argv) {
  LoadedSettings loaded = *load(scratch, "");
  loaded.settings.api_key_command = std::move(argv);
  return loaded;
}

std::string error_of(const Result<Keys>& keys) {
  return keys ? "" : keys.error().message;
}

}  // namespace

TEST_CASE("a key comes from the first source that has one") {
  Scratch scratch;
  const std::string flag_file = scratch.write("flag.key", "from-flag\n");
  const std::string file = scratch.write("file.key", "from-file");
  const auto none = test::environment({});
  const auto variables =
      test::environment({{"ANTHROPIC_API_KEY", "from-env"}, {"ANTHROPIC_AUTH_TOKEN", "token"}});
  const auto flag = *load(scratch, "api_key_file: " + file + "\n", {},
                          {{"api_key_file", flag_file, "--key-file"}});
  const auto configured = *load(scratch, "api_key_file: " + file + "\n");

  const auto by_flag = read_keys(flag, variables);
  CHECK(by_flag->api_key == "from-flag");
  CHECK(by_flag->auth_token.empty());
  const auto by_env = read_keys(configured, variables);
  CHECK(by_env->api_key == "from-env");
  CHECK(by_env->auth_token == "token");
  const auto token_only =
      read_keys(configured, test::environment({{"ANTHROPIC_AUTH_TOKEN", "token"}}));
  CHECK(token_only->api_key.empty());
  CHECK(token_only->auth_token == "token");
  CHECK(read_keys(configured, none)->api_key == "from-file");
  CHECK(read_keys(configured, test::environment({{"ANTHROPIC_API_KEY", ""}}))->api_key ==
        "from-file");
  CHECK(read_keys(with_command(scratch, {"echo", "from-command"}), none)->api_key ==
        "from-command");
  CHECK(read_keys(*load(scratch, ""), none)->empty());
}

TEST_CASE("L13: a key file that others can read gets a warning") {
  Scratch scratch;
  for (mode_t mode : {0600, 0400}) {
    const auto keys =
        read_keys(with_flag_file(scratch, scratch.write("k", "key", mode)), test::environment({}));
    REQUIRE(keys);
    CHECK(keys->warnings.empty());
    std::filesystem::remove(scratch.path("k"));
  }
  for (mode_t mode : {0644, 0640, 0620}) {
    const std::string path = scratch.write("k", "key", mode);
    const std::string link = scratch.path("link");
    std::filesystem::remove(link);
    std::filesystem::create_symlink(path, link);
    for (const std::string& name : {path, link}) {
      const auto keys = read_keys(with_flag_file(scratch, name), test::environment({}));
      REQUIRE(keys);
      CHECK(keys->warnings ==
            std::vector<std::string>{"key file " + name + " is open to other users: chmod 600 " +
                                     name});
    }
  }
  if (geteuid() == 0) {
    const std::string path = scratch.write("other", "key", 0600);
    REQUIRE(chown(path.c_str(), 12345, 12345) == 0);
    const auto keys = read_keys(with_flag_file(scratch, path), test::environment({}));
    REQUIRE(keys->warnings.size() == 1);
    CHECK(keys->warnings[0].find("chmod 600") != std::string::npos);
  }
}

TEST_CASE("L14: a key file holds one line with a key, and its end") {
  Scratch scratch;
  const auto read = [&](const std::string& text) {
    return read_keys(with_flag_file(scratch, scratch.write("k", text)), test::environment({}));
  };
  for (const char* text : {"sk-1", "sk-1\n", "sk-1\r\n"}) CHECK(read(text)->api_key == "sk-1");
  const std::string at = "--key-file: " + scratch.path("k") + ": ";
  CHECK(error_of(read("")) == at + "holds no key: it is empty");
  CHECK(error_of(read("\n")) == at + "holds no key: it is empty");
  CHECK(error_of(read("\xEF\xBB\xBFsk-1\n")) == at + "begins with a byte order mark");
  CHECK(error_of(read("sk-1\nsk-2\n")) == at + "holds more than one line");
  CHECK(error_of(read("sk-1\n\n")) == at + "holds more than one line");
  const std::string byte =
      at + "holds a byte that no key has (a space, a control or a non-ASCII character)";
  CHECK(error_of(read("sk 1")) == byte);
  CHECK(error_of(read("sk-1\r")) == byte);
  CHECK(error_of(read("sk\r1")) == byte);
  CHECK(error_of(read("sk-\xC3\xA9")) == byte);
  CHECK(error_of(read(std::string("sk\0", 3))) == byte);
  CHECK(error_of(read(std::string(kMaxKeyBytes + 1, 'k'))) == at + "larger than 8 KiB");
}

TEST_CASE("a key of a variable is checked and never repeated") {
  Scratch scratch;
  const auto keys = read_keys(
      *load(scratch, ""), test::environment({{"ANTHROPIC_AUTH_TOKEN", "hunter2\r\nX-Evil: yes"}}));
  CHECK(error_of(keys) == "ANTHROPIC_AUTH_TOKEN: holds more than one line");
}

TEST_CASE("a key file may be a pipe, but no folder, device or stdin") {
  Scratch scratch;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  REQUIRE(write(ends[1], "sk-pipe\n", 8) == 8);
  close(ends[1]);
  const auto keys = read_keys(with_flag_file(scratch, "/dev/fd/" + std::to_string(ends[0])),
                              test::environment({}));
  close(ends[0]);
  REQUIRE_MESSAGE(keys, error_of(keys));
  CHECK(keys->api_key == "sk-pipe");
  CHECK(keys->warnings.empty());
  const auto error = [&](const std::string& path) {
    return error_of(read_keys(with_flag_file(scratch, path), test::environment({})));
  };
  CHECK(error("-") == "--key-file: stdin is for requests; give a file, or a pipe as <(command)");
  CHECK(error("/dev/zero") == "--key-file: /dev/zero: not a regular file");
  CHECK(error(scratch.path()) == "--key-file: " + scratch.path() + ": is a directory");
  CHECK(error(scratch.path("x")) ==
        "--key-file: " + scratch.path("x") + ": No such file or directory");
}

TEST_CASE("a key command's output is the key, its failure an error") {
  Scratch scratch;
  const auto run = [&](std::vector<std::string> argv) {
    return read_keys(with_command(scratch, std::move(argv)), test::environment({}));
  };
  CHECK(run({"printf", "sk-%s\\n", "a;b$(c)"})->api_key == "sk-a;b$(c)");
  CHECK(run({"sh", "-c", "read x; echo got:$x"})->api_key == "got:");
  CHECK(error_of(run({"false"})) == "api_key_command: 'false' exited with status 1");
  CHECK(error_of(run({"sh", "-c", "echo hunter2; exit 3"})) ==
        "api_key_command: 'sh' exited with status 3");
  CHECK(error_of(run({"sh", "-c", "kill -9 $$"})) ==
        "api_key_command: 'sh' was killed by signal 9");
  CHECK(error_of(run({"/nonexistent/pass"})) ==
        "api_key_command: cannot run '/nonexistent/pass': No such file or directory");
  CHECK(error_of(run({"true"})) == "api_key_command: the output: holds no key: it is empty");
  CHECK(error_of(run({"printf", "a\\nb"})) ==
        "api_key_command: the output: holds more than one line");
  CHECK(error_of(run({"cat", "/dev/zero"})) == "api_key_command: 'cat' writes too much for a key");
}

TEST_CASE("a key command that hangs is ended") {
  Scratch scratch;
  for (const char* script : {"exec sleep 60", "exec sleep 60 >&-"}) {
    const auto start = std::chrono::steady_clock::now();
    const auto keys = read_keys(with_command(scratch, {"sh", "-c", script}), test::environment({}),
                                std::chrono::milliseconds(100));
    CHECK(error_of(keys) == "api_key_command: 'sh' did not finish within 0 s");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  }
}

TEST_CASE("L16: who has no key is told every source in order") {
  Scratch scratch;
  CHECK(missing_key_text(*load(scratch, std::nullopt, {{"HOME", "/home/me"}})) ==
        "no API key: give --key-file FILE, or set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN, or "
        "put api_key_file or api_key_command into /home/me/.config/proxx/config.yaml");
  CHECK(missing_key_text(*load(scratch, "")).find(scratch.path("c.yaml")) != std::string::npos);
  CHECK(missing_key_text(*load(scratch, std::nullopt)).find("the configuration file") !=
        std::string::npos);
}

TEST_CASE("S9: the variables to unset are known") {
  REQUIRE(credential_variables().size() == 2);
  CHECK(std::string(credential_variables()[0]) == "ANTHROPIC_API_KEY");
  CHECK(std::string(credential_variables()[1]) == "ANTHROPIC_AUTH_TOKEN");
}
