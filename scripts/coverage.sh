#!/bin/sh
# Runs every test and prints how many lines of src they reach, by folder. Arguments go to ctest.
# Exits 1 if it is less than 95 % of a folder of conversion or 85 % of all. build/coverage/html/index.html has
# every line.
set -eu
cd "$(dirname "$0")/.."
build=$PWD/build/coverage

scripts/install-deps.sh build test clang
[ -f "$build/build.ninja" ] || cmake --preset coverage >/dev/null
cmake --build --preset coverage

# %c: counts are in the file as they are made, so those of programs that are killed, too.
rm -rf "$build/profiles"
LLVM_PROFILE_FILE="$build/profiles/%c%m.profraw" ctest --preset coverage "$@"
llvm-profdata merge -o "$build/profile" "$build"/profiles/*.profraw

# The program has all of src; what the tests' programs made of its functions is in the profile. (Of
# inline functions that only tests call it has no data; llvm-cov warns of these.)
set -- "$build/src/proxx" -instr-profile="$build/profile"
llvm-cov show "$@" -format=html -output-dir="$build/html" -Xdemangler=c++filt
llvm-cov export "$@" -summary-only >"$build/summary.json"
jq -r '
  def row(name): [name, (map(.covered) | add), (map(.count) | add)] | @tsv;
  [.data[0].files[] | {path: .filename | sub("^.*/src/"; "src/")} + .summary.lines]
  | (group_by(.path | sub("/[^/]*$"; ""))[] | row(.[0].path | sub("/[^/]*$"; ""))),
    row("all of src")' "$build/summary.json" |
  awk -F '\t' '
    { share = 100 * $2 / $3; printf "%-22s %6d of %6d lines  %5.1f %%\n", $1, $2, $3, share }
    $1 ~ /^src\/(base|json|anthropic|policy|answer|openai|openai\/.*|text)$/ && share < 95 || $1 == "all of src" && share < 85 { low = 1 }
    END { exit low }'
