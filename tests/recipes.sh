#!/usr/bin/env bash
# The servers that docs/clients.md starts for clients beyond this machine, in blocks marked `sh serve NAME`: each is
# started as printed, with the mock, on loopback and a free port, and answers the client of that recipe and nobody else.
#   tests/recipes.sh PROXX SOURCE_DIR
set -euo pipefail
proxx=$(realpath "$1")
page=$(realpath "$2")/docs/clients.md
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
command -v openssl >/dev/null || { echo "recipes: skipped: there is no openssl here"; exit 77; }

mkdir "$work/bin"
ln -s "$proxx" "$work/bin/proxx"
printf '#!/bin/sh\n' >"$work/bin/ngrok"
chmod +x "$work/bin/ngrok"

# status OPTION...: of GET /v1/models.
status() { curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/v1/models" "$@"; }
# expect NAME WHAT GOT WANT
expect() { [ "$3" = "$4" ] || { echo "recipes: $1: $2: got $3, want $4" >&2; exit 1; }; }

recipes=0
sed -n 's/^```sh serve //p' "$page" >"$work/names"
while read -r name; do
  folder=$work/$name
  mkdir "$folder"
  echo server-key >"$folder/.anthropic-key"
  chmod 600 "$folder/.anthropic-key"
  awk -v fence="\`\`\`sh serve $name" '$0 == fence { on = 1; next } /^```/ { on = 0 } on' "$page" |
    sed 's/172\.17\.0\.1/127.0.0.1/; s/^proxx serve/exec &/' >"$folder/recipe"
  : >"$folder/log"
  (cd "$folder" && exec env -i PATH="$work/bin:$PATH" HOME="$folder" ANTHROPIC_BASE_URL=mock PROXX_PORT=0 \
    bash -euo pipefail recipe) 2>"$folder/log" </dev/null &
  server=$!
  port=
  for _ in $(seq 200); do
    port=$(sed -nE 's|.*listening on http://[^ ]*:([0-9]+)/v1|\1|p' "$folder/log")
    [ -z "$port" ] || break
    sleep 0.1
  done
  [ -n "$port" ] || { echo "recipes: $name: no server" >&2; cat "$folder/log" >&2; exit 1; }
  key="authorization: Bearer $(head -n 1 "$folder/clients.txt")"
  expect "$name" "its client" "$(status -H "host: $name" -H "$key")" 200
  expect "$name" "without a key" "$(status -H "host: $name")" 401
  expect "$name" "with another key" "$(status -H "host: $name" -H 'authorization: Bearer server-key')" 401
  expect "$name" "by another name" "$(status -H 'host: elsewhere.example' -H "$key")" 403
  kill "$server"
  wait "$server" || true
  server=
  recipes=$((recipes + 1))
done <"$work/names"
[ "$recipes" -gt 0 ] || { echo "recipes: docs/clients.md has none" >&2; exit 1; }
echo "recipes: $recipes servers answer their clients and nobody else"
