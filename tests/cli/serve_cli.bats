#!/usr/bin/env bats
# The command line of `proxx serve`; what it says over HTTP is tested in tests/http.
load helpers

@test "the start line is the base URL; SIGTERM drains and exits 0" {
  start_serve --mock
  [[ $url =~ ^http://127\.0\.0\.1:[0-9]+/v1$ ]]
  curl -fsS "${url%/v1}/healthz" >/dev/null
  kill -TERM "$serve_pid"
  code=0
  wait "$serve_pid" || code=$?
  expect code "$code" 0
}

@test "a config.yaml that lies about is not read, and that is said" {
  echo 'serve: [' >config.yaml
  start_serve --mock
  contains "$(cat serve.log)" "note: ./config.yaml is not read; use -c config.yaml"
  split "$PROXX" config --path
  expect_code 0
  expect stdout "$out" ""
  contains "$err" "no configuration file is read; $HOME/"
}

@test "--unix: a socket instead of a port, and no port beside it" {
  "$PROXX" serve --mock --unix "$PWD/s" 2>log 3>&- &
  children+=($!)
  wait_for log "proxx: listening on unix:$PWD/s"
  contains "$(curl -fsS --unix-socket s http://localhost/v1/models)" '"object":"list"'
  split "$PROXX" serve --mock --unix "$PWD/t" --port 1
  expect_code 2
}

@test "S3: a key and an address beyond loopback need an auth file" {
  ANTHROPIC_API_KEY=k split "$PROXX" serve --host 0.0.0.0 --port 0
  expect_code 2
  contains "$err" "auth"
}

@test "S2: a port that is taken is exit 2 and named" {
  start_serve --mock
  local port=${url##*:}
  port=${port%/v1}
  split "$PROXX" serve --mock --port "$port"
  expect_code 2
  contains "$err" ":$port"
}

@test "an unknown option, a bad port, a word: exit 2" {
  split "$PROXX" serve --prot 1
  expect_code 2
  contains "$err" "did you mean '--port'"
  split "$PROXX" serve --port 70000
  expect_code 2
  split "$PROXX" serve here
  expect_code 2
  contains "$err" "unexpected argument 'here'"
}

@test "--check-health asks the server that runs: 0 if it is well, else 1 with the reason" {
  start_serve --mock --host 0.0.0.0 --auth-file <(echo client-key)
  local port=${url##*:}
  port=${port%/v1}
  split "$PROXX" serve --check-health --port "$port"
  expect_code 0
  expect stdout "$out" ""
  split env PROXX_PORT="$port" "$PROXX" serve --check-health --host ::ffff:127.0.0.1
  expect_code 0
  split env PROXX_PORT="$port" "$PROXX" serve --check-health --host 0.0.0.0
  expect_code 0
  kill -KILL "$serve_pid"
  wait "$serve_pid" || true
  split "$PROXX" serve --check-health --port "$port"
  expect_code 1
  contains "$err" "no healthy proxx serve on 127.0.0.1 port $port: Connection refused"

  "$PROXX" serve --mock --unix "$PWD/s" 2>log 3>&- &
  children+=($!)
  wait_for log "listening on"
  split "$PROXX" serve --check-health --unix "$PWD/s"
  expect_code 0
  split "$PROXX" serve --check-health --unix "$PWD/none"
  expect_code 1
  contains "$err" "$PWD/none: No such file"
  split "$PROXX" serve --check-health --port 0
  expect_code 2

  # Another server, and one that takes the connection and says nothing.
  start_upstream echo
  split "$PROXX" serve --check-health --port "${upstream_url##*:}"
  expect_code 1
  contains "$err" "/healthz says HTTP/1"
  start_upstream stall nothing
  split "$PROXX" serve --check-health --port "${upstream_url##*:}"
  expect_code 1
}
