#!/usr/bin/env bash
# How cpu and memory grow with the streams and connections that are open: bench/grow.sh; see README.md.
# Makes the tables and the plot grow.svg.
set -euo pipefail
# shellcheck source=bench/lib.sh
source "$(dirname "$0")/lib.sh"
needs wrk python3 curl jq
figures_in grow.tsv
rounds=$(if_quick 1 3)
systems=(proxx)
if type -P nginx >/dev/null; then systems=(nginx proxx); else left_out 'nginx, which is not installed'; fi

# However many streams, so many events come a second, spread evenly by when the streams began: what
# an event costs then differs by the number of streams alone.
events_per_second=5000
opened_per_second=2500
window_seconds=$(if_quick 2 4)

memory_kib() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

# The value of KEY in a line of KEY=VALUE.
value_of() { tr ' ' '\n' <<<"$2" | sed -n "s/^$1=\([0-9.e+-]*\).*/\1/p"; }
seconds_now() { date +%s.%N; }
streams_begun() { curl -q -sS "http://127.0.0.1:$mock_port/__stats" | jq .streams; }

# streams SYSTEM COUNT: cpu an event over a window in which all are open, and memory a stream
streams() {
  local system=$1 count=$2 client events begun late before_kib cpu0 cpu1 began ended line
  # So long may opening them take; the streams last so much longer than the window.
  late=$(awk "BEGIN { print $count / $opened_per_second + 1 + $count / 1000 }")
  events=$(awk "BEGIN { printf \"%d\", ($late + 1 + $window_seconds) * $events_per_second / $count + 1 }")
  body "streams-$count" "mock-n$events-d$((1000000 * count / events_per_second))" true
  start_system "$system"
  wrk_on "$system" json 8 1 >/dev/null
  before_kib=$(memory_kib "$pid") begun=$(streams_begun) began=$(seconds_now)
  load "$work/sseload" --port "$port" --path "$(path_of "$system")" --body "$(body_of "$system" "streams-$count")" \
    --streams "$count" --expect "$events" --seconds 60 --ramp "$opened_per_second" --once >"$scratch/sseload.log" &
  client=$!
  started+=("$client")
  while [ "$(streams_begun)" -lt $((begun + count)) ] && kill -0 "$client" 2>/dev/null; do sleep 0.1; done
  if awk "BEGIN { exit !($(seconds_now) - $began > $late) }"; then
    say "$count streams through $system took too long to open: the machine is too busy, or slow"
  else
    sleep 1
    began=$(seconds_now) cpu0=$(cpu_ns "$pid")
    sleep "$window_seconds"
    ended=$(seconds_now) cpu1=$(cpu_ns "$pid")
    figure "grow.event.$system.$count" \
      "$(awk "BEGIN { print ($cpu1 - $cpu0) / (($ended - $began) * $events_per_second) / 1e3 }")"
    figure "grow.stream.$system.$count" "$(awk "BEGIN { print ($(memory_kib "$pid") - $before_kib) / $count }")"
  fi
  wait "$client" || true
  line=$(cat "$scratch/sseload.log")
  figure "grow.lost.$system.$count" \
    $((count - $(value_of "done" "$line") + $(value_of short "$line") + $(value_of err "$line")))
  stop "$client"
  stop "$pid"
}

# connections SYSTEM COUNT: cpu a request
connections() {
  local line
  start_system "$1"
  wrk_on "$1" json 8 1 >/dev/null
  line=$(wrk_on "$1" json "$2" "$(if_quick 1 2)")
  stop "$pid"
  figure "grow.request.$1.$2" "$(awk "BEGIN { print $(value_of sutcpu "$line") * 1000 / $(value_of req "$line") }")"
}

start_mock
body json claude-sonnet-5-5 false
have_kit || left_out 'open streams: they need the measurement kit'
if have_kit; then build_of_kit sseload; fi
for round in $(seq "$rounds"); do
  for system in "${systems[@]}"; do
    say "round $round: $system"
    for count in 1 8 64 256; do connections "$system" "$count"; done
    have_kit || continue
    for count in 50 200 1000 5000; do streams "$system" "$count"; done
  done
done
BENCH_OUT=$out python3 "$bench/plot.py" "$out/grow.svg"
BENCH_OUT=$out python3 "$bench/report.py" grow
