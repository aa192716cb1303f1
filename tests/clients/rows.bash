# What the optional suites share; sourced with the suite's arguments, and $PROXX set. It leaves $source,
# this folder; $work, a folder that is removed in the end; $cache, that of the packages.
# shellcheck disable=SC2034
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${PROXX:?is the path of the binary}"
PROXX=$(realpath "$PROXX")
work=$(mktemp -d)
cache=${1:-$work/cache}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

# Settings of the machine reach neither the server nor the clients.
forget_settings() {
  local name
  for name in $(compgen -e); do
    case $name in
      ANTHROPIC_* | OPENAI_* | PROXX_* | LANGCHAIN_* | LANGSMITH_* | LITELLM_* | AIDER_* | CODEX_* | *_proxy)
        unset "$name"
        ;;
    esac
  done
  export HOME=$work/home PYTHONDONTWRITEBYTECODE=1
  mkdir -p "$HOME"
}

# Starts the server; its address is in FIELD_URL, its log in $work/server.log, its process in $server.
start_server() {
  : >"$work/server.log"
  (cd "$work/home" && exec "$PROXX" serve --config none --port 0 --mock) 2>"$work/server.log" &
  server=$!
  local _
  for _ in $(seq 100); do
    FIELD_URL=$(sed -n 's/.*listening on //p' "$work/server.log")
    export FIELD_URL
    [ -z "$FIELD_URL" ] || return 0
    sleep 0.1
  done
  cat "$work/server.log" >&2
  return 1
}

# with_requirements VENV PROGRAM: makes the environment that the program's first line asks for.
with_requirements() {
  local venv=$1 needs
  needs=$(sed -n '1s/^# requires: //p' "$2")
  [ "$(cat "$venv/.installed" 2>/dev/null)" = "$needs" ] && return
  # shellcheck disable=SC2086 # words
  python3 -m venv --clear "$venv" && "$venv/bin/pip" install -q $needs || return
  echo "$needs" >"$venv/.installed"
}

# row NAME CASE REASON: a case that failed before its program could say so.
row() {
  printf '%s\t\t%s\tfailed\t%s\n' "$1" "$2" "$3" >>"$work/$1.rows"
}

# run_program NAME COMMAND...: its rows go to $work/NAME.rows, what else it says to NAME.log.
run_program() {
  local name=$1 begin=$SECONDS
  shift
  timeout 240 "$@" 2>"$work/$name.log" |
    grep -aP '^[^\t]+\t[^\t]*\t[^\t]+\t(ok|failed)\t' >"$work/$name.rows"
  local status=${PIPESTATUS[0]}
  if [ ! -s "$work/$name.rows" ] || { [ "$status" != 0 ] && ! grep -qP '\tfailed\t' "$work/$name.rows"; }; then
    row "$name" "the program" "it ended with $status: $(tail -n 1 "$work/$name.log")"
  fi
  echo "$name: $((SECONDS - begin)) s" >&2
}

# Prints all rows as a table; fails if one failed or none passed.
print_table() {
  local client version case result reason passed failed
  printf '\n%-28s %-9s %-44s %s\n' client version case result
  sort -s -t "$(printf '\t')" -k 1,1 "$work"/*.rows | tr '\t' '\037' |
    while IFS=$'\037' read -r client version case result reason; do
      printf '%-28s %-9s %-44s %s\n' "$client" "$version" "$case" "$result${reason:+: $reason}"
    done
  passed=$(cat "$work"/*.rows | grep -cP '\tok\t' || true)
  failed=$(cat "$work"/*.rows | grep -cP '\tfailed\t' || true)
  printf '\n%s passed, %s failed in %s s\n' "$passed" "$failed" "$SECONDS"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
