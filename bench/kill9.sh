#!/usr/bin/env bash
# Nothing is lost and nothing is doubled (docs/faults.md B1, B2): kills `proxx batch` with -9 at random
# points, tears the end off the output every few times as a power cut would, and resumes, N times;
# then every id of the input stands in the output once, and every line is JSON.
# Usage: bench/kill9.sh [N [LINES]]     PROXX names the binary; needs jq.
set -euo pipefail
kills=${1:-100}
lines=${2:-2000}
proxx=${PROXX:-proxx}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

request='"body":{"messages":[{"role":"user","content":"hi"}]}'
for ((i = 1; i <= lines; i++)); do
  printf '{"custom_id":"id-%d","method":"POST","url":"/v1/chat/completions",%s}\n' "$i" "$request"
done >"$dir/in.jsonl"
jq -r .custom_id "$dir/in.jsonl" | sort >"$dir/want"

batch=("$proxx" batch --mock -q -c none -j 8 --resume -o "$dir/out.jsonl" "$dir/in.jsonl")
stop_wrong() {
  echo "kill9: after $killed kills: $*; see $dir" >&2
  trap - EXIT
  exit 1
}
check() {
  jq -er 'select(.response.status_code == 200) | .custom_id' "$dir/out.jsonl" | sort >"$dir/got"
  cmp "$dir/want" "$dir/got" && [ "$(wc -l <"$dir/out.jsonl")" -eq "$lines" ]
}

killed=0 torn=0 files=0 resumed=0 whole_ms=900
start=$(date +%s)
while [ "$killed" -lt "$kills" ]; do
  began=$(date +%s%N)
  "${batch[@]}" &
  child=$!
  sleep "0.$(printf '%03d' $((RANDOM % (whole_ms < 900 ? whole_ms + 1 : 900))))"
  kill -9 "$child" 2>/dev/null || true
  code=0
  wait "$child" 2>/dev/null || code=$?
  if [ "$code" -eq 0 ]; then
    check || stop_wrong "the output is wrong"
    whole_ms=$((($(date +%s%N) - began) / 1000000 + 1))
    files=$((files + 1))
    rm -f "$dir/out.jsonl"
    continue
  fi
  [ "$code" -eq 137 ] || stop_wrong "exit code $code"
  killed=$((killed + 1))
  if [ -s "$dir/out.jsonl" ]; then
    resumed=$((resumed + 1))
    if [ $((RANDOM % 4)) -eq 0 ]; then
      last=$(tail -n 1 "$dir/out.jsonl" | wc -c)
      truncate -s "-$((RANDOM % (last + 200)))" "$dir/out.jsonl" 2>/dev/null || true
      torn=$((torn + 1))
    fi
  fi
done
"${batch[@]}"
check || stop_wrong "the output is wrong"
echo "kill9: $killed kills ($resumed with results to resume, $torn torn) over $((files + 1)) outputs" \
  "of $lines lines in $(($(date +%s) - start)) s: every id once, every line JSON"
