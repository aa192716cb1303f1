#!/bin/sh
# Installs what proxx needs, if anything of it is missing. Uses apt; on a system without apt prints
# what to install, by library and version, and exits 2.
#   scripts/install-deps.sh [--list] [GROUP]...
#   build (the default)  to build and run        clients   the OpenAI and Anthropic SDKs in the tests
#   test                 scripts/test.sh         package   scripts/package.sh
#   browser              the page's tests in chromium
#   lint                 scripts/lint.sh         bench     bench/README.md
#   clang                fuzz.sh, coverage.sh, sanitize.sh tsan    container  scripts/container.sh
#   roots                scripts/portability.sh
#   --list prints the prerequisites and installs nothing.
set -eu

build="g++ cmake ninja-build ccache pkg-config ca-certificates libcurl4-openssl-dev libssl-dev boost
  nlohmann-json3-dev libcli11-dev libyaml-cpp-dev libexpected-dev zlib1g-dev libzstd-dev"
test="doctest-dev dpkg-dev file bats mandoc jq curl openssl python3 nodejs procps bash zsh fish locales haproxy nginx-core strace"
clients="nodejs npm python3 python3-venv"
browser="chromium nodejs"
lint="lintian clang-format clang-tidy shellcheck mandoc"
clang="clang llvm clang-rt jq"
package="python3 dpkg-dev file git"
container="buildah debootstrap curl python3 git"
roots="debootstrap git"
bench="libbenchmark-dev hyperfine wrk nginx-core time jq curl openssl python3 nodejs npm"

prerequisites() {
  cat <<'LIST'
proxx needs, with headers where it is a library (names of Debian's packages on the right):
  to build    a C++20 compiler: GCC 12 or clang 14, or newer            g++ | clang
              CMake 3.25, Ninja; ccache is used if it is there          cmake ninja-build ccache
              libcurl 7.88, with OpenSSL 3; CA certificates             libcurl4-openssl-dev libssl-dev ca-certificates
              Boost 1.81 (headers: Asio, Beast)                         libboost-dev | libboost1.81-dev
              nlohmann-json 3.11, CLI11 2.1, yaml-cpp 0.7               nlohmann-json3-dev libcli11-dev libyaml-cpp-dev
              tl-expected 1.0                                           libexpected-dev
              zlib 1.2.11, zstd 1.5                                     zlib1g-dev libzstd-dev
  to test     doctest 2.4, bats 1.8, jq, curl, Python 3.9               doctest-dev bats jq curl python3
              used if there: node 18, bash, zsh, fish, mandoc, haproxy, nginx, strace
              (Fedora: nlohmann-json-devel cli11-devel yaml-cpp-devel expected-devel doctest-devel libcurl-devel boost-devel
              openssl-devel zlib-devel libzstd-devel;
              Arch: nlohmann-json cli11 yaml-cpp tl-expected doctest curl openssl boost zlib zstd;
              Homebrew: nlohmann-json cli11 yaml-cpp tl-expected doctest curl openssl@3 boost zlib zstd)
LIST
}

if [ "${1:-}" = --list ]; then
  prerequisites
  exit 0
fi

wanted=
for group in "${@:-build}"; do
  case $group in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    clients) wanted="$wanted $clients" ;;
    browser) wanted="$wanted $browser" ;;
    lint) wanted="$wanted $lint" ;;
    clang) wanted="$wanted $clang" ;;
    package) wanted="$wanted $package" ;;
    bench) wanted="$wanted $bench" ;;
    container) wanted="$wanted $container" ;;
    roots) wanted="$wanted $roots" ;;
    *) echo "install-deps.sh: unknown group '$group' (build, test, clients, browser, lint, clang, package, bench, container or roots)" >&2; exit 2 ;;
  esac
done

has_command() { command -v "$1" >/dev/null 2>&1; }

# compiles LINE...: these lines of C++, with the compiler that CMake would take.
compiles() { printf '%s\n' "$@" | "${CXX:-c++}" -std=c++20 -fsyntax-only -x c++ - 2>/dev/null; }

