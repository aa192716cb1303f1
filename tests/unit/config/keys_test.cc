#include "config/keys.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "config/secret_environment.h"
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

TEST_CASE("X13: a key command ends with its process, whoever else holds its output") {
  Scratch scratch;
  const std::string pid_file = scratch.path("pid");
  const auto keys = read_keys(
      with_command(scratch, {"sh", "-c", "sleep 60 & echo $! >" + pid_file + "; echo sk-1"}),
      test::environment({}), std::chrono::seconds(50));
  pid_t sleeper = 0;
  std::ifstream(pid_file) >> sleeper;
  CHECK(kill(sleeper, SIGKILL) == 0);
  REQUIRE_MESSAGE(keys, error_of(keys));
  CHECK(keys->api_key == "sk-1");
}

TEST_CASE("X13: output is read to its end, and capped, with a child of the command's there") {
  Scratch scratch;
  const auto run = [&](const std::string& script) {
    return read_keys(with_command(scratch, {"sh", "-c", script}), test::environment({}));
  };
  CHECK(run("(sleep 0.2) & printf %08000d 1")->api_key.size() == 8000);
  CHECK(error_of(run("sleep 60 & exec cat /dev/zero")) ==
        "api_key_command: 'sh' writes too much for a key");
}

TEST_CASE("X13: a command that is too slow is killed with its children") {
  Scratch scratch;
  const std::string pid_file = scratch.path("pid");
  const auto keys =
      read_keys(with_command(scratch, {"sh", "-c", "sleep 60 & echo $! >" + pid_file + "; wait"}),
                test::environment({}), std::chrono::milliseconds(500));
  CHECK(error_of(keys) == "api_key_command: 'sh' did not finish within 0 s");
  pid_t sleeper = 0;
  std::ifstream(pid_file) >> sleeper;
  REQUIRE(sleeper > 0);
  CHECK(test::is_gone(sleeper));
}

TEST_CASE("X13: a signal that ends the program ends the command and its children, at once") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    CAPTURE(signal);
    Scratch scratch;
    const std::string pid_file = scratch.path("pid");
    const LoadedSettings loaded =
        with_command(scratch, {"sh", "-c", "sleep 60 & echo $! $$ >" + pid_file + "; wait"});
    const pid_t program = fork();
    if (program == 0) {
      rlimit none{0, 0};
      setrlimit(RLIMIT_CORE, &none);
      for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(each, SIG_DFL);
      (void)read_keys(loaded, test::environment({}));
      _exit(99);
    }
    REQUIRE(program > 0);
    pid_t sleeper = 0;
    pid_t command = 0;
    for (int i = 0; i < 1000 && command == 0; ++i) {
      std::ifstream(pid_file) >> sleeper >> command;
      usleep(10'000);
    }
    REQUIRE(command > 0);
    kill(program, signal);
    int status = 0;
    REQUIRE(waitpid(program, &status, 0) == program);
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    CHECK(test::is_gone(sleeper));
    CHECK(test::is_gone(command));
  }
}

TEST_CASE("X13: a SIGKILL ends the command and its children, too") {
  Scratch scratch;
  const std::string pid_file = scratch.path("pid");
  const LoadedSettings loaded =
      with_command(scratch, {"sh", "-c", "sleep 60 & echo $! $$ >" + pid_file + "; wait"});
  const pid_t program = fork();
  if (program == 0) {
    (void)read_keys(loaded, test::environment({}));
    _exit(99);
  }
  REQUIRE(program > 0);
  pid_t sleeper = 0;
  pid_t command = 0;
  for (int i = 0; i < 1000 && command == 0; ++i) {
    std::ifstream(pid_file) >> sleeper >> command;
    usleep(10'000);
  }
  REQUIRE(command > 0);
  kill(program, SIGKILL);
  REQUIRE(waitpid(program, nullptr, 0) == program);
  CHECK(test::is_gone(sleeper));
  CHECK(test::is_gone(command));
}

TEST_CASE("X13: what a command leaves running on purpose goes on after it") {
  Scratch scratch;
  const std::string pid_file = scratch.path("pid");
  CHECK(read_keys(
      with_command(scratch, {"sh", "-c", "sleep 60 & echo $! >" + pid_file + "; echo sk-1"}),
      test::environment({})));
  pid_t sleeper = 0;
  std::ifstream(pid_file) >> sleeper;
  REQUIRE(sleeper > 0);
  CHECK(kill(sleeper, 0) == 0);
  kill(sleeper, SIGKILL);
}

TEST_CASE("X13: after a key command signals do what they did before") {
  Scratch scratch;
  struct sigaction before {};
  struct sigaction after {};
  sigaction(SIGTERM, nullptr, &before);
  CHECK(read_keys(with_command(scratch, {"echo", "sk-1"}), test::environment({})));
  sigaction(SIGTERM, nullptr, &after);
  CHECK((before.sa_handler == after.sa_handler));
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, nullptr, &blocked);
  CHECK(sigismember(&blocked, SIGTERM) == 0);
}

