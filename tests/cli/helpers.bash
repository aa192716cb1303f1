# For every suite: no settings of the machine's reach the binary.
setup() {
  unset ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL ANTHROPIC_CUSTOM_HEADERS ANTHROPIC_MODEL
  unset AWS_REGION AWS_DEFAULT_REGION AWS_BEARER_TOKEN_BEDROCK AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
  unset PROXX_UPSTREAM PROXX_CONFIG PROXX_MODEL PROXX_PORT PROXX_HOST
  unset http_proxy https_proxy HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE
  export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/xdg XDG_CONFIG_DIRS=$BATS_TEST_TMPDIR/etc HOME=$BATS_TEST_TMPDIR
  cd "$BATS_TEST_TMPDIR" || exit 1
  children=()
}

teardown() {
  local child
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
}

HI='{"model":"claude-sonnet-5-5","messages":[{"role":"user","content":"hi"}]}'
HI_STREAM='{"model":"claude-sonnet-5-5","stream":true,"messages":[{"role":"user","content":"hi"}]}'

# ask_for SCENARIO [stream]: a request that the mock answers by that scenario.
ask_for() {
  printf '{"model":"claude-sonnet-5-5","stream":%s,"messages":[{"role":"user","content":"[[mock:%s]]"}]}' "${2:-false}" "$1"
}

# split COMMAND...: runs it with stdout in $out, stderr in $err, the exit code in $code. Stdin as it is.
split() {
  code=0
  "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || code=$?
  out=$(cat "$BATS_TEST_TMPDIR/out")
  err=$(cat "$BATS_TEST_TMPDIR/err")
}

# expect WHAT GOT WANT
expect() {
  if [ "$2" != "$3" ]; then
    printf '%s:\n  got  %s\n  want %s\n' "$1" "$2" "$3" >&2
    return 1
  fi
}
expect_code() { expect "exit code (stderr: $err)" "$code" "$1"; }
# contains TEXT PART
contains() {
  case $1 in
    *"$2"*) ;;
    *) printf 'missing %s in:\n%s\n' "$2" "$1" >&2; return 1 ;;
  esac
}
lacks() { if contains "$1" "$2" 2>/dev/null; then printf 'unwanted %s in:\n%s\n' "$2" "$1" >&2; return 1; fi; }

is_sanitized() { grep -q '__[at]san_init' "$PROXX"; }
# plain_build: skips what measures memory or system calls where a sanitizer adds its own.
plain_build() {
  if is_sanitized; then skip "built with a sanitizer"; fi
}

# wait_for FILE TEXT: until the file holds the text; 10 s at most.
wait_for() {
  local i
  for i in $(seq 200); do
    grep -qF -- "$2" "$1" 2>/dev/null && return 0
    sleep 0.05
  done
  printf 'no %s in %s after %s tries:\n%s\n' "$2" "$1" "$i" "$(cat "$1")" >&2
  return 1
}

# start_mock [OPTIONS]: a mock upstream of its own, at a free port unless the options name one; its URL in $mock_url, its pid in $mock_pid.
start_mock() {
  case "$*" in *--port*) ;; *) set -- --port 0 "$@" ;; esac
  rm -f "$BATS_TEST_TMPDIR/mock.log"  # of an earlier one
  "$PROXX" mock "$@" 2>"$BATS_TEST_TMPDIR/mock.log" 3>&- &
  mock_pid=$!
  children+=("$mock_pid")
  wait_for "$BATS_TEST_TMPDIR/mock.log" "mock listening on"
  mock_url=$(sed -n 's/^proxx: mock listening on //p' "$BATS_TEST_TMPDIR/mock.log")
}

# start_upstream HOW [ARGUMENT...]: tests/support/upstream.py in place of an earlier one, for answers
# that the mock does not give; its URL in $upstream_url, what it tells in upstream.log.
start_upstream() {
  if [ -n "${upstream_pid:-}" ]; then kill "$upstream_pid"; fi
  rm -f go
  python3 "$PROXX_SOURCE/tests/support/upstream.py" "$@" >upstream.log 3>&- &
  upstream_pid=$!
  children+=("$upstream_pid")
  wait_for upstream.log "port "
  # shellcheck disable=SC2034
  upstream_url=http://127.0.0.1:$(sed -n 's/^port //p' upstream.log)
}
# json_answer STATUS BODY: the bytes of an answer, for `start_upstream raw FILE`.
json_answer() {
  printf 'HTTP/1.1 %s X\r\ncontent-type: application/json\r\ncontent-length: %s\r\n\r\n%s' \
    "$1" "$(printf %s "$2" | wc -c)" "$2"
}
# say_late: has `start_upstream late` say it on the connection that was used.
say_late() {
  touch go
  wait_for upstream.log late
}

# start_serve [OPTIONS]: a server; its base URL (with /v1) in $url, its pid in $serve_pid.
start_serve() {
  "$PROXX" serve --port 0 "$@" 2>"$BATS_TEST_TMPDIR/serve.log" 3>&- &
  serve_pid=$!
  children+=("$serve_pid")
  wait_for "$BATS_TEST_TMPDIR/serve.log" "listening on"
  url=$(sed -n 's/^proxx: listening on //p' "$BATS_TEST_TMPDIR/serve.log")
}
