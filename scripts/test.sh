#!/bin/sh
# Installs what is needed, builds proxx, and runs every test. Arguments go to ctest.
set -eu
cd "$(dirname "$0")/.."

scripts/install-deps.sh build test
[ -f build/dev/build.ninja ] || cmake --preset dev >/dev/null
cmake --build --preset dev
ctest --preset dev "$@"
