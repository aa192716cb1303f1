#!/usr/bin/env bats
# Who may ask, and what is served (proxx-serve(1), docs/faults.md 2).
load helpers

@test "H20: without a client key the server's own goes upstream, without one of its own it is 401" {
  listening --mock
  fetch "$url/chat/completions" -d "$HI"
  expect_status 200

  kill "$serve_pid"
  listening --upstream-url http://127.0.0.1:9
  fetch "$url/chat/completions" -d "$HI"
  expect_status 401
  expect type "$(error_of type)" invalid_request_error
  expect code "$(error_of code)" invalid_api_key
  expect challenge "$(header www-authenticate)" Bearer
  contains "$(header x-request-id)" req_
}

@test "H20: with --auth-file a client needs one of its keys, for the metrics too" {
  printf '# ours\nclient-one\n\nclient-two\n' >keys
  chmod 600 keys
  listening --mock --auth-file keys --metrics
  local path
  for path in /v1/models /metrics; do
    fetch "$origin$path"
    expect_status 401
    fetch "$origin$path" -H 'authorization: Bearer client-two'
    expect_status 200
  done
  fetch "$url/chat/completions" -d "$HI" -H 'authorization: Bearer client-three'
  expect_status 401
  lacks "$body" client-three
  fetch "$url/chat/completions" -d "$HI" -H 'x-api-key: client-one'
  expect_status 200
  fetch "$origin/healthz"
  expect_status 200
  lacks "$(cat serve.log)" client-
}

@test "H22: only names of this machine and allowed ones are answered, but for probes" {
  listening --mock --allowed-host proxx.example
  local host
  for host in localhost "127.9.9.9" "[::1]:$port" "127.0.0.1:$port" proxx.example; do
    fetch "$url/models" -H "host: $host"
    expect_status 200
  done
  for host in evil.example 127.0.0.1.evil.example localhost.evil.example 10.0.0.1; do
    fetch "$url/models" -H "host: $host"
    expect_status 403
    fetch "$origin/readyz" -H "host: $host"
    expect_status 200
  done
  for host in 'foo?' a/b a@b; do
    fetch "$url/models" -H "host: $host"
    expect_status 400
  done
}

@test "H23: a foreign Origin is refused without CORS headers" {
  listening --mock
  local web
  for web in https://evil.example null http://localhost; do
    fetch "$url/chat/completions" -d "$HI" -H "origin: $web" -H 'content-type: application/json'
    expect_status 403
    lacks "$head" access-control
  done
}

@test "A31: a gzip body is decoded for the conversion and the relay, and its coding does not go upstream" {
  listening --mock -v
  local path
  for path in chat/completions messages; do
    local relayed='{"model":"claude-haiku-4-5","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}'
    printf %s "$relayed" | gzip -c >body.gz
    fetch "$url/$path" -H 'content-encoding: gzip' --data-binary @body.gz
    expect_status 200
    fetch "$url/$path" -H 'content-encoding: gzip' -H 'transfer-encoding: chunked' --data-binary @body.gz
    expect_status 200
    head -c 30 body.gz >cut.gz
    fetch "$url/$path" -H 'content-encoding: gzip' --data-binary @cut.gz
    expect_status 400
    contains "$(error_of message)" "cut off"
    fetch "$url/$path" -H 'content-encoding: gzip, zstd' --data-binary @body.gz
    expect_status 415
  done
  contains "$(cat serve.log)" "> POST /v1/messages"
  [ "$(grep -ci '^> content-encoding' serve.log)" = 0 ]
}

@test "H24: a --cors value that can never match is exit 2" {
  local value
  for value in https://a.example/ https://A.example a.example '' https://u@a.example; do
    split timeout 10 "$PROXX" serve --config none --mock --port 0 --cors "$value"
    expect_code 2
    contains "$err" "--cors: expected an origin such as https://app.example"
  done
  printf 'serve:\n  cors:\n    - https://a.example?x\n' >cors.yaml
  split timeout 10 "$PROXX" serve -c cors.yaml --mock --port 0
  expect_code 2
  contains "$err" "cors.yaml:3:7: serve.cors: expected an origin"
}

@test "H24: --cors '*' and scheme://* allow what they say" {
  listening --mock --cors 'chrome-extension://*'
  fetch -H 'origin: chrome-extension://abc' "$url/chat/completions" -H 'content-type: application/json' -d "$HI"
  expect_status 200
  expect allowed "$(header access-control-allow-origin)" chrome-extension://abc
  expect vary "$(header vary)" Origin
  expect credentials "$(header access-control-allow-credentials)" ""
  fetch -H 'origin: https://a.example' "$url/models"
  expect_status 403
  listening --mock --cors '*'
  fetch -H 'origin: https://a.example' "$url/models"
  expect_status 200
  expect allowed "$(header access-control-allow-origin)" https://a.example
}

