#!/bin/sh
# Builds and runs every test under a sanitizer: sanitize.sh asan|tsan [ctest arguments]
set -eu
cd "$(dirname "$0")/.."
preset=${1:?asan or tsan}
shift
scripts/install-deps.sh build test
[ "$preset" != tsan ] || scripts/install-deps.sh clang
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"

# A report of a race ends nothing, and many a test does not see how its server ends: they are
# gathered. One of AddressSanitizer's ends the program with an error.
reports=$PWD/build/$preset/reports
rm -rf "$reports"
mkdir -p "$reports"
export TSAN_OPTIONS="log_path=$reports/tsan${TSAN_OPTIONS:+:$TSAN_OPTIONS}"
status=0
ctest --preset "$preset" "$@" || status=$?
for report in "$reports"/*; do
  [ -f "$report" ] || continue
  cat "$report" >&2
  status=1
done
exit "$status"
