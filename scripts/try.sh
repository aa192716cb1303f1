#!/bin/sh
# Installs the Debian packages that building needs (with sudo), builds proxx in about three minutes, and
# has a first conversation with the built-in stand-in for Claude: no key. Quick when nothing is left to do.
set -eu
cd "$(dirname "$0")/.."

scripts/install-deps.sh build
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
cmake --build --preset release
proxx=build/release/src/proxx

show() {
  printf '\n$ echo '\''%s'\'' | proxx --mock\n' "$1"
  echo "$1" | "$proxx" --mock
}
show '{"model":"claude-sonnet-5-5","messages":[{"role":"user","content":"hi"}]}'
show '{"model":"claude-sonnet-5-5","stream":true,"messages":[{"role":"user","content":"hi"}]}'

printf '\n$ proxx ask --mock hi\n'
"$proxx" ask --mock hi </dev/null

printf '\nproxx is at %s. Try: %s ask --mock hi\n' "$PWD/$proxx" "$PWD/$proxx"
printf 'To install it for all:  sudo cmake --install %s\n' "$PWD/build/release"
printf 'For you alone:          cmake --install %s --prefix ~/.local\n' "$PWD/build/release"
printf 'Away again:             cmake -P %s (with sudo, if you installed with sudo)\n' "$PWD/build/release/uninstall.cmake"
