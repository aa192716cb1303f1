#!/bin/sh
# Builds and runs every test under a sanitizer: sanitize.sh asan|tsan [ctest arguments]
set -eu
cd "$(dirname "$0")/.."
preset=${1:?asan or tsan}
shift
scripts/install-deps.sh build test
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
ctest --preset "$preset" "$@"