TEST_CASE("X9: a key command sees no secret of the environment") {
  Scratch scratch;
  setenv("ANTHROPIC_API_KEY", "hush-1", 1);
  setenv("ANTHROPIC_AUTH_TOKEN", "hush-2", 1);
  setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Auth: hush-3", 1);
  setenv("HTTPS_PROXY", "http://user:hush-4@proxy:3128/?token=hush-6", 1);
  setenv("all_proxy", "user:hush-5@proxy", 1);
  setenv("PROXX_TEST_OTHER", "user:kept@here", 1);
  take_secret_environment();
  const std::string seen = scratch.path("seen");
  CHECK(read_keys(with_command(scratch, {"sh", "-c", "env >" + seen + "; echo sk-1"}),
                  test::environment({})));
  std::stringstream text;
  text << '\n' << std::ifstream(seen).rdbuf();  // whatever comes first
  CHECK(text.str().find("hush") == std::string::npos);
  CHECK(text.str().find("\nHTTPS_PROXY=http://proxy:3128/\n") != std::string::npos);
  CHECK(text.str().find("\nall_proxy=proxy\n") != std::string::npos);
  CHECK(text.str().find("\nPROXX_TEST_OTHER=user:kept@here\n") != std::string::npos);
  CHECK(text.str().find("\nPATH=") != std::string::npos);

  CHECK(getenv("ANTHROPIC_API_KEY") == nullptr);
  CHECK(getenv("ANTHROPIC_AUTH_TOKEN") == nullptr);
  CHECK(getenv("ANTHROPIC_CUSTOM_HEADERS") == nullptr);
  CHECK(getenv("HTTPS_PROXY") == std::string("http://proxy:3128/"));
  CHECK(getenv("all_proxy") == std::string("proxy"));
  CHECK(getenv("PROXX_TEST_OTHER") == std::string("user:kept@here"));
  for (const char* name : {"HTTPS_PROXY", "all_proxy", "PROXX_TEST_OTHER"}) unsetenv(name);

  const GetEnv all = process_environment();
  CHECK(variable_or_empty(all, "ANTHROPIC_API_KEY") == "hush-1");
  CHECK(variable_or_empty(all, "ANTHROPIC_AUTH_TOKEN") == "hush-2");
  CHECK(variable_or_empty(all, "ANTHROPIC_CUSTOM_HEADERS") == "X-Auth: hush-3");
  const ProxyLogin login = environment_proxy_login(all);
  CHECK(login.user + " " + login.password == "user hush-4");
  CHECK_FALSE(all("PROXX_TEST_NONE"));
}

TEST_CASE("X9: a proxy's login is that of the variable which counts, decoded") {
  const auto login = [](test::Variables variables) {
    const ProxyLogin got = environment_proxy_login(test::environment(std::move(variables)));
    return got.user + " " + got.password;
  };
  CHECK(login({{"HTTPS_PROXY", "http://me:hush%40x@proxy:3128"}}) == "me hush@x");
  CHECK(login({{"HTTPS_PROXY", "me:hush@proxy"}}) == "me hush");
  CHECK(login({{"HTTPS_PROXY", "me@proxy"}}) == "me ");
  CHECK(login({{"HTTPS_PROXY", "http://proxy/a@b"}}) == " ");
  CHECK(login({{"ALL_PROXY", "socks5h://me:1:2@proxy"}}) == "me 1:2");
  CHECK(login({{"ALL_PROXY", "http://no:no@proxy"}, {"https_proxy", "http://proxy"}}) == " ");
  CHECK(login({{"http_proxy", "http://no:no@proxy"}}) == " ");
  CHECK(login({}) == " ");
}

TEST_CASE("L16: who has no key is told every source in order") {
  Scratch scratch;
  CHECK(missing_key_text(*load(scratch, std::nullopt, {{"HOME", "/home/me"}})) ==
        "no API key: give --key-file FILE, or set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN, or "
        "put api_key_file or api_key_command into /home/me/.config/proxx/config.yaml; to try "
        "without one: --mock");
  CHECK(missing_key_text(*load(scratch, "")).find(scratch.path("c.yaml")) != std::string::npos);
  CHECK(missing_key_text(*load(scratch, std::nullopt)).find("the configuration file") !=
        std::string::npos);
}

TEST_CASE("S9: the variables to unset are known") {
  REQUIRE(credential_variables(HostKind::anthropic).size() == 2);
  CHECK(std::string(credential_variables(HostKind::anthropic)[0]) == "ANTHROPIC_API_KEY");
  CHECK(std::string(credential_variables(HostKind::anthropic)[1]) == "ANTHROPIC_AUTH_TOKEN");
}
