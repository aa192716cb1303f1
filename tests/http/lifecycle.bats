#!/usr/bin/env bats
# Start, drain, end, and the machine's limits (docs/faults.md 7).
load helpers

@test "S1: SIGTERM drains: new work is refused, the stream is finished, exit 0" {
  start_mock --delay 500
  export ANTHROPIC_API_KEY=k
  listening --upstream-url "$mock_url"
  curl -sN "$url/chat/completions" -d "$HI_STREAM" >stream.raw 3>&- &
  local client=$!
  wait_for stream.raw "data: "
  kill -TERM "$serve_pid"
  wait_for serve.log draining
  fetch "$origin/readyz"
  expect_status 503
  fetch "$origin/healthz"
  expect_status 200
  fetch "$url/chat/completions" -d "$HI"
  expect_status 503
  expect connection "$(header connection | tr '[:upper:]' '[:lower:]')" close
  expect wait "$(header retry-after)" 1
  wait "$client"
  contains "$(cat stream.raw)" "data: [DONE]"
  exit_code_of "$serve_pid"
  expect exit "$exit_code" 0
}

@test "S1: what outlasts --drain ends with an error frame; the second signal is at once" {
  start_upstream stall events
  export ANTHROPIC_API_KEY=k
  listening --upstream-url "$upstream_url" --drain 1
  curl -sN "$url/chat/completions" -d "$HI_STREAM" >stream.raw 3>&- &
  local client=$!
  curl -sN "$url/responses" -d '{"input":"hi","stream":true}' >responses.raw 3>&- &
  local other=$!
  wait_for stream.raw "data: "
  wait_for responses.raw "data: "
  kill -INT "$serve_pid"
  wait "$client" "$other"
  exit_code_of "$serve_pid"
  expect exit "$exit_code" 0
  expect events "$(grep '^event: ' responses.raw | tail -n 2 | tr '\n' ' ')" "event: error event: response.failed "
  expect error "$(grep . stream.raw | tail -n 1 | sed 's/^data: //' | jq -r .error.code)" overloaded
  lacks "$(cat stream.raw)" "[DONE]"

  listening --upstream-url "$upstream_url"
  curl -sN "$url/chat/completions" -d "$HI_STREAM" >stream.raw 3>&- &
  children+=("$!")
  wait_for stream.raw "data: "
  kill -TERM "$serve_pid"
  wait_for serve.log draining
  kill -TERM "$serve_pid"
  exit_code_of "$serve_pid"
  expect exit "$exit_code" 143
}

