#!/usr/bin/env bash
# Lists the rows of faults_rows.txt that no test has in its name (TEST_CASE, @test, a golden file's
# first line); fails if there are any.
#   rows.sh [LETTER...]      of these sections only: A client JSON, H client HTTP, U upstream,
#                            C client side of streams, L command line, B batch, S lifecycle,
#                            W work, R retries and secrets, X what an attack found
set -euo pipefail
cd "$(dirname "$0")"
sections=${*:-A H U C L B S W R X}

# Every row named, "H5 to H9" spelled out.
# shellcheck disable=SC2016  # perl's variables
tested=$(
  find . \( -name '*.cc' -o -name '*.bats' -o -name '*.txtar' \) -print0 | xargs -0 perl -0777 -ne '
    my @names = $ARGV =~ /txtar$/ ? (split /\n/)[0]
        : /(?:TEST_CASE(?:_FIXTURE)?\(\s*(?:\w+,\s*)?|^\@test )"((?:[^"]|"\s*")*)"/mg;
    for (@names) {
      print "$1$_\n" for /\b([A-Z])(\d+) to \1(\d+)\b/ ? $2 .. $3 : ();
      print "$_\n" for /\b[A-Z]\d+\b/g;
    }' | sort -u
)

missing=0
while read -r row what; do
  case " $sections " in *" ${row:0:1} "*) ;; *) continue ;; esac
  grep -qx "$row" <<<"$tested" && continue
  echo "no test names $row: $what"
  missing=$((missing + 1))
done < <(grep -v '^#' faults_rows.txt)
[ "$missing" -eq 0 ]