@test "H24: a preflight is refused by default, and gets an exact echo with --cors" {
  listening --mock
  local preflight=(-X OPTIONS -H 'access-control-request-method: POST'
    -H 'access-control-request-headers: authorization, content-type')
  fetch "$url/chat/completions" "${preflight[@]}" -H 'origin: https://app.example'
  expect_status 403
  lacks "$head" access-control

  kill "$serve_pid"
  listening --mock --cors https://app.example --cors https://two.example
  fetch "$url/chat/completions" "${preflight[@]}" -H 'origin: https://two.example'
  expect_status 204
  expect origin "$(header access-control-allow-origin)" https://two.example
  contains "$(header vary)" Origin
  lacks "$head" access-control-allow-credentials
  fetch "$url/chat/completions" "${preflight[@]}" -H 'origin: https://app.example.evil'
  expect_status 403
  fetch "$url/chat/completions" -d "$HI" -H 'origin: https://app.example' -H 'content-type: application/json'
  expect_status 200
  expect origin "$(header access-control-allow-origin)" https://app.example
  fetch "$url/chat/completions" -d "$HI" -H 'origin: https://app.example' -H 'content-type: text/plain'
  expect_status 415
}

@test "H26: a wrong method is 405 with Allow" {
  listening --mock
  local method
  for method in GET PUT DELETE PATCH; do
    fetch -X "$method" "$url/chat/completions"
    expect_status 405
    expect allow "$(header allow)" POST
  done
  fetch -X POST "$url/models" -d ''
  expect_status 405
  expect allow "$(header allow)" "GET, HEAD"
}

@test "H28: paths are matched as they are, and open no file" {
  listening --mock
  local path
  for path in /v1/../etc/passwd //v1//chat/completions /v1/chat/%63ompletions /v1/%2e%2e/models \
    /v1/chat/completions/ /etc/passwd /v1/models/%00; do
    fetch --path-as-is "$origin$path"
    expect_status 404
    lacks "$body" root:
  done
  contains "$(raw "GET $(printf '/%9000s' | tr ' ' a) HTTP/1.1\r\nhost: localhost\r\n\r\n")" "HTTP/1.1 414"
  contains "$(raw 'GET http://localhost/etc/passwd HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')" "HTTP/1.1 404"
  contains "$(raw 'GET * HTTP/1.1\r\nhost: localhost\r\n\r\n')" "HTTP/1.1 40"
}

@test "H28: an absolute target is served as its path, and its host is judged" {
  listening --mock --allowed-host proxx.example
  local ask="content-type: application/json\r\ncontent-length: ${#HI}\r\nconnection: close\r\n\r\n$HI" host
  for host in "127.0.0.1:$port" localhost proxx.example "[::1]:1"; do
    contains "$(raw "POST http://$host/v1/chat/completions HTTP/1.1\r\nhost: evil.example\r\n$ask")" "HTTP/1.1 200"
  done
  for host in evil.example 127.0.0.1.evil.example 10.0.0.1; do
    contains "$(raw "POST http://$host/v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n$ask")" "HTTP/1.1 403"
  done
  contains "$(raw 'GET http://localhost/healthz HTTP/1.1\r\nhost: a/b\r\n\r\n')" "HTTP/1.1 400"
  contains "$(raw 'GET http://localhost/healthz HTTP/1.1\r\n\r\n')" "HTTP/1.1 400"
  contains "$(raw 'GET http://me@localhost/healthz HTTP/1.1\r\nhost: a\r\n\r\n')" "HTTP/1.1 400"
  contains "$(raw 'GET https://localhost/healthz HTTP/1.1\r\nhost: a\r\n\r\n')" "HTTP/1.1 421"
  contains "$(raw 'GET ftp://localhost/healthz HTTP/1.1\r\nhost: a\r\n\r\n')" "HTTP/1.1 400"
  contains "$(raw 'GET http://localhost//v1//models HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')" "HTTP/1.1 404"
  contains "$(raw 'GET http://localhost/%%2e%%2e/v1/models HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')" "HTTP/1.1 404"
  contains "$(raw 'CONNECT localhost:80 HTTP/1.1\r\nhost: a\r\n\r\n')" "HTTP/1.1 501"
  contains "$(raw 'GET http://localhost/healthz?a=b HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')" "HTTP/1.1 200"
  wait_for serve.log "GET /healthz status=200"
  contains "$(cat serve.log)" "POST /v1/chat/completions model=claude-sonnet-5-5 status=200"
  contains "$(raw 'CONNECT me:hush@localhost:80 HTTP/1.1\r\nhost: a\r\n\r\n')" "HTTP/1.1 501"
  contains "$(raw 'GET http://me:hush@localhost/a HTTP/1.1\r\nhost: a\r\n\r\n')" "HTTP/1.1 400"
  contains "$(cat serve.log)" "GET - status=421"
  lacks "$(cat serve.log)" http://localhost
  lacks "$(cat serve.log)" hush
}