# serving SETTINGS...: start_serve with these keys under `serve:`.
serving() {
  { echo 'serve:'; printf '  %s\n' "$@"; } >serve.yaml
  rm -f serve.log
  start_serve -c serve.yaml --mock
  origin=${url%/v1}
  # shellcheck disable=SC2034
  port=${origin##*:}
}

@test "S1: with drain_delay readyz says 503 first, and all is served as before until the drain" {
  serving 'drain_delay: 3'
  fetch "$origin/readyz"
  expect_status 200
  kill -TERM "$serve_pid"
  wait_for serve.log leaving
  local begin=$SECONDS
  fetch "$origin/readyz"
  expect_status 503
  fetch "$origin/healthz"
  expect_status 200
  fetch "$url/chat/completions" -d "$HI"
  expect_status 200
  expect connection "$(header connection)" ""
  fetch -N "$url/chat/completions" -d "$HI_STREAM"
  contains "$body" "[DONE]"
  lacks "$(cat serve.log)" draining
  exit_code_of "$serve_pid"
  expect exit "$exit_code" 0
  contains "$(cat serve.log)" draining
  [ $((SECONDS - begin)) -ge 1 ]
}

@test "S1: a second signal ends drain_delay at once" {
  serving 'drain_delay: 600'
  kill -TERM "$serve_pid"
  wait_for serve.log leaving
  kill -INT "$serve_pid"
  exit_code_of "$serve_pid"
  expect exit "$exit_code" 130
}

@test "H14: an idle connection lives for serve.idle_timeout from the end of its last answer" {
  serving 'idle_timeout: 1'
  python3 - "$port" <<'PYTHON'
import socket, sys, time
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.settimeout(30)
for pause in (0, 0.5, 0.5, 0.5):
    time.sleep(pause)
    connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
    assert connection.recv(4096).startswith(b"HTTP/1.1 200"), pause
last = time.monotonic()
assert connection.recv(1) == b""
assert time.monotonic() - last > 0.8, time.monotonic() - last
PYTHON
  split "$PROXX" config -c serve.yaml
  contains "$out" "idle_timeout: 1 "
  split "$PROXX" config -c none
  contains "$out" "idle_timeout: 75 "
  contains "$out" "drain_delay: 0 "
}

# logged TEXT COUNT: waits until the server's log has it that often.
logged() {
  local i
  for i in $(seq 200); do
    [ "$(grep -c -- "$1" serve.log)" -ge "$2" ] && return
    sleep 0.05
  done
  echo "no '$1' after $i tries in: $(cat serve.log)" >&2
  return 1
}

@test "S11: SIGHUP reads keys, auth_file and configuration again, and cuts no stream" {
  start_mock --delay 300
  echo sk-first >key
  echo client-1 >clients
  printf 'upstream_url: %s\napi_key_file: key\nport: 0\nmodels: {a: claude-opus-5-5}\nserve: {auth_file: clients, cors: [https://one.example]}\n' "$mock_url" >serve.yaml
  rm -f serve.log
  start_serve -c serve.yaml
  origin=${url%/v1}
  curl -sN "$url/chat/completions" -H 'api-key: client-1' -d "$HI_STREAM" >stream.raw 3>&- &
  local client=$!
  wait_for stream.raw "data: "
  echo client-2 >clients
  printf 'upstream_url: %s\napi_key_file: key\nport: 0\nmodels: {b: claude-haiku-4-5}\nserve: {drain: 7, auth_file: clients, cors: [https://two.example]}\n' "$mock_url" >serve.yaml
  kill -HUP "$serve_pid"
  logged "were read again" 1
  logged "serve.drain changed, which takes a restart" 1
  fetch "$url/models/b" -H 'api-key: client-2' -H 'origin: https://two.example'
  expect_status 200
  expect allowed "$(header access-control-allow-origin)" https://two.example
  fetch "$url/models/a" -H 'api-key: client-2'
  expect_status 404
  fetch "$url/models/b" -H 'api-key: client-1'
  expect_status 401
  fetch "$url/models/b" -H 'api-key: client-2' -H 'origin: https://one.example'
  expect_status 403
  wait "$client"
  contains "$(cat stream.raw)" "data: [DONE]"
}

@test "S11: a bad file keeps the old; another upstream takes a restart" {
  start_upstream stall events
  echo sk-first >key
  printf 'upstream_url: %s\napi_key_file: key\nport: 0\nmodels: {a: claude-opus-5-5}\n' "$upstream_url" >good.yaml
  cp good.yaml serve.yaml
  rm -f serve.log
  start_serve -c serve.yaml
  origin=${url%/v1}
  local bad=0
  for text in 'models: [' 'nonsense: 1' 'serve: {auth_file: missing}' 'api_key_file: missing' 'serve: {client_key: ignore}' 'upstream_url: http://127.0.0.1:1'; do
    grep -v "^${text%%:*}:" good.yaml >serve.yaml
    echo "$text" >>serve.yaml
    [ "$text" != 'serve: {client_key: ignore}' ] || sed -i '/api_key_file/d' serve.yaml
    kill -HUP "$serve_pid"
    bad=$((bad + 1))
    logged "not read again, all stays as it was" "$bad"
    fetch "$url/models/a"
    expect_status 200
  done
  contains "$(cat serve.log)" "serve.yaml:"
  contains "$(cat serve.log)" "upstream_url changed, which takes a restart"
  cp good.yaml serve.yaml
  kill -HUP "$serve_pid"
  logged "were read again" 1
}

@test "S11: api_key_command does not hold up the server, nor its end" {
  start_mock
  printf '#!/bin/sh\nif [ -e slow ]; then touch asked; sleep 600; fi\necho sk-from-command\n' >give-key
  chmod +x give-key
  printf 'upstream_url: %s\napi_key_command: [%s]\nport: 0\n' "$mock_url" "$PWD/give-key" >serve.yaml
  rm -f serve.log
  start_serve -c serve.yaml
  touch slow
  kill -HUP "$serve_pid"
  local i
  for i in $(seq 200); do [ ! -e asked ] || break; sleep 0.05; done
  [ -e asked ]
  fetch "$url/chat/completions" -d "$HI"
  expect_status 200
  kill -TERM "$serve_pid"
  exit_code_of "$serve_pid"
  expect exit "$exit_code" 0
}

@test "S2: a port in use is exit 2 with the address, with several threads too" {
  listening --mock
  local options
  for options in "" "--threads 2"; do
    # shellcheck disable=SC2086
    split timeout 10 "$PROXX" serve --config none --mock --port "$port" $options
    expect_code 2
    contains "$err" "127.0.0.1:$port"
  done
}

@test "S3: a server that holds a key and listens beyond loopback needs an auth_file" {
  export ANTHROPIC_API_KEY=own-key
  split timeout 10 "$PROXX" serve --config none --host 0.0.0.0 --port 0
  expect_code 2
  contains "$err" "--auth-file FILE"
  lacks "$err" own-key
  unset ANTHROPIC_API_KEY
  echo client-key >keys
  chmod 600 keys
  split timeout 10 "$PROXX" serve --config none --auth-file keys --port 0
  expect_code 2
  listening --mock --host 0.0.0.0 --auth-file keys
  fetch "http://127.0.0.1:$port/v1/models" -H 'x-api-key: client-key'
  expect_status 200
  # The mock has no key that anyone could use up.
  listening --mock --host 0.0.0.0
  fetch "http://127.0.0.1:$port/v1/models"
  expect_status 200
}

@test "S4: out of descriptors, streams go on, the processor rests, and it recovers" {
  plain_build
  start_mock --delay 300
  export ANTHROPIC_API_KEY=k
  ulimit -n 32
  listening --upstream-url "$mock_url"
  curl -sN "$url/chat/completions" -d "$HI_STREAM" >stream.raw 3>&- &
  local client=$!
  wait_for stream.raw "data: "
  # 60 connections by three processes, because the limit is theirs as well
  local holders=()
  for _ in 1 2 3; do
    python3 -c '
import socket, sys, time
held = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(20)]
print("held", flush=True)
time.sleep(60)' "$port" >>held 3>&- &
    holders+=("$!")
  done
  local i
  for i in $(seq 200); do
    [ "$(grep -c held held)" = 3 ] && break
    sleep 0.05
  done
  ticks() { awk '{ print $14 + $15 }' "/proc/$serve_pid/stat"; }
  local before
  before=$(ticks)
  sleep 1
  [ $(($(ticks) - before)) -lt 50 ]
  wait "$client"
  contains "$(cat stream.raw)" "data: [DONE]"
  kill "${holders[@]}"
  fetch "$url/chat/completions" -d "$HI"
  expect_status 200
}

