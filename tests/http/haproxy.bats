#!/usr/bin/env bats
# packaging/haproxy.cfg in front of three servers, one of which drains and one is killed under load.
load helpers

@test "behind haproxy one server drains and one is killed: only what was with the killed one fails" {
  command -v haproxy >/dev/null || skip "haproxy is not installed"
  local name front
  front=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  sed "s/^    bind .*/    bind 127.0.0.1:$front/" "$PROXX_SOURCE/packaging/haproxy.cfg" >haproxy.cfg
  for name in 1 2 3; do
    listening_on_log "serve.$name"
    sed -i "s/127.0.0.1:808$name check/127.0.0.1:$port check/" haproxy.cfg
    eval "pid_$name=$serve_pid"
  done
  haproxy -f haproxy.cfg -db 2>haproxy.log 3>&- &
  children+=("$!")
  for _ in $(seq 200); do
    curl -s -o /dev/null "http://127.0.0.1:$front/readyz" && break
    sleep 0.05
  done

  # Ten clients with 8 streams each; a line for every stream: whole, or broken and by which server.
  local clients=() client
  for client in $(seq 10); do
    load_from "$client" 3>&- &
    clients+=("$!")
  done
  sleep 1
  kill -TERM "$pid_1"
  sleep 0.5
  kill -KILL "$pid_2"
  wait "${clients[@]}"

  expect streams "$(cat result.* | wc -l)" 80
  local broken under_way
  broken=$(grep -hvc '^whole' <(cat result.*) || true)
  # What was asked of the killed server and not logged as answered was with it when it died.
  under_way=$(grep -hc '^broken 200\|^broken 502' <(cat result.*) || true)
  expect "broken streams that were not with the killed server" "$((broken - under_way))" 0
  [ "$broken" -le 12 ] # at most what was open there
  exit_code_of "$pid_1"
  expect "exit of the drained server" "$exit_code" 0
  # Both others served, and the last one served to the end.
  [ "$(grep -c status=200 serve.1)" -gt 0 ]
  [ "$(grep -c status=200 serve.3)" -gt 10 ]
  expect "cut by the drained server" "$(grep -c 'status=50' serve.1)" "$(grep -c 'status=503 ' serve.1)"
}

# listening_on_log FILE: as listening, with a log of its own.
listening_on_log() {
  "$PROXX" serve --config none --mock --port 0 2>"$1" 3>&- &
  serve_pid=$!
  children+=("$serve_pid")
  wait_for "$1" "listening on"
  port=$(sed -n 's#^proxx: listening on http://[^:]*:\([0-9]*\)/v1$#\1#p' "$1")
}

load_from() {
  local i status
  for i in $(seq 8); do
    status=$(curl -sN -m 30 -o "out.$1" -w '%{http_code}' "http://127.0.0.1:$front/v1/chat/completions" \
      -d "${HI_STREAM/hi/[[mock:slow]] $1-$i}") || true
    if grep -q '^data: \[DONE\]' "out.$1" && [ "$status" = 200 ]; then
      echo "whole $1-$i"
    else
      echo "broken $status $1-$i"
    fi >>"result.$1"
  done
}
