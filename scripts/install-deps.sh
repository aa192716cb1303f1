#!/bin/sh
# Installs what proxx needs from Debian's packages, if anything of it is missing.
#   scripts/install-deps.sh [build|test|bench]...
#   build (the default): to build and run; test: to test; bench: to measure (bench/README.md)
set -eu

build="g++ cmake ninja-build ccache pkg-config ca-certificates libcurl4-openssl-dev libboost1.81-dev
  nlohmann-json3-dev libcli11-dev libyaml-cpp-dev libexpected-dev"
test="doctest-dev bats mandoc shellcheck jq curl openssl python3 python3-venv nodejs npm procps
  clang-14 libclang-rt-14-dev llvm-14 clang-format-14 clang-tidy-14 bash zsh fish lintian file locales haproxy"
bench="libbenchmark-dev hyperfine wrk nginx-core time jq curl openssl python3 nodejs npm"

wanted=
for group in "${@:-build}"; do
  case $group in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    bench) wanted="$wanted $bench" ;;
    *) echo "install-deps.sh: unknown group '$group' (build, test or bench)" >&2; exit 2 ;;
  esac
done

# A tool that is there already, from wherever, is not replaced.
has_command() { command -v "$1" >/dev/null 2>&1; }
missing=
for package in $wanted; do
  case $package in
    nodejs) has_command node && continue ;;
    npm) has_command npm && continue ;;
    python3 | bash | curl | jq | openssl | g++ | cmake | hyperfine | wrk) has_command "$package" && continue ;;
  esac
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || state=
  [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "installing:$missing" >&2
as_root=
if [ "$(id -u)" -ne 0 ]; then
  has_command sudo || { echo "install-deps.sh: run as root, or install sudo" >&2; exit 1; }
  as_root=sudo
fi
# sudo resets the environment, so the setting is part of the command.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
# shellcheck disable=SC2086  # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
