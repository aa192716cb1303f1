#!/usr/bin/env bash
# `proxx batch -j 64` beside `xargs -P 64 curl`, over the same upstream: bench/batch.sh; see README.md.
set -euo pipefail
# shellcheck source=bench/lib.sh
source "$(dirname "$0")/lib.sh"
needs curl jq python3 xargs
figures_in batch.tsv
lines=$(if_quick 1000 10000)
posts=$(if_quick 100 1000)
start_mock

for ((i = 1; i <= lines; i++)); do
  printf '{"custom_id":"id-%d","body":{"model":"claude-sonnet-5-5","max_tokens":1024,"messages":[{"role":"user","content":"Line %d: say hi."}]}}\n' "$i" "$i"
done >"$scratch/in.jsonl"
# curl's bodies are converted beforehand, and cost it nothing.
mkdir "$scratch/posts"
head -n "$posts" "$scratch/in.jsonl" | "$proxx" batch -n - | jq -c .params |
  split -l 1 -a 5 -d --additional-suffix=.json - "$scratch/posts/"
[ "$(find "$scratch/posts" -name '*.json' | wc -l)" -eq "$posts" ] || die 'not all was converted'

url=http://127.0.0.1:$mock_port
seconds() { python3 -c "print($(date +%s%N) / 1e9 - $1 / 1e9)"; }
per_second() { awk "BEGIN { print $1 / $2 }"; }
for round in $(seq "$(if_quick 1 5)"); do
  say "round $round, upstream: $(mock_name)"
  rm -f "$scratch/out.jsonl"
  began=$(date +%s%N)
  "$proxx" batch -q -j 64 --upstream-url "$url" -o "$scratch/out.jsonl" "$scratch/in.jsonl"
  took=$(seconds "$began")
  [ "$(jq -r 'select(.response.status_code == 200) | .custom_id' "$scratch/out.jsonl" | sort -u | wc -l)" -eq "$lines" ] ||
    die 'not every line has an answer'
  figure batch.proxx "$(per_second "$lines" "$took")"

  began=$(date +%s%N)
  find "$scratch/posts" -name '*.json' -print0 | xargs -0 -P 64 -I '{}' curl -q -sS -f -o '{}.out' \
    -H 'x-api-key: any' -H 'anthropic-version: 2023-06-01' -H 'content-type: application/json' \
    --data-binary '@{}' "$url/v1/messages"
  took=$(seconds "$began")
  [ "$(find "$scratch/posts" -name '*.out' -size +0 | wc -l)" -eq "$posts" ] || die 'curl misses answers'
  find "$scratch/posts" -name '*.out' -delete
  figure batch.curl "$(per_second "$posts" "$took")"
done
BENCH_OUT=$out python3 "$bench/report.py" batch
