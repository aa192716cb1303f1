#!/bin/sh
# Each allocation and each system call of proxx made to fail, one run a failure (tests/torture).
#   torture.sh [--quick] [PROXX LIBRARIES] [OPTIONS of torture.py]
# Without PROXX the dev build is brought up to date. --quick is a sample of about a minute; else
# every call up to the 2000th fails in its own run, and of the later ones a seeded sample.
set -eu
cd "$(dirname "$0")/.."
quick=
if [ "${1:-}" = --quick ]; then
  quick=$1
  shift
fi
case ${1:-} in
  "" | -*)
    scripts/install-deps.sh build test
    [ -f build/dev/build.ninja ] || cmake --preset dev >/dev/null
    cmake --build --preset dev --target proxx torture_allocations torture_calls
    set -- "$PWD/build/dev/src/proxx" "$PWD/build/dev/tests/torture" "$@"
    ;;
esac
# shellcheck disable=SC2086  # a word or none
exec nice python3 tests/torture/torture.py $quick "$@"
