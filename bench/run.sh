#!/usr/bin/env bash
# Measures everything here and writes bench/RESULTS.md: bench/run.sh [--quick]; see bench/README.md.
# --quick shows that all works, in some minutes; its figures are worth nothing, and are not written there.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
  --quick) export BENCH_QUICK=1 ;;
  '') ;;
  *) sed -n '2,3s/^# //p' "$0" >&2; exit 2 ;;
esac
# shellcheck source=bench/lib.sh
source bench/lib.sh
needs cmake hyperfine wrk nginx jq curl openssl python3 time
export BENCH_OUT=$out BENCH_WORK=$work BENCH_KIT=$kit PROXX=$proxx

say 'build'
[ -f build/bench/build.ninja ] || cmake --preset bench >/dev/null
cmake --build --preset bench >"$scratch/build.log" 2>&1 || { tail -n 20 "$scratch/build.log" >&2; exit 1; }
# Nothing of an earlier run is taken for this one's.
rm -f "$out"/*.tsv "$out/micro.json" "$out/grow.svg"

began=$SECONDS
load_average() { cut -d ' ' -f 1 /proc/loadavg; }
load_before=$(load_average)
failed=()
step() { say "$1 (at $((SECONDS - began)) s)"; }

step micro
if [ -n "$quick" ]; then options=(--benchmark_min_time=0.02); else options=(--benchmark_min_time=0.3 --benchmark_repetitions=5); fi
load build/bench/bench/proxx_bench "${options[@]}" --benchmark_out="$out/micro.json" --benchmark_out_format=json \
  >/dev/null 2>&1 || failed+=(micro)
for part in cli batch serve grow; do
  step "$part"
  # One that fails is missing in the results, and does not take the others with it.
  "bench/$part.sh" >"$scratch/$part.log" 2>&1 || { tail -n 5 "$scratch/$part.log" >&2; failed+=("$part"); }
done

first_line() { "$@" 2>&1 | head -n 1; }
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' build/bench/CMakeCache.txt)
figures_in about.tsv
about() { figure about "$1"; }
[ -z "$quick" ] || about '**A quick run: its figures are worth nothing.**'
about "machine: $(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo), $(nproc) cores, $(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB"
about "system: $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), Linux $(uname -r)"
about "proxx: $("$proxx" --version | head -n 1)$(git describe --always --dirty 2>/dev/null | sed 's/^/, commit /')"
about "built by: $(first_line "$compiler" --version)"
about "beside it: $(first_line curl --version | cut -d ' ' -f 1-2), $(first_line nginx -v | sed 's/.*: //'), $(jq --version)$(
  [ ! -s "$out/peer.tsv" ] || ! grep -q '^portkey' "$out/peer.tsv" ||
    jq -r '", Portkey \(.version)"' "$work/kit/npm/node_modules/@portkey-ai/gateway/package.json")$(
  ! type -P node >/dev/null || echo ", node $(node --version)")"
about "measured by: $(first_line hyperfine --version), wrk $(dpkg-query -W -f='${Version}' wrk 2>/dev/null || echo '?'), $(
  if have_kit; then echo 'the measurement kit'; else echo 'without the measurement kit: the upstream is proxx mock'; fi)"
about "date: $(date -u +%F), $((SECONDS - began)) s; load average before $load_before, after $(load_average)"
[ ${#failed[@]} -eq 0 ] || about "**failed: ${failed[*]}**"

results=bench/RESULTS.md
[ -z "$quick" ] || results=$out/RESULTS.md
python3 bench/report.py results >"$results"
[ -n "$quick" ] || [ ! -f "$out/grow.svg" ] || cp "$out/grow.svg" bench/grow.svg
say "done in $((SECONDS - began)) s: $results"
[ ${#failed[@]} -eq 0 ] || die "failed: ${failed[*]}"
