#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2154
# Frameworks of the field against `serve --mock`, as their users set them up: field.sh [FOLDER], with
# the binary in $PROXX. Optional: not part of CI. It takes less than ten minutes, most of them pip's.
# Each client gets a virtual environment in FOLDER, to be used again, or in a folder that is removed.
# $FIELD_ONLY is a regular expression for the names of the programs in field/. Exit 1: a case failed.
set -euo pipefail
. "$(dirname "$0")/rows.bash"

# one FILE: installs what it requires and runs it.
one() {
  local name begin=$SECONDS
  name=$(basename "$1" .py)
  if ! with_requirements "$cache/$name" "$1" >"$work/$name.log" 2>&1; then
    row "$name" install "$(tail -n 1 "$work/$name.log")"
    return
  fi
  echo "$name: $((SECONDS - begin)) s to install" >&2
  run_program "$name" "$cache/$name/bin/python" "$1"
}

forget_settings
start_server
export work cache
export -f one with_requirements row run_program
printf '%s\n' "$source"/field/with_*.py | grep -E "${FIELD_ONLY:-.}" |
  SHELL=$(command -v bash) xargs -P 2 -I{} bash -c 'one {}'
print_table
