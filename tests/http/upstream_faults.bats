#!/usr/bin/env bats
# Kept upstream connections (docs/faults.md U51, X1).
load helpers

# asked_or_answered N: until the upstream has had N requests; false if the last one is answered, or
# not even accepted.
asked_or_answered() {
  local i
  for i in $(seq 60); do
    if [ -s body ]; then return 1; fi
    if [ "$(grep -c asked upstream.log)" -ge "$1" ]; then return 0; fi
    sleep 0.05
  done
  return 1
}

@test "X1: what comes late on a kept connection is no other client's answer" {
  local what
  for what in answer 408 newline end; do
    start_upstream late "$what"
    listening --upstream-url "$upstream_url"
    fetch -H 'x-api-key: sk-alice-0123' "$url/chat/completions" -d "${HI/hi/first}"
    expect "$what: the first" "$status_code $(jq -r '.choices[0].message.content' <<<"$body")" "200 sk-alice-0123 first"
    say_late
    fetch -H 'x-api-key: sk-bob-45678' "$url/chat/completions" -d "${HI/hi/second}"
    expect "$what: the second" "$status_code $(jq -r '.choices[0].message.content' <<<"$body")" "200 sk-bob-45678 second"
    expect "$what: requests" "$(grep -c asked upstream.log)" 2
    kill "$serve_pid"
  done
}

@test "X1: the same on the relay" {
  start_upstream late answer
  listening --upstream-url "$upstream_url"
  fetch -H 'x-api-key: sk-alice-0123' "$url/messages" -d "${HI/hi/first}"
  say_late
  fetch -H 'x-api-key: sk-bob-45678' "$url/messages" -d "${HI/hi/second}"
  expect "the second" "$status_code $(jq -r '.content[0].text' <<<"$body")" "200 sk-bob-45678 second"
}

@test "R3: the server's own key is shown nowhere, whichever key the request carries" {
  local own=sk-ant-server-0123456789 path
  start_upstream echo "$own"
  export ANTHROPIC_API_KEY=$own
  listening --upstream-url "$upstream_url" -vv --log-level debug
  for path in chat/completions messages messages/count_tokens; do
    fetch -H 'x-api-key: sk-ant-client-987654321' "$url/$path" -d "${HI%?},\"max_tokens\":9}"
    expect_status 401
    contains "$(error_of message)" "invalid x-api-key: ****"
    lacks "$head$body" "$own"
    contains "$head" "req_****"
  done
  fetch -H 'x-api-key: sk-ant-client-987654321' "$url/chat/completions" -d "$HI_STREAM"
  lacks "$head$body" "$own"
  contains "$(cat serve.log)" "< request-id: [redacted]"
  lacks "$(cat serve.log)" "$own"
}

@test "X2 X11: an answer whose framing is not HTTP's is a 502" {
  local message='{"id":"m","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[],"stop_reason":"end_turn","usage":{}}'
  local size first rest
  size=$(printf %x ${#message})
  for first in 'Transfer-Encoding: gzip, chunked' 'Transfer-Encoding: identity' 'Transfer-Encoding: chunked'; do
    for rest in '\r\n0\r\n\r\n' '\r\n0\r\nno field\r\n\r\n' '\n0\r\n\r\n'; do
      printf "HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\n$first\\r\\n\\r\\n$size\\r\\n%s$rest" "$message" >answer
      start_upstream raw answer
      listening --upstream-url "$upstream_url"
      fetch -H 'x-api-key: k' --max-time 20 "$url/chat/completions" -d "$HI"
      if [ "$first$rest" = 'Transfer-Encoding: chunked\r\n0\r\n\r\n' ]; then
        expect_status 200
      elif [ "$first" = 'Transfer-Encoding: chunked' ]; then
        expect_status 502
        expect code "$(error_of code)" upstream_protocol_error
      else
        expect_status 502
        expect code "$(error_of code)" upstream_bad_content_type
      fi
      kill "$serve_pid"
    done
  done
}

@test "X2 X11: a relayed answer whose framing is not HTTP's is a 502" {
  local first rest type
  for first in 'Transfer-Encoding: gzip, chunked' 'Transfer-Encoding : chunked' 'Transfer-Encoding: chunked'; do
    for rest in '\r\n0\r\n\r\n' '\r\n0\r\nno field\r\n\r\n' '\n0\r\n\r\n'; do
      for type in application/json text/event-stream; do
        printf "HTTP/1.1 200 OK\\r\\ncontent-type: $type\\r\\n$first\\r\\n\\r\\n2\\r\\n{}$rest" >answer
        start_upstream raw answer
        listening --upstream-url "$upstream_url"
        fetch -H 'x-api-key: k' --max-time 20 "$origin/v1/messages" -d "$HI"
        if [ "$first$rest" = 'Transfer-Encoding: chunked\r\n0\r\n\r\n' ]; then
          expect_status 200
          expect body "$body" '{}'
        else
          expect_status 502
          expect type "$(error_of type)" api_error
        fi
        kill "$serve_pid"
      done
    done
  done
}

@test "X14: no descriptor left for the upstream is a 503 that names the limit" {
  plain_build # UBSan's check of types opens a pipe
  local idle i before refused=
  start_upstream stall events
  # The last descriptor goes to a client or to the upstream: a connection that asks for nothing
  # shifts which.
  for idle in 0 1; do
    rm -f serve.log head body
    (ulimit -n 32 && exec "$PROXX" serve --config none --port 0 --upstream-url "$upstream_url" 2>serve.log 3>&-) &
    children+=("$!")
    wait_for serve.log "listening on"
    url=$(sed -n 's/^proxx: listening on //p' serve.log)
    if [ "$idle" = 1 ]; then
      exec 8<>"/dev/tcp/127.0.0.1/$(sed 's|.*:\([0-9]*\)/.*|\1|' <<<"$url")"
      sleep 0.2
    fi
    before=$(grep -c asked upstream.log || true)
    for i in $(seq 16); do
      curl -s -D head -o body -H 'x-api-key: k' "$url/chat/completions" -d "${HI_STREAM/hi/silent}" 3>&- 8>&- &
      children+=("$!")
      asked_or_answered $((before + i)) || break
    done
    if [ -s body ]; then refused=1; break; fi
  done
  expect "a 503 came" "$refused" 1
  expect "status" "$(head -n 1 head | tr -d '\r')" "HTTP/1.1 503 Service Unavailable"
  expect "retry-after" "$(tr -d '\r' <head | sed -n 's/^retry-after: //Ip')" 1
  expect code "$(jq -r .error.code body)" overloaded
  contains "$(jq -r .error.message body)" "no file descriptor is left for a connection to 127.0.0.1"
}