@test "X12: trailers have a head's limits" {
  listening --mock
  local body="POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
  body+="$(printf %x ${#HI})\r\n$HI\r\n0\r\n"
  local long many
  long=$(printf 'x: %40000s\\r\\n' | tr ' ' a)
  many=$(printf 'x%s: y\\r\\n' {1..500})
  contains "$(raw "$body$long\r\n")" "HTTP/1.1 431"
  contains "$(raw "$body$many\r\n")" "HTTP/1.1 431"
  contains "$(raw "${body}x: y\r\n z\r\n\r\n")" "HTTP/1.1 400"
  fetch "$url/chat/completions" -H 'transfer-encoding: chunked' -d "$HI"
  expect_status 200
}

@test "X14: early refusals may be read by an allowed Origin, and all answers vary by it" {
  listening --mock --cors https://app.example
  local line='POST /v1/messages HTTP/1.1\r\nhost: localhost\r\norigin: https://app.example\r\n' answer end long
  long=$(printf 'x: %9000s' | tr ' ' a)
  for end in 'content-length: 99999999999\r\n\r\n' 'transfer-encoding: gzip\r\n\r\n' "$long\r\n\r\n" \
    'content-encoding: br\r\ncontent-length: 1\r\n\r\n' 'expect: tea\r\ncontent-length: 1\r\n\r\n' ' fold\r\n\r\n' 'host: b\r\n\r\n'; do
    answer=$(raw "$line$end")
    contains "$answer" "access-control-allow-origin: https://app.example"
    contains "$answer" "vary: Origin"
    contains "$answer" '"type":"error","error":{"type":'
    contains "$answer" '"request_id":"req_'
    lacks "$(raw "${line/app.example/evil.example}$end")" access-control
  done
  contains "$(cat serve.log)" "POST /v1/messages status=413"
  fetch "$origin/healthz"
  expect vary "$(header vary)" Origin
}

@test "A26: nothing in a request chooses where it goes, or with what key" {
  start_mock
  start_upstream stall events
  export ANTHROPIC_API_KEY=k
  listening --upstream-url "$mock_url"
  fetch "$url/chat/completions" -H "x-upstream-url: $upstream_url" -H "x-forwarded-host: ${upstream_url#http://}" -d "$(
    jq -c --arg url "$upstream_url" '. + {api_base: $url, base_url: $url, upstream_url: $url, api_key: "other",
      extra_headers: {host: "other", "x-api-key": "other"}, user: $url, model: "claude-sonnet-5-5"}' <<<"$HI"
  )"
  expect_status 200
  contains "$body" "Hello from the mock upstream"
  contains "$(header x-proxx-dropped)" api_base
  split "$PROXX" --upstream-url "$mock_url" <<<"{\"api_base\":\"$upstream_url\",${HI#\{}"
  expect_code 0
  lacks "$(cat upstream.log)" asked
}

@test "a base URL without /v1 is told what is missing" {
  listening --mock
  fetch "$origin/chat/completions" -d "$HI"
  expect_status 404
  contains "$(error_of message)" /v1
}

@test "H31: bytes that are no HTTP are refused at once, with a clean line in the log" {
  listening --mock
  contains "$(raw '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')" "HTTP/1.1 400"
  wait_for serve.log status=400
  expect "odd bytes" "$(LC_ALL=C grep -c '[^ -~]' serve.log)" 0
  expect "lines of it" "$(grep -c status= serve.log)" 1
}

@test "H33: over --max-connections it is 503 with retry-after, until one is free" {
  listening --mock --max-connections 2
  local one two i
  exec {one}<>"/dev/tcp/127.0.0.1/$port" {two}<>"/dev/tcp/127.0.0.1/$port"
  fetch "$url/models"
  expect_status 503
  expect wait "$(header retry-after)" 1
  exec {one}>&- {two}>&-
  for i in $(seq 100); do
    fetch "$url/models"
    [ "$status_code" = 200 ] && break
    sleep 0.05
  done
  expect "status after $i tries" "$status_code" 200
}

