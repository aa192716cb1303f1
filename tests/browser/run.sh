#!/usr/bin/env bash
# Drives the page at `/` in a real browser: run.sh, with the binary in $PROXX. Without chromium or
# node it is skipped (exit 77) and says why. Arguments go to node.
set -euo pipefail
source=$(cd "$(dirname "$0")" && pwd)

skip() {
  echo "skipped: $*" >&2
  exit 77
}

CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  skip "chromium is missing (scripts/install-deps.sh browser)"
export CHROMIUM
command -v node >/dev/null || skip "node is missing (scripts/install-deps.sh browser)"
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || skip "node $major is older than 20"
exec timeout 140 node --test --test-concurrency=1 --test-reporter=spec "$@" "$source"/*.test.mjs
