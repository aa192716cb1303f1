# For the suites of `proxx serve`; those of the command line have the rest.
# shellcheck source=tests/cli/helpers.bash
source "$BATS_TEST_DIRNAME/../cli/helpers.bash"
# haproxy and nginx are there, where a user does not look.
PATH=$PATH:/usr/sbin

# fetch CURL-ARGUMENTS: the status in $status_code, the head in $head (lower-case names), the body
# in $body. Fails without an answer, in a condition too.
fetch() {
  status_code=$(curl -sS --max-time 30 -D head.raw -o body.raw -w '%{http_code}' "$@") || return
  # shellcheck disable=SC2034
  head=$(tr -d '\r' <head.raw | sed 's/^[^ :]*:/\L&/')
  body=$(cat body.raw)
}
expect_status() { expect "status (body: $body)" "$status_code" "$1"; }
header() { sed -n "s/^$1: //p" <<<"$head"; }
error_of() { jq -r ".error.$1" <<<"$body"; }

# listening [OPTIONS]: start_serve without the configuration of the machine; also $origin, $port.
listening() {
  rm -f serve.log
  start_serve --config none "$@"
  origin=${url%/v1}
  # shellcheck disable=SC2034
  port=${origin##*:}
}

# listening_at PATH [OPTIONS]: a server on that Unix socket; its pid in $serve_pid. Its stderr is
# the caller's.
listening_at() {
  local path=$1 i
  shift
  "$PROXX" serve --config none --unix "$path" "$@" 3>&- &
  serve_pid=$!
  children+=("$serve_pid")
  for i in $(seq 200); do
    curl -s --unix-socket "$path" -o /dev/null http://localhost/healthz && return
    sleep 0.05
  done
  echo "nothing listens on $path after $i tries" >&2
  return 1
}

# raw BYTES: sends them as they are (with printf's escapes) and prints the answer, up to its end.
raw() {
  local socket
  exec {socket}<>"/dev/tcp/127.0.0.1/$port"
  # shellcheck disable=SC2059
  printf "$1" >&"$socket"
  timeout 10 cat <&"$socket"
  exec {socket}>&-
}

# exit_code_of PID: waits for it, 10 s at most.
exit_code_of() {
  local i
  for i in $(seq 200); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.05
  done
  if kill -0 "$1" 2>/dev/null; then
    echo "still there after $i tries" >&2
    return 1
  fi
  exit_code=0
  wait "$1" || exit_code=$?
}
