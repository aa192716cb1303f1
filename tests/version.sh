#!/usr/bin/env bash
# The version that a build names (cmake/Commit.cmake): the commit, unless it is a release's, and
# nothing where there is no git.   tests/version.sh PROXX VERSION
set -euo pipefail
proxx=$1 version=$2
script=$(cd "$(dirname "$0")/.." && pwd)/cmake/Commit.cmake
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect WANT [-D COMMIT=...]
expect() {
  local want=$1 got
  shift
  cmake -D FILE="$work/version.cc" -D VERSION=1.2.3 -D SOURCE="$work/tree" "$@" -P "$script"
  got=$(sed -n 's/.*kVersion = "\(.*\)";/\1/p' "$work/version.cc")
  [ "$got" = "$want" ] || { echo "version: got $got, want $want" >&2; exit 1; }
}

mkdir "$work/tree"
expect 1.2.3
expect 1.2.3+gabc1234 -D COMMIT=abc1234
if command -v git >/dev/null; then
  export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
  in_tree() { git -C "$work/tree" -c user.name=n -c user.email=e@example.org "$@"; }
  in_tree init -q
  in_tree commit -q --allow-empty -m first
  expect "1.2.3+g$(in_tree rev-parse --short=7 HEAD)"
  in_tree tag v1.2.4
  expect "1.2.3+g$(in_tree rev-parse --short=7 HEAD)"
  in_tree tag v1.2.3
  expect 1.2.3
  # Nothing is compiled anew where nothing changed.
  touch -d @0 "$work/version.cc"
  expect 1.2.3
  [ "$(stat -c %Y "$work/version.cc")" = 0 ] || { echo "version: written again" >&2; exit 1; }
  in_tree commit -q --allow-empty -m second
  expect "1.2.3+g$(in_tree rev-parse --short=7 HEAD)"
fi

line=$("$proxx" --version | head -n 1)
[[ $line =~ ^proxx\ $version(\+g[0-9a-f]{7})?$ ]] || { echo "version: proxx says $line" >&2; exit 1; }
