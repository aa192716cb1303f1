#!/bin/sh
# Lists the rows of rows.txt (the tables of docs/mapping-chat.md 6.0 to 6.9 and docs/mapping-responses.md 4.0 to 4.9) that no golden shows, and the names
# after "rows:" in goldens that are no row. Exit 1 if there are any.
# A golden's line is `rows: 6.1 temperature, 6.3 none`; section 8's names are free.
set -eu
cd "$(dirname "$0")"
shown=$(mktemp)
trap 'rm -f "$shown"' EXIT
grep -rh --include='*.txtar' '^rows: ' . | sed 's/^rows: *//; s/, *\([0-9]\)/\n\1/g' | sort -u >"$shown"
status=0
while IFS= read -r row; do
  grep -qxF -- "$row" "$shown" || { echo "no golden: $row"; status=1; }
done <rows.txt
while IFS= read -r row; do
  case $row in 8\ *) continue ;; esac
  grep -qxF -- "$row" rows.txt || { echo "no such row: $row"; status=1; }
done <"$shown"
exit $status