@test "S4: a connection that the system cannot watch is dropped, and the next one served" {
  plain_build
  export LD_PRELOAD=$PROXX_TORTURE/libtorture_calls.so TORTURE_CALL=watch TORTURE_FAULT=28
  TORTURE_AT=2 listening --upstream-url http://127.0.0.1:9 # the first is the listener
  unset LD_PRELOAD
  split curl -sS -m 10 "$origin/healthz"
  [ "$code" != 0 ]
  [ "$code" != 28 ]
  fetch "$origin/healthz"
  expect_status 200
  TORTURE_AT=1 LD_PRELOAD=$PROXX_TORTURE/libtorture_calls.so split timeout 10 "$PROXX" serve --config none --mock --port 0
  expect_code 1
  contains "$err" "proxx: "
}

# short_of KIB: a server with that much address space; its URL in $url, empty if it does not fit.
short_of() {
  (
    ulimit -v "$1"
    exec "$PROXX" serve --config none --port 0 --upstream-url "$mock_url" 2>"serve.$1" 3>&-
  ) &
  serve_pid=$!
  children+=("$serve_pid")
  local i
  for i in $(seq 200); do
    grep -q "listening on" "serve.$1" && break
    kill -0 "$serve_pid" 2>/dev/null || break
    sleep 0.05
  done
  url=$(sed -n 's/^proxx: listening on //p' "serve.$1")
}

