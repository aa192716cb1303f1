#!/usr/bin/env bash
# What `proxx batch --half-price` takes for many lines, over proxx's own mock: bench/half_price.sh
# [LINES ...]; see README.md. Fails over 64 MiB, and over 60 s of cpu for each 100 000 lines.
set -euo pipefail
# shellcheck source=bench/lib.sh
source "$(dirname "$0")/lib.sh"
needs jq python3
figures_in half_price.tsv
sizes=("$@")
[ "${#sizes[@]}" -gt 0 ] || read -ra sizes <<<"$(if_quick 20000 '100000 1000000')"
echo 'half_price: {poll: 0.2, settle: 1}' >"$scratch/config.yaml"

for lines in "${sizes[@]}"; do
  awk -v n="$lines" 'BEGIN { for (i = 1; i <= n; i++)
    printf "{\"custom_id\":\"id-%d\",\"body\":{\"model\":\"claude-sonnet-5-5\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"Line %d\"}]}}\n", i, i }' \
    >"$scratch/in.jsonl"
  mock_port=$(free_port)
  start 1 "$proxx" mock --port "$mock_port" --batch-time 1000
  mock=$pid
  await "$mock_port"
  rm -f "$scratch/out.jsonl"
  # cpu seconds, wall seconds, KiB
  read -r cpu wall kib < <(python3 -c 'import resource, subprocess, sys, time
began = time.time()
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{used.ru_utime + used.ru_stime:.2f} {time.time() - began:.1f} {used.ru_maxrss}")' \
    "$proxx" batch --half-price -q -c "$scratch/config.yaml" --upstream-url "http://127.0.0.1:$mock_port" \
    -o "$scratch/out.jsonl" "$scratch/in.jsonl")
  [ "$(wc -l <"$scratch/out.jsonl")" -eq "$lines" ] || die 'not every line has a result'
  [ "$(sort -u <(grep -o '"custom_id":"[^"]*"' "$scratch/out.jsonl") | wc -l)" -eq "$lines" ] || die 'an id stands twice'
  ! grep -vq '"status_code":200' "$scratch/out.jsonl" || die 'a line failed'
  printf '%s lines: %s s of cpu, %s s in all, %s MiB at most\n' "$lines" "$cpu" "$wall" "$((kib / 1024))"
  figure "half_price.$lines.cpu_s" "$cpu"
  figure "half_price.$lines.wall_s" "$wall"
  figure "half_price.$lines.mib" "$((kib / 1024))"
  [ "$kib" -lt 65536 ] || die "over 64 MiB"
  awk "BEGIN { exit !($cpu <= 60 * ($lines / 100000 > 1 ? $lines / 100000 : 1)) }" || die 'over 60 s of cpu for 100,000 lines'
  stop "$mock"
done
