#!/bin/sh
# Installs what is needed, builds proxx, and runs its main job on the embedded mock upstream:
# no key, no network. Quick when nothing is left to do.
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

printf '\nproxx is at %s; install it with: cmake --install build/release\n' "$PWD/$proxx"