@test "S5: without memory a request fails or the program ends with a message; nothing hangs" {
  plain_build
  python3 -c 'print("{\"model\":\"claude-sonnet-5-5\",\"messages\":[{\"role\":\"user\",\"content\":\"" + "x" * 6_000_000 + "\"}]}")' >big.json
  start_mock
  export ANTHROPIC_API_KEY=k
  big() { curl -s -m 100 -o /dev/null "$url/chat/completions" -H 'content-type: application/json' --data-binary @big.json; }
  local limit code first
  for limit in 40000 55000 80000; do
    short_of "$limit"
    if [ -n "$url" ]; then
      big 3>&- &
      first=$!
      code=0
      big || code=$?
      [ "$code" != 28 ]
      wait "$first" || [ $? != 28 ]
      # Gone, or well.
      if fetch "$url/models" 2>/dev/null; then
        expect_status 200
        kill "$serve_pid"
      fi
    fi
    exit_code_of "$serve_pid"
    [ "$exit_code" -le 1 ]
    [ "$exit_code" = 0 ] || contains "$(cat "serve.$limit")" "proxx: "
  done
}

@test "S6: a thread that cannot be started is a message or a failed request, no abort" {
  plain_build
  # A stack of a gigabyte does not fit, so the first thread fails and the main one works.
  local limits=(bash -c 'ulimit -s 1000000; ulimit -v 900000; exec "$@"' -)
  split timeout 20 "${limits[@]}" "$PROXX" serve --config none --port 0 --threads 2 --upstream-url http://127.0.0.1:9
  expect_code 1
  contains "$err" "cannot start a thread"

  # libcurl looks names up in a thread.
  export ANTHROPIC_API_KEY=k
  "${limits[@]}" "$PROXX" serve --config none --port 0 --upstream-url https://api.invalid 2>serve.log 3>&- &
  serve_pid=$!
  children+=("$serve_pid")
  wait_for serve.log "listening on"
  url=$(sed -n 's/^proxx: listening on //p' serve.log)
  fetch "$url/chat/completions" -d "$HI"
  [ "$status_code" = 502 ] || expect_status 503
  fetch "$url/models"
  expect_status 200
}

@test "S7: no key of anybody's in any log, whatever happens" {
  local secret=sk-ant-api03-Own-hZ8q+/Kx7w client=sk-Client-pT5n+/Vd3m file=client-in-file-Rb6y
  start_upstream stall events
  export ANTHROPIC_API_KEY=$secret
  local mode text coded
  for mode in text json; do
    listening --mock -vv --log-level debug --log-format "$mode"
    for scenario in text error-401 error-500 error-mid-stream redirect reset gzip; do
      curl -s "$url/chat/completions" -H "authorization: Bearer $client" -d "$(ask_for "$scenario" true)" >>bodies
    done
    curl -s "$url/chat/completions" -H "authorization: Bearer $client" -H "x-api-key: other-$client" -d "$HI" >>bodies
    kill "$serve_pid"
    exit_code_of "$serve_pid"
    cat serve.log >>logs

    listening --upstream-url "$upstream_url" -vv --log-level debug --log-format "$mode"
    curl -s -m 1 "$url/chat/completions" -d "$HI_STREAM" >>bodies || true
    echo "$file" >keys
    chmod 600 keys
    kill "$serve_pid"
    exit_code_of "$serve_pid"
    cat serve.log >>logs
    listening --upstream-url http://127.0.0.1:9 --auth-file keys -vv --log-level debug
    curl -s "$url/chat/completions" -H "x-api-key: $file" -d "$HI" >>bodies
    curl -s "$url/chat/completions" -H "x-api-key: wrong-$file" -d "$HI" >>bodies
    cat serve.log >>logs
    kill "$serve_pid"
  done
  contains "$(cat logs)" "[redacted]"
  for text in "$secret" "$client" "$file"; do
    for coded in "$text" "${text: -4}" "$(printf %s "$text" | base64 -w0)" "$(jq -rn --arg t "$text" '$t|@uri')"; do
      lacks "$(cat logs bodies)" "$coded"
    done
  done
}

