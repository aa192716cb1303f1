#!/usr/bin/env bats
# Streams over sockets, and clients that leave them (docs/faults.md 3 and 4).
load helpers

HELLO="Hello from the mock upstream. You said:"

# The text of an event stream in body.raw.
streamed_text() { sed -n 's/^data: \({.*\)/\1/p' "${1:-body.raw}" | jq -rj '.choices[0].delta.content // ""'; }

@test "a stream is events with comments between, and ends in [DONE]" {
  start_mock --delay 30
  export ANTHROPIC_API_KEY=k
  listening --upstream-url "$mock_url"
  fetch -N "$url/chat/completions" -d "$(ask_for pings true)"
  expect_status 200
  expect type "$(header content-type)" text/event-stream
  expect buffering "$(header x-accel-buffering)" no
  expect cache "$(header cache-control)" no-cache
  expect coding "$(header transfer-encoding)" chunked
  expect text "$(streamed_text)" "$HELLO "
  contains "$body" ": ping"
  expect "last line" "$(grep . body.raw | tail -n 1)" "data: [DONE]"
  expect "other lines" "$(grep . body.raw | grep -cv '^data: \|^: ping$')" 0
}

@test "what the upstream sends is passed on at once" {
  start_upstream stall events
  listening --upstream-url "$upstream_url"
  curl -sN -H 'x-api-key: k' "$url/chat/completions" -d "$HI_STREAM" >body.raw 3>&- &
  children+=("$!")
  wait_for body.raw '"content":"more "'
  lacks "$(cat upstream.log)" gone
}

@test "U21: an upstream that fails before its first event has its real status" {
  listening --mock
  fetch "$url/chat/completions" -d "$(ask_for overloaded-first-event true)"
  expect_status 503
  expect type "$(header content-type)" application/json
  expect code "$(error_of code)" overloaded

  start_upstream stall events
  kill "$serve_pid"
  listening --upstream-url "$upstream_url"
  local before=${HI_STREAM/hi/silent}
  split curl -sS -i -H 'x-api-key: k' --max-time 0.5 "$url/chat/completions" -d "$before"
  expect "curl's timeout" "$code" 28
  expect "bytes before the first event" "$out" ""
}

@test "U22: an error amid the stream is a frame, without [DONE]" {
  listening --mock
  fetch "$url/chat/completions" -d "$(ask_for error-mid-stream true)"
  expect_status 200
  expect error "$(grep . body.raw | tail -n 1 | sed 's/^data: //' | jq -r .error.code)" overloaded
  lacks "$body" "[DONE]"
  lacks "$body" '"finish_reason":"'
}

@test "C1: a client that leaves a stream takes the upstream call with it, and is a 499" {
  start_upstream stall events
  listening --upstream-url "$upstream_url"
  curl -sN -H 'x-api-key: k' "$url/chat/completions" -d "$HI_STREAM" >body.raw 3>&- &
  local client=$!
  wait_for body.raw '"content":"more "'
  kill "$client"
  wait_for upstream.log gone
  wait_for serve.log status=499
}

@test "C2, C3: leaving before the first byte does so too, streaming or not" {
  start_upstream stall events
  listening --upstream-url "$upstream_url"
  local request
  for request in "${HI/hi/silent}" "${HI_STREAM/hi/silent}"; do
    : >upstream.log
    curl -sN -H 'x-api-key: k' "$url/chat/completions" -d "$request" >body.raw 3>&- &
    local client=$!
    wait_for upstream.log asked
    kill "$client"
    wait_for upstream.log gone
  done
  local i
  for i in $(seq 100); do
    [ "$(grep -c status=499 serve.log)" = 2 ] && return
    sleep 0.05
  done
  expect "departures after $i tries" "$(grep -c status=499 serve.log)" 2
}

@test "C8: a reset is a departure, and no reason to die" {
  start_upstream stall events
  listening --upstream-url "$upstream_url"
  python3 - "$port" "$HI_STREAM" <<'PY'
import socket, struct, sys
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
body = sys.argv[2].encode()
peer.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-api-key: k\r\n"
             b"content-length: %d\r\n\r\n%s" % (len(body), body))
assert b"200 OK" in peer.recv(4096)
peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
peer.close()
PY
  wait_for upstream.log gone
  wait_for serve.log status=499
  fetch "$url/models"
  expect_status 200
}

@test "H10: HTTP/1.0 gets a stream that the close ends" {
  listening --mock
  fetch --http1.0 "$url/chat/completions" -d "$HI_STREAM"
  expect_status 200
  expect coding "$(header transfer-encoding)" ""
  expect "last line" "$(grep . body.raw | tail -n 1)" "data: [DONE]"
}

# Also what ThreadSanitizer sees of threads (scripts/sanitize.sh tsan).
@test "with --threads all run side by side, each with its own text, and a drain waits for them" {
  start_mock --delay 40
  export ANTHROPIC_API_KEY=k
  echo 'models_from: upstream' >c.yaml
  start_serve --config c.yaml --upstream-url "$mock_url" --threads 3 --metrics
  local i
  local -a clients=() leavers=()
  for i in $(seq 12); do
    curl -sN "$url/chat/completions" -d "${HI_STREAM/hi/number $i}" >"stream.$i" 3>&- &
    clients+=("$!")
    curl -s "$url/chat/completions" -d "${HI/hi/number $i}" >"whole.$i" 3>&- &
    clients+=("$!")
    curl -s "$url/models" "${url%/v1}/metrics" -o "models.$i" -o "metrics.$i" 3>&- &
    clients+=("$!")
  done
  for i in "${clients[@]}"; do wait "$i"; done
  for i in $(seq 12); do
    expect text "$(streamed_text "stream.$i")" "$HELLO number $i"
    expect text "$(jq -r '.choices[0].message.content' "whole.$i")" "$HELLO number $i"
    expect list "$(jq -r .object "models.$i")" list
    contains "$(cat "metrics.$i")" proxx_
  done

  clients=()
  for i in $(seq 12); do
    curl -sN "$url/chat/completions" -d "${HI_STREAM/hi/drained $i}" >"drained.$i" 3>&- &
    clients+=("$!")
    curl -sN "$url/chat/completions" -d "${HI_STREAM/hi/left $i}" >"left.$i" 3>&- &
    leavers+=("$!")
  done
  for i in $(seq 12); do
    wait_for "drained.$i" "data: "
    wait_for "left.$i" "data: "
  done
  kill "${leavers[@]}" || true # one may be done
  kill -TERM "$serve_pid"
  for i in "${clients[@]}"; do wait "$i"; done
  for i in $(seq 12); do
    expect text "$(streamed_text "drained.$i")" "$HELLO drained $i"
  done
  exit_code_of "$serve_pid"
  expect exit "$exit_code" 0
  expect "requests in the log" "$(grep -c ' status=' serve.log)" 72
}

@test "--unix: a socket for its owner alone, gone at the end" {
  listening_at "$PWD/s" --mock 2>unix.log
  contains "$(cat unix.log)" "listening on unix:$PWD/s"
  expect mode "$(stat -c %a s)" 600
  fetch --unix-socket s http://any.name/v1/chat/completions -d "$HI_STREAM"
  expect_status 200
  contains "$body" "[DONE]"
  kill "$serve_pid"
  exit_code_of "$serve_pid"
  expect exit "$exit_code" 0
  [ ! -e s ]
  split "$PROXX" serve --mock --unix s --port 8080
  expect_code 2
}
