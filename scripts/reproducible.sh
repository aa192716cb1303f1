#!/bin/sh
# Packs the sources twice, in two folders with different names and at different times, and compares:
# the packages have to be the same to the byte.
set -eu
cd "$(dirname "$0")/.."
scripts/install-deps.sh build package

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
PROXX_COMMIT=$(git rev-parse --short=7 HEAD)
export SOURCE_DATE_EPOCH PROXX_COMMIT
for folder in "$work/one" "$work/another/folder"; do
  mkdir -p "$folder"
  git archive HEAD | tar x -C "$folder"
  # Of what is compared nothing may come from a cache.
  (cd "$folder" && CCACHE_DISABLE=1 scripts/package.sh >package.log 2>&1) || { tail -n 40 "$folder/package.log" >&2; exit 1; }
done
diff -r "$work/one/build/release/packages" "$work/another/folder/build/release/packages"
if grep -qarF "$work" "$work/one/build/release/packages" "$work/one/build/release/src/proxx"; then
  echo "reproducible.sh: a path of the build is in what was built" >&2
  exit 1
fi
echo "the same to the byte:"
cat "$work/one/build/release/packages/SHA256SUMS"