@test "what was dropped and adjusted is told in headers, strict refuses it" {
  listening --mock
  local odd='{"model":"claude-sonnet-5-5","seed":1,"logit_bias":{"1":2},"no such":1,"messages":[{"role":"user","content":"hi"}]}'
  fetch "$url/chat/completions" -d "$odd"
  expect_status 200
  contains "$(header x-proxx-dropped)" seed
  contains "$(header x-proxx-dropped)" no%20such
  wait_for serve.log dropped=
  kill "$serve_pid"
  listening --mock --strict
  fetch "$url/chat/completions" -d "$odd"
  expect_status 400
}

@test "/v1/models lists the models, and an alias of the configuration" {
  printf 'models: {gpt-4o: claude-sonnet-5-5}\n' >c.yaml
  start_serve --config c.yaml --mock
  fetch "$url/models"
  expect_status 200
  expect object "$(jq -r .object <<<"$body")" list
  contains "$(jq -r '.data[].id' <<<"$body")" gpt-4o
  fetch "$url/models/claude-sonnet-5-5"
  expect id "$(jq -r .id <<<"$body")" claude-sonnet-5-5
  fetch "$url/models/none"
  expect_status 404
  fetch "$url/chat/completions" -d "${HI/claude-sonnet-5-5/gpt-4o}"
  expect_status 200
}

@test "Anthropic's own clients are relayed, streams, counts and errors" {
  listening --mock
  local native=(-H 'x-api-key: k' -H 'anthropic-version: 2023-06-01')
  local ask='{"model":"claude-sonnet-5-5","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'
  fetch "$url/messages" "${native[@]}" -d "$ask"
  expect_status 200
  expect type "$(jq -r .type <<<"$body")" message
  fetch "$url/messages" "${native[@]}" -d "${ask/\{/\{\"stream\":true,}"
  expect_status 200
  contains "$body" "event: message_stop"
  fetch "$url/messages/count_tokens" "${native[@]}" -d "${ask/\"max_tokens\":9,/}"
  expect_status 200
  contains "$body" input_tokens
  fetch "$url/messages" "${native[@]}" -d '{}'
  expect_status 400
  expect shape "$(jq -r '.type + " " + .error.type' <<<"$body")" "error invalid_request_error"
}

@test "it listens on IPv6, and its address is written in brackets" {
  grep -q '^0\{31\}1 ' /proc/net/if_inet6 || skip "this machine has no ::1"
  listening --mock --host ::1
  [[ $url =~ ^http://\[::1\]:[0-9]+/v1$ ]]
  fetch -g "$url/chat/completions" -d "$HI"
  expect_status 200
  ANTHROPIC_API_KEY=k split "$PROXX" --upstream-url "http://[::1]:9" --retry 0 <<<"$HI"
  contains "$err" "[::1]:9"
}

@test "--metrics counts requests, tokens and departures; off by default" {
  listening --mock
  fetch "$origin/metrics"
  expect_status 404
  kill "$serve_pid"
  listening --mock --metrics
  fetch "$url/chat/completions" -d "$HI"
  fetch "$url/chat/completions" -d "$(ask_for error-429)"
  expect_status 429
  fetch "$origin/metrics"
  expect_status 200
  contains "$(header content-type)" "text/plain; version=0.0.4"
  contains "$body" 'model="claude-sonnet-5-5",status="200"} 1'
  contains "$body" 'status="429"} 1'
  contains "$body" _tokens_total
  lacks "$body" mock-key
}

@test "what the file says of serve is done" {
  cat >c.yaml <<'YAML'
serve:
  client_key: ignore
  auth_file: keys
  cors: [https://app.example]
  allowed_hosts: [proxx.example]
  threads: 2
  metrics: true
  log_format: json
  drain: 1
YAML
  echo client-one >keys
  chmod 600 keys
  split "$PROXX" serve --config c.yaml --mock --port 0 --host nowhere.invalid
  expect_code 2
  sed -i '/auth_file/d' c.yaml
  start_serve --config c.yaml --mock
  fetch "$url/chat/completions" -d "$HI" -H 'host: proxx.example' -H 'origin: https://app.example' \
    -H 'content-type: application/json' -H 'authorization: Bearer made-up'
  expect_status 200
  fetch "${url%/v1}/metrics"
  expect_status 200
  wait_for serve.log '"status":200'
  expect "JSON lines" "$(sed '/^proxx: /d' serve.log | jq -r .path | sort -u | head -1)" /metrics
}
