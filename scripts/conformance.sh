#!/usr/bin/env bash
# Runs a conformance kit against the release build: conformance.sh KIT [oracle options]
# As a filter, then as a server.
set -euo pipefail
cd "$(dirname "$0")/.."
kit=${1:?the folder of the kit}
shift
scripts/install-deps.sh build test
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
cmake --build --preset release
proxx=$PWD/build/release/src/proxx

work=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$work"' EXIT
cp "$kit"/package.json "$kit"/oracle.mjs "$work"
(cd "$work" && npm install --silent --no-audit --no-fund)
oracle=(node "$work/oracle.mjs" --corpus "$(realpath "$kit")/recordings" "$@")

echo "-- as a filter"
"${oracle[@]}" --quiet --kinds streams,responses,faults \
  --convert-stream "$proxx convert stream --include-usage {include_usage}" \
  --convert-response "$proxx convert response"

echo "-- as a server"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
upstream_port=$(free_port)
"$proxx" serve --config none --port 0 --upstream-url "http://127.0.0.1:$upstream_port" \
  2>"$work/serve.log" &
server=$!
for _ in $(seq 100); do
  url=$(sed -n 's/^proxx: listening on //p' "$work/serve.log")
  [ -n "$url" ] && break
  sleep 0.05
done
"${oracle[@]}" --quiet --serve "$url" --upstream-port "$upstream_port"
