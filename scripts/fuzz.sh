#!/bin/sh
# Fuzzes with libFuzzer:  scripts/fuzz.sh TARGET|all SECONDS
#   TARGET is a tests/fuzz/TARGET.cc with a folder in tests/fuzz/corpus; `all` runs each in turn, for
#   SECONDS each. New inputs that reach more are kept in build/fuzz/corpus/TARGET, what crashes in
#   build/fuzz/crashes; copy one of these into tests/fuzz/corpus/TARGET with the fix. Exits 1 if
#   there was a crash. FUZZ_MAX_LEN, FUZZ_TIMEOUT: largest input in bytes, longest run in seconds.
set -eu
cd "$(dirname "$0")/.."
[ $# -eq 2 ] || { sed -n '2,6s/^# *//p' "$0" >&2; exit 2; }
wanted=$1
seconds=$2
targets=$(ls tests/fuzz/corpus)
if [ "$wanted" != all ]; then
  [ -d "tests/fuzz/corpus/$wanted" ] || {
    echo "fuzz.sh: no target '$wanted' among: $targets" >&2
    exit 2
  }
  targets=$wanted
fi

scripts/install-deps.sh build test clang
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
built=$(for target in $targets; do echo "fuzz_$target"; done)
# shellcheck disable=SC2086  # a list of words
cmake --build --preset fuzz --target $built

crashes=build/fuzz/crashes
mkdir -p "$crashes"
status=0
for target in $targets; do
  kept=build/fuzz/corpus/$target
  log=build/fuzz/$target.log
  mkdir -p "$kept"
  set -- "-max_total_time=$seconds" "-max_len=${FUZZ_MAX_LEN:-4096}" "-timeout=${FUZZ_TIMEOUT:-25}" \
    -rss_limit_mb=4096 -print_final_stats=1 -print_coverage=1 "-artifact_prefix=$crashes/$target-"
  [ ! -f "tests/fuzz/dict/$target.dict" ] || set -- "$@" "-dict=tests/fuzz/dict/$target.dict"
  # One that crashed before has to run again to be seen.
  if nice "build/fuzz/tests/fuzz/fuzz_$target" "$@" "$kept" "tests/fuzz/corpus/$target" \
    "build/fuzz/tests/fuzz/seeds/$target" >"$log" 2>&1; then
    result=
  else
    result="  CRASHED: $crashes/$target-*, $log"
    status=1
    grep -aE 'does not hold|ERROR: |runtime error: |^SUMMARY' "$log" | cut -c 1-300 >&2 || true
  fi
  # Edges of our own sources; the sanitizers' checks count as edges too, and are never taken.
  awk -v target="$target" -v result="$result" '
    /COVERED_FUNC/ && /\/src\// {
      for (i = 1; i < NF; ++i) if ($i == "edges:") { split($(i + 1), n, "/"); hit += n[1]; all += n[2] }
    }
    /^#/ { if (match($0, /cov: [0-9]+/)) cov = substr($0, RSTART + 5, RLENGTH - 5) }
    /stat::number_of_executed_units/ { runs = $2 }
    END {
      printf "%-9s %9d executions, %5d edges (of src: %d of %d)%s\n", target, runs, cov, hit, all, result
    }' "$log"
done
exit "$status"