# Without apt nothing can be installed here; what is there already may be enough.
if ! has_command apt-get; then
  absent=
  for name in $wanted; do
    case $name in
      cmake | jq | curl | openssl | python3 | bats | shellcheck | clang | clang-format | clang-tidy | npm | chromium | hyperfine | wrk | git | buildah | debootstrap)
        has_command "$name" || absent="$absent $name" ;;
      g++) has_command "${CXX:-c++}" || absent="$absent a-C++-compiler" ;;
      ninja-build) has_command ninja || absent="$absent ninja" ;;
      libcurl4-openssl-dev) compiles '#include <curl/curl.h>' 'static_assert(LIBCURL_VERSION_NUM >= 0x075700);' || absent="$absent libcurl" ;;
      boost) compiles '#include <boost/version.hpp>' 'static_assert(BOOST_VERSION >= 108100);' || absent="$absent Boost" ;;
      nlohmann-json3-dev)
        compiles '#include <nlohmann/json.hpp>' 'static_assert(NLOHMANN_JSON_VERSION_MAJOR * 100 + NLOHMANN_JSON_VERSION_MINOR >= 311);' ||
          absent="$absent nlohmann-json" ;;
      libcli11-dev) compiles '#include <CLI/Version.hpp>' || absent="$absent CLI11" ;;
      libyaml-cpp-dev) compiles '#include <yaml-cpp/exceptions.h>' || absent="$absent yaml-cpp" ;;
      libexpected-dev) compiles '#include <tl/expected.hpp>' || absent="$absent tl-expected" ;;
      zlib1g-dev) compiles '#include <zlib.h>' || absent="$absent zlib" ;;
      libzstd-dev) compiles '#include <zstd.h>' 'static_assert(ZSTD_VERSION_NUMBER >= 10500);' || absent="$absent zstd" ;;
      doctest-dev) compiles '#include <doctest/doctest.h>' || absent="$absent doctest" ;;
      libssl-dev) compiles '#include <openssl/ssl.h>' || absent="$absent OpenSSL" ;;
      libbenchmark-dev) compiles '#include <benchmark/benchmark.h>' || absent="$absent benchmark" ;;
    esac
  done
  [ -n "$absent" ] || exit 0
  echo "install-deps.sh: there is no apt here to install what is missing:$absent" >&2
  prerequisites >&2
  exit 2
fi

installed_version() { dpkg-query -W -f='${db:Status-Status} ${Version}\n' "$1" 2>/dev/null | sed -n 's/^installed //p'; }
at_least() { [ -n "$1" ] && dpkg --compare-versions "$1" ge "$2"; }

# is_there NAME: a package, or one of the names of this script's own (boost, clang-rt). A tool that
# is there already, from wherever, is not replaced.
is_there() {
  case $1 in
    boost)
      at_least "$(installed_version libboost-dev)" 1.81 && return
      for version in $(dpkg-query -W -f='${Package} ${Version}\n' 'libboost1.*-dev' 2>/dev/null | sed -n 's/^libboost1\.[0-9]*-dev //p'); do
        at_least "$version" 1.81 && return
      done
      return 1 ;;
    clang-rt) has_command clang && [ -n "$(installed_version "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev")" ] ;;
    nodejs) has_command node || [ -n "$(installed_version nodejs)" ] ;;
    ninja-build) has_command ninja ;;
    python3 | bash | curl | jq | openssl | g++ | cmake | ccache | hyperfine | wrk | npm | bats | shellcheck | chromium | mandoc | zsh | fish | haproxy | strace | clang | clang-format | clang-tidy | lintian | git | buildah | debootstrap)
      has_command "$1" || [ -n "$(installed_version "$1")" ] ;; # in sbin a user does not see it
    *) [ -n "$(installed_version "$1")" ] ;;
  esac
}

candidate() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: \([^(]\)/\1/p'; }

# package_of NAME: the package to install for it, by what this system's archive has.
package_of() {
  case $1 in
    boost)
      if at_least "$(candidate libboost-dev)" 1.81; then
        echo libboost-dev
        return
      fi
      for package in $(apt-cache search --names-only '^libboost1\.[0-9]+-dev$' | cut -d' ' -f1 | sort -V); do
        at_least "$(candidate "$package")" 1.81 || continue
        echo "$package"
        return
      done
      echo "install-deps.sh: this system has no Boost of 1.81 or newer" >&2
      exit 1 ;;
    # The runtimes of what the package `clang` is here.
    clang-rt) echo "libclang-rt-$(candidate clang | sed 's/^[0-9]*://; s/[^0-9].*//')-dev" ;;
    *) echo "$1" ;;
  esac
}

missing=
for name in $wanted; do
  is_there "$name" || missing="$missing $name"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
  has_command sudo || { echo "install-deps.sh: run as root, or install sudo" >&2; exit 1; }
  as_root=sudo
fi
# sudo resets the environment, so the setting is part of the command.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
packages=
for name in $missing; do
  package=$(package_of "$name")
  packages="$packages $package"
done
echo "installing:$packages" >&2
# shellcheck disable=SC2086  # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages
