#!/usr/bin/env bash
# Formatting, static analysis, scripts and man pages. Nothing is changed.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh build test lint

# Versions differ in where they break lines; the sources are as version 14 has them.
format=$(command -v clang-format-14 || command -v clang-format)
if "$format" --version | grep -q 'version 14\.'; then
  git ls-files '*.cc' '*.h' | xargs "$format" --dry-run --Werror
else
  echo "lint.sh: not formatted here: $("$format" --version), not 14" >&2
fi
git ls-files '*.sh' .ci/run | xargs shellcheck
if [ -n "$(git ls-files 'man/*.[15]')" ]; then
  git ls-files 'man/*.[15]' | xargs mandoc -T lint -W warning
fi
[ -f build/lint/build.ninja ] || cmake --preset lint >/dev/null
# The tests' own code is judged by the compiler alone; the sources also by clang-tidy.
tidy=$(command -v clang-tidy-14 || command -v clang-tidy)
# Its count of what it suppressed in other people's headers says nothing.
git ls-files 'src/*.cc' | xargs -P 2 -n 4 "$tidy" -p build/lint --quiet 2>&1 |
  { grep -v 'warnings generated\.$' || true; }