@test "S9: the keys are neither among the arguments nor, once read, in the environment" {
  export ANTHROPIC_API_KEY=sk-ant-hidden ANTHROPIC_AUTH_TOKEN=token-hidden
  listening --upstream-url http://127.0.0.1:9
  lacks "$(tr '\0' ' ' <"/proc/$serve_pid/cmdline")" hidden
  contains "$(tr '\0' ' ' <"/proc/$serve_pid/environ")" "PATH="
  lacks "$(tr '\0' ' ' <"/proc/$serve_pid/environ")" hidden
  "$PROXX" --upstream-url http://127.0.0.1:9 --retry 9 <<<"$HI" >out 2>err 3>&- &
  children+=("$!")
  wait_for err "retrying in"
  lacks "$(tr '\0' ' ' <"/proc/${children[-1]}/environ")" hidden
}

@test "S10: a log that is closed, full, or not read costs the service nothing" {
  listening_at "$PWD/closed" --mock 2>&-
  fetch --unix-socket closed http://localhost/v1/chat/completions -d "$HI"
  expect_status 200
  listening_at "$PWD/full" --mock 2>/dev/full
  fetch --unix-socket full http://localhost/v1/chat/completions -d "$HI"
  expect_status 200
  mkfifo pipe
  sleep 60 <pipe 3>&- &
  children+=("$!")
  listening_at "$PWD/pipe.sock" --mock --log-level debug -vv 2>pipe
  local i
  for i in $(seq 40); do
    fetch --unix-socket pipe.sock http://localhost/v1/chat/completions -d "${HI/hi/$(printf '%4000s' | tr ' ' x)}"
    expect_status 200
  done
}

# start_keyed: an upstream that takes the key in ./wanted, and a server whose key is in ./key.
start_keyed() {
  echo sk-first >wanted
  echo sk-first >key
  start_upstream keyed wanted
  printf 'upstream_url: %s\napi_key_file: key\n' "$upstream_url" >serve.yaml
  rm -f serve.log
  start_serve -c serve.yaml "$@"
}

@test "S11: a key that the upstream refuses is read again, and the request goes out once more" {
  start_keyed --threads 2
  local path data
  for path in chat/completions messages; do
    fetch "$url/$path" -d "$HI"
    expect_status 200
    echo "sk-next-$path" | tr -d / | tee wanted >key
    fetch "$url/$path" -d "$HI"
    expect_status 200
    contains "$body" hello
    fetch "$url/$path" -d "$HI"
    expect_status 200
  done
  expect log "$(grep -c "the upstream refused the server's key; another one was read" serve.log)" 2
  lacks "$(cat serve.log)" sk-next
}

@test "S11: a key that is the same when it is read again, and a client's own, are a 401" {
  start_keyed
  echo sk-other >wanted
  local path
  for path in chat/completions messages; do
    fetch "$url/$path" -d "$HI"
    expect_status 401
    contains "$body" "invalid x-api-key"
  done
  expect asked "$(grep -c asked upstream.log)" 2
  echo sk-other >key
  fetch "$url/messages" -d "$HI" -H 'x-api-key: sk-client'
  expect_status 401
  expect asked "$(grep -c asked upstream.log)" 3
}

@test "S11: nothing is reloaded by itself: a file that breaks while it runs changes nothing" {
  echo 'serve: {metrics: true}' >c.yaml
  start_serve --config c.yaml --mock
  echo 'serve: [' >c.yaml
  fetch "${url%/v1}/metrics"
  expect_status 200
  fetch "$url/chat/completions" -d "$HI"
  expect_status 200
}

@test "S13: descriptors that are closed at the start become /dev/null, not sockets" {
  listening_at "$PWD/s" --mock <&- >&- 2>&-
  local fd
  for fd in 0 1 2; do
    expect "descriptor $fd" "$(readlink "/proc/$serve_pid/fd/$fd")" /dev/null
  done
  fetch --unix-socket s http://localhost/v1/chat/completions -d "$HI_STREAM"
  expect_status 200
  contains "$body" "[DONE]"
}

@test "S14: kept connections that died meanwhile are replaced without a word" {
  start_mock
  export ANTHROPIC_API_KEY=k
  listening --upstream-url "$mock_url"
  local _
  for _ in 1 2 3; do
    fetch "$url/chat/completions" -d "$HI_STREAM"
    expect_status 200
    contains "$body" "[DONE]"
    kill "$mock_pid"
    exit_code_of "$mock_pid"
    rm mock.log
    start_mock --port "${mock_url##*:}"
  done
}
