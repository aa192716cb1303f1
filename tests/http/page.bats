#!/usr/bin/env bats
# The page at `/` and its data (proxx-serve(1)): who may ask, and what form they have.
load helpers

@test "the page and its data are there for this machine's names and the page's own Origin alone" {
  listening --mock --cors https://app.example
  contains "$(cat serve.log)" "page at $origin/"
  fetch "$url/chat/completions" -d "$HI"
  local path
  for path in / /index.html /proxx/requests /proxx/requests/1; do
    fetch "$origin$path"
    expect_status 200
    fetch "$origin$path" -H "origin: $origin"
    expect_status 200
    lacks "$head" access-control
    expect resource "$(header cross-origin-resource-policy)" same-origin
    for web in https://app.example https://evil.example null http://localhost; do
      fetch "$origin$path" -H "origin: $web"
      expect_status 403
      lacks "$head" access-control
    done
    fetch "$origin$path" -H 'host: evil.example'
    expect_status 403
    fetch -X PUT "$origin$path"
    expect_status 405
    contains "$(header allow)" GET
  done
  for path in requests requests/1 events recording convert; do
    fetch "$origin/proxx/$path" -H 'sec-fetch-site: cross-site'
    expect_status 403
    fetch "$origin/proxx/$path" -X OPTIONS -H 'origin: https://app.example' -H 'access-control-request-method: POST'
    expect_status 403
    lacks "$head" access-control
  done
  fetch "$origin/proxx/requests/2"
  expect_status 404
  fetch "$origin/proxx/nothing"
  expect_status 404
  fetch "$origin/"
  contains "$(header content-security-policy)" "default-src 'none'"
}

@test "the page's data need a key of the auth_file, the page itself does not" {
  echo client-one >keys
  chmod 600 keys
  listening --mock --auth-file keys
  fetch "$origin/"
  expect_status 200
  local path
  for path in requests requests/1 events; do
    fetch "$origin/proxx/$path"
    expect_status 401
    fetch "$origin/proxx/$path" -H 'authorization: Bearer client-two'
    expect_status 401
  done
  for path in recording convert; do
    fetch "$origin/proxx/$path" -d '{"on":true}'
    expect_status 401
  done
  fetch "$origin/proxx/requests" -H 'authorization: Bearer client-one'
  expect_status 200
  expect recording "$(jq .recording <<<"$body")" false
}

@test "serve.page: false, and an address of the network, leave its paths out" {
  local path
  printf 'serve: {page: false}\n' >c.yaml
  start_serve --config c.yaml --mock
  origin=${url%/v1}
  lacks "$(cat serve.log)" "page at"
  for path in / /index.html /proxx/requests /proxx/requests/1 /proxx/events; do
    fetch "$origin$path"
    expect_status 404
  done
  fetch "$origin/proxx/convert" -d "$HI"
  expect_status 404
  kill "$serve_pid"
  listening --mock --host 0.0.0.0
  fetch "http://127.0.0.1:$port/"
  expect_status 404
}

@test "serve.page: true serves it at any address; serve.page_bodies records from the start" {
  printf 'serve: {page: true, page_bodies: true}\n' >c.yaml
  start_serve --config c.yaml --mock --host 0.0.0.0
  url=http://127.0.0.1:${url##*:}
  origin=${url%/v1}
  fetch "$origin/"
  expect_status 200
  fetch "$url/chat/completions" -d "$HI"
  fetch "$origin/proxx/requests/1"
  expect bodies "$(jq -r .bodies.request <<<"$body")" "$HI"
  contains "$(jq -r .bodies.upstream <<<"$body")" '"max_tokens":'
  contains "$(jq -r .bodies.answer <<<"$body")" '"chat.completion"'
  fetch "$origin/proxx/recording" -d '{"on":false}'
  fetch "$origin/proxx/requests/1"
  expect gone "$(jq 'has("bodies")' <<<"$body")" false
}

