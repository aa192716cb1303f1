#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2154
# Builds and tests proxx on the systems and compilers that it is for, each in a root of its own that
# debootstrap makes, and prints a table with times. Needs root; takes hours on a small machine. Not a
# part of CI.
#   scripts/portability.sh [NAME...]      the rows of `plan` below; all without a name
# Its settings are those of scripts/roots.bash.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/roots.bash

# name         release   how      compiler
plan='
bookworm       bookworm  scripts  g++
bookworm-user  bookworm  user     g++
trixie         trixie    scripts  g++
trixie-user    trixie    user     g++
gcc-12         bookworm  suite    g++-12
clang-14       bookworm  suite    clang++-14
clang-19       trixie    suite    clang++-19
gcc-13         trixie    suite    g++-13
gcc-14         trixie    suite    g++-14
portable       bookworm  portable g++
arm64          bookworm  cross    aarch64-linux-gnu
s390x          bookworm  cross    s390x-linux-gnu
'

# inside HOW: what is run in the root. `$1` there is the compiler, or the triplet of another machine.
# shellcheck disable=SC2016
inside() {
  case $1 in
    scripts) echo 'cd /proxx && unset CCACHE_DIR && scripts/try.sh && scripts/test.sh' ;;
    user)
      echo 'apt-get update -q && apt-get install -y -q sudo && useradd -m worker
        echo "worker ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/worker && chown -R worker /proxx
        su worker -c "cd /proxx && scripts/try.sh && scripts/test.sh"' ;;
    suite)
      echo 'cd /proxx && scripts/install-deps.sh build test
        apt-get install -y -q --no-install-recommends "${1/clang++/clang}"
        cmake --preset dev -D CMAKE_CXX_COMPILER="$1" -D CMAKE_UNITY_BUILD=OFF
        cmake --build --preset dev && ctest --preset dev' ;;
    portable)
      echo 'cd /proxx && scripts/install-deps.sh build test
        cmake --preset dev -D PROXX_PORTABLE=ON && cmake --build --preset dev && ctest --preset dev -R "unit|fuzz|convert"' ;;
    cross) # cross-built, run by qemu; from main alone: both machines need the same versions, and updates lag for some
      echo 'sed -i "/-updates\|-security/d" /etc/apt/sources.list && cd /proxx && arch=${1%%-*} && arch=${arch/aarch64/arm64}
        scripts/cross.sh "$1" "$arch"' ;;
  esac
}

selected=("$@")
is_selected() {
  [ ${#selected[@]} -eq 0 ] && return
  local each
  for each in "${selected[@]}"; do [ "$each" = "$1" ] && return; done
  return 1
}

failed=0
mkdir -p build/portability
results=()
while read -r name release how compiler; do
  [ -n "$name" ] || continue
  is_selected "$name" || continue
  base "$release"
  log=build/portability/$name.log
  started=$SECONDS
  outcome=passed
  in_root "$name" "$release" bash -euxc "$(inside "$how")" - "$compiler" >"$log" 2>&1 </dev/null || { outcome=FAILED; failed=1; }
  rm -rf "${work:?}/$name"
  tests=$(grep -aE '^[0-9]+% tests passed|^[0-9]+ programs of tests passed' "$log" | tail -n 1)
  results+=("$(printf '%-14s %-9s %-18s %-7s %5d s  %s' "$name" "$release" "$compiler" "$outcome" "$((SECONDS - started))" "$tests")")
  printf '%s\n' "${results[-1]}" >&2
done <<<"$plan"
printf '%-14s %-9s %-18s %-7s %7s  %s\n' name release compiler result time tests
printf '%s\n' "${results[@]}"
exit "$failed"
