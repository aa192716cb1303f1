#!/usr/bin/env bash
# Runs a conformance kit against the release build, as a filter and as a server:
#   conformance.sh KIT [oracle options]
# Fails on every check that fails and does not stand, with its reason, in conformance-known.tsv.
set -euo pipefail
cd "$(dirname "$0")/.."
kit=$(realpath "${1:?the folder of the kit}")
shift
scripts/install-deps.sh build test clients
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
cmake --build --preset release
proxx=$PWD/build/release/src/proxx
known=$PWD/scripts/conformance-known.tsv

work=build/conformance
mkdir -p "$work"
cp "$kit"/package.json "$kit"/oracle.mjs "$work"
(cd "$work" && npm install --silent --no-audit --no-fund)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi' EXIT

failed=0
# judge WAY [oracle options]: one run of the oracle, its failures held against the known ones
judge() {
  local way=$1
  shift
  printf '\n-- as a %s\n' "$way"
  node "$work/oracle.mjs" --corpus "$kit/recordings" --quiet --json "$work/$way.json" "$@" || true
  [ -s "$work/$way.json" ] || { echo "conformance.sh: the oracle gave no result" >&2; exit 1; }
  local unknown
  unknown=$(jq -r '.cases[] | .case as $case | .fails[] | "\($case)\t\(.[0])\t\(.[1] | gsub("\\s+"; " "))"' "$work/$way.json" | sort -u |
    while IFS=$'\t' read -r name check detail; do
      awk -F '\t' -v name="$name" -v check="$check" \
        '/^#/ { next } name ~ $1 && check == $2 { found = 1 } END { exit !found }' "$known" ||
        printf '%s: %s: %s\n' "$name" "$check" "$detail"
    done)
  rm "$work/$way.json"
  if [ -n "$unknown" ]; then
    printf 'failed as a %s:\n%s\n' "$way" "$unknown" >&2
    failed=1
  fi
}

judge filter --kinds streams,responses,faults \
  --convert-stream "$proxx convert stream --include-usage {include_usage}" \
  --convert-response "$proxx convert response" "$@"

upstream_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
rm -f "$work/serve.log"
: >"$work/serve.log" # there before anybody looks
"$proxx" serve --config none --port 0 --upstream-url "http://127.0.0.1:$upstream_port" 2>"$work/serve.log" &
server=$!
url=
for _ in $(seq 100); do
  url=$(sed -n 's/^proxx: listening on //p' "$work/serve.log")
  [ -n "$url" ] && break
  sleep 0.05
done
judge server --serve "$url" --upstream-port "$upstream_port" "$@"

# The kit of the Responses API judges the same recordings; nothing of it may fail.
if [ -d "$kit/responses" ]; then
  mkdir -p "$work/responses"
  cp -r "$kit"/responses/{package.json,check_responses.mjs,golden.mjs,codex} "$work/responses"
  (cd "$work/responses" && npm install --silent --no-audit --no-fund)
  responses=(node "$work/responses/check_responses.mjs" --corpus "$kit/recordings" --quiet)
  printf '\n-- Responses as a filter\n'
  "${responses[@]}" --convert-stream "$proxx convert stream --api responses" \
    --convert-response "$proxx convert response --api responses" --convert-request "$proxx convert request" || failed=1
  printf '\n-- Responses as a server\n'
  for split in rand 1; do
    "${responses[@]}" --serve "$url" --upstream-port "$upstream_port" --split "$split" || failed=1
  done
fi
exit "$failed"