@test "the page's data have this form" {
  listening --mock
  fetch "$url/chat/completions" -d "{\"seed\":7,${HI#\{}" -H 'user-agent: tester' -H 'x-api-key: sk-ant-hush'
  fetch "$origin/proxx/requests"
  expect keys "$(jq -c keys <<<"$body")" '["minutes","models","open_streams","recording","requests","totals","version"]'
  expect total "$(jq -c '.totals | map(.cost |= type)' <<<"$body")" \
    '[{"model":"claude-sonnet-5-5","requests":1,"errors":0,"cost":"number","tokens":{"input":15,"output":17,"cached":0,"cache_write":0,"reasoning":0}}]'
  fetch "$origin/proxx/requests/1"
  lacks "$body" hush
  expect details "$(jq -cS '.cost |= type | .convert_ms = (.convert_ms | type) | .first_ms = (.first_ms | type) | .total_ms = (.total_ms | type)
    | .time_ms = (.time_ms | type) | (.notices[].reason |= type) | del(.answer_headers, .request_headers)' <<<"$body")" \
    '{"adjusted":0,"client":"tester","convert_ms":"number","cost":"number","dropped":1,"error":"","first_ms":"number","id":1,"method":"POST","model":"claude-sonnet-5-5","note":0,"notices":[{"kind":"dropped","path":"seed","reason":"string"}],"open":false,"path":"/v1/chat/completions","request_id":"req_mock_00000001","status":200,"stream":false,"time_ms":"number","tokens":{"cache_write":0,"cached":0,"input":15,"output":17,"reasoning":0},"total_ms":"number"}'
  contains "$(jq -r .request_headers <<<"$body")" 'x-api-key: [redacted]'
  fetch "$origin/proxx/convert" -d "{\"seed\":7,${HI#\{}"
  expect conversion "$(jq -cS '(.notices[].reason |= type) | del(.body)' <<<"$body")" \
    '{"model":"claude-sonnet-5-5","notices":[{"kind":"dropped","path":"seed","reason":"string"}],"stream":false}'
  expect converted "$(jq -r .body <<<"$body" | jq -c .messages)" '[{"role":"user","content":[{"type":"text","text":"hi"}]}]'
  fetch "$origin/proxx/convert" -d '{"model":"m","messages":[{"role":"user","content":7}]}'
  expect error "$(jq -c '.error.message |= type' <<<"$body")" '{"error":{"message":"string","param":"messages[0].content"}}'
  fetch "$origin/proxx/recording" -d '{"on":true}'
  expect recording "$body" '{"recording":true}'
  fetch "$origin/proxx/recording" -d '{"on":1}'
  expect_status 400
}

@test "a relayed call is a row with the tokens that passed, streamed or not" {
  listening --mock
  local message='"model":"claude-sonnet-5-5","max_tokens":9,"messages":[{"role":"user","content":"[[mock:cached]] hi"}]'
  fetch "$url/messages" -d "{$message}"
  fetch "$url/messages" -d "{\"stream\":true,$message}"
  fetch "$origin/proxx/requests"
  local tokens='{"input":1012,"output":17,"cached":900,"cache_write":100,"reasoning":0}'
  expect rows "$(jq -c '[.requests[] | {path, stream, open, tokens}] | unique' <<<"$body")" \
    "[{\"path\":\"/v1/messages\",\"stream\":false,\"open\":false,\"tokens\":$tokens},{\"path\":\"/v1/messages\",\"stream\":true,\"open\":false,\"tokens\":$tokens}]"
  expect total "$(jq -c '.totals[0].requests' <<<"$body")" 2
  contains "$(cat serve.log)" ' in=1012 out=17 '
}

@test "a stream that is under way is an open row, and events tell when it ends" {
  listening --mock
  curl -sN --max-time 20 "$origin/proxx/events" >events 3>&- &
  children+=("$!")
  wait_for events snapshot
  local slow=${HI/hi/[[mock:slow]]} client
  curl -sN "$url/chat/completions" -d "{\"stream\":true,${slow#\{}" >answer 3>&- &
  client=$!
  children+=("$client")
  wait_for events '"open":true,"stream":true,"status":200'
  fetch "$origin/proxx/requests"
  expect open "$(jq -c '[.open_streams, (.requests[0] | .open, .model, has("first_ms"), has("tokens"))]' <<<"$body")" \
    '[1,true,"claude-sonnet-5-5",true,false]'
  kill "$client"
  wait_for events '"open":false,"stream":true,"status":499'
  wait_for events 'event: state'
}
