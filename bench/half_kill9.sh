#!/usr/bin/env bash
# Kills `proxx batch --half-price` with -9 at random times until it is done, again and again, under
# upstreams that lose answers; then each line has its result once, and no line was sent twice.
# Usage: bench/half_kill9.sh [KILLS [LINES]]     PROXX names the binary; needs curl and jq.
set -euo pipefail
kills=${1:-200}
lines=${2:-500}
proxx=${PROXX:-proxx}
dir=$(mktemp -d)
mock=
trap '[ -z "$mock" ] || kill "$mock" 2>/dev/null; rm -rf "$dir"' EXIT
export ANTHROPIC_API_KEY=any-key
cd "$dir"
echo 'half_price: {poll: 0.02, settle: 0.1}' >config.yaml
awk -v n="$lines" 'BEGIN { for (i = 1; i <= n; i++)
  printf "{\"custom_id\":\"id-%d\",\"body\":{\"model\":\"claude-sonnet-5-5\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"Line %d\"}]}}\n", i, i }' >in.jsonl
jq -r .custom_id in.jsonl | sort >want

start_mock() {
  [ -z "$mock" ] || { kill "$mock"; wait "$mock" 2>/dev/null || true; }
  : >mock.log  # what the last one said
  "$proxx" mock --port 0 --script "$1" --batch-time 60 2>mock.log &
  mock=$!
  for _ in $(seq 200); do
    url=$(sed -n 's/^proxx: mock listening on //p' mock.log)
    [ -z "$url" ] || return 0
    sleep 0.05
  done
  echo 'half_kill9: the mock does not start' >&2
  exit 1
}
sent() {
  curl -sS -H 'x-api-key: any-key' -H 'anthropic-version: 2023-06-01' "$url/v1/messages/batches?limit=1000" |
    jq '[.data[].request_counts | add] | add // 0'
}

# Most runs are killed soon; one of eight may end, however slow the machine.
tries=0
nap() {
  tries=$((tries + 1))
  local i
  if [ $((tries % 8)) -ne 0 ]; then
    sleep "0.$(printf '%03d' $((RANDOM % 300)))"
  else
    for ((i = 0; i < 100; i++)); do
      case $(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null) in Z | '') return 0 ;; esac
      sleep 0.05
    done
  fi
}

killed=0 runs=0 twice=0 lost=0 wrong=0
while [ "$killed" -lt "$kills" ]; do
  for script in batch batch-lost batch-reset batch-lag batch-cut batch-refused; do
    start_mock "$script"
    rm -f out.jsonl out.jsonl.batches
    code=137
    until [ "$code" -eq 0 ]; do
      "$proxx" batch --half-price -q -c config.yaml --upstream-url "$url" -o out.jsonl in.jsonl &
      child=$!
      nap "$child"
      kill -9 "$child" 2>/dev/null || true
      code=0
      wait "$child" 2>/dev/null || code=$?
      case $code in
        0) ;;
        137)
          killed=$((killed + 1))
          # Killed between the last of its work and its exit: all is there, and no state.
          if [ -e out.jsonl ] && [ ! -e out.jsonl.batches ]; then code=0; fi ;;
        *) wrong=$((wrong + 1)); echo "half_kill9: $script: exit code $code" >&2; break ;;
      esac
    done
    runs=$((runs + 1))
    jq -r 'select(.response.status_code == 200).custom_id' out.jsonl | sort >got
    more=$(($(sent) - lines))
    [ "$more" -le 0 ] || twice=$((twice + more))
    lost=$((lost + $(comm -23 want <(sort -u got) | wc -l)))
    [ "$(wc -l <out.jsonl)" -eq "$lines" ] || wrong=$((wrong + 1))
    cmp -s want got || wrong=$((wrong + 1))
  done
done
printf 'kills\toutputs\tlines\tsent twice\tlost\twrong\n%d\t%d\t%d\t%d\t%d\t%d\n' \
  "$killed" "$runs" "$((runs * lines))" "$twice" "$lost" "$wrong"
[ "$((twice + lost + wrong))" -eq 0 ]
