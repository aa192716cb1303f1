#!/usr/bin/env bats
# packaging/nginx.conf: streams pass as they come, and a client that leaves is noticed.
load helpers

@test "behind nginx streams are not held back, and a departure gets through" {
  command -v nginx >/dev/null || skip "nginx is not installed"
  local front
  front=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  start_upstream stall events
  export ANTHROPIC_API_KEY=k
  listening --upstream-url "$upstream_url"
  sed "s/127.0.0.1:8080/127.0.0.1:$front/; s/127.0.0.1:8081/127.0.0.1:$port/; /127.0.0.1:8082/d" \
    "$PROXX_SOURCE/packaging/nginx.conf" >site.conf
  cat >nginx.conf <<CONF
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  include site.conf;
}
CONF
  nginx -p "$PWD" -c nginx.conf 2>nginx.log 3>&- &
  children+=("$!")
  for _ in $(seq 200); do
    curl -s -o /dev/null "http://127.0.0.1:$front/readyz" && break
    sleep 0.05
  done
  curl -sN -D head.raw "http://127.0.0.1:$front/v1/chat/completions" -d "$HI_STREAM" >body.raw 3>&- &
  local client=$!
  wait_for body.raw '"content":"more "'
  grep -q "200 OK" head.raw
  kill "$client"
  wait_for upstream.log gone
  wait_for serve.log status=499
}
