#!/bin/sh
# Formatting, static analysis, scripts and man pages. Nothing is changed.
set -eu
cd "$(dirname "$0")/.."
scripts/install-deps.sh build test

git ls-files '*.cc' '*.h' | xargs clang-format-14 --dry-run --Werror
git ls-files '*.sh' .ci/run | xargs shellcheck
if [ -n "$(git ls-files 'man/*.[15]')" ]; then
  git ls-files 'man/*.[15]' | xargs mandoc -T lint -W warning
fi
[ -f build/dev/build.ninja ] || cmake --preset dev >/dev/null
# The tests' own code is judged by the compiler alone; the sources also by clang-tidy.
git ls-files 'src/*.cc' | xargs -P 2 -n 4 clang-tidy-14 -p build/dev --quiet
