#!/usr/bin/env bats
# Responses that clients refer to, and counting their tokens (docs/mapping-responses.md 4.9, 4.11).
load helpers

# respond BODY [CURL-ARGUMENTS]
respond() { fetch "$url/responses" -d "$1" "${@:2}"; }
id_of() { jq -r .id <<<"$body"; }
# streamed_id: of the stream in $body.
streamed_id() { sed -n 's/^data: //p' <<<"$body" | jq -r 'select(.type=="response.completed").response.id'; }
going_on() { printf '{"previous_response_id":"%s","input":"%s"%s}' "$1" "$2" "${3:-}"; }

# serving YAML: with these keys of `serve:`.
serving() {
  printf 'port: 0\nserve: {%s}\n' "$1" >serve.yaml
  rm -f serve.log
  start_serve -c serve.yaml --mock
  origin=${url%/v1}
}

@test "a response goes on by previous_response_id, streamed and not" {
  listening --mock
  respond '{"input":"one"}'
  expect_status 200
  expect store "$(jq .store <<<"$body")" true
  local first tokens
  first=$(id_of)
  tokens=$(jq .usage.input_tokens <<<"$body")
  respond "$(going_on "$first" two ',"stream":true')" -N
  expect_status 200
  local second
  second=$(streamed_id)
  respond "$(going_on "$second" three)"
  expect_status 200
  expect previous "$(jq -r .previous_response_id <<<"$body")" "$second"
  # All three turns went upstream.
  [ "$(jq .usage.input_tokens <<<"$body")" -gt $((2 * tokens)) ]
  # The first can go on another way.
  respond "$(going_on "$first" other)"
  expect_status 200
}

@test "an item_reference is the item, also of a tool call" {
  listening --mock
  respond '{"input":"get_weather please","tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}],"tool_choice":"required"}'
  expect_status 200
  local call call_id
  call=$(jq -r '.output[]|select(.type=="function_call").id' <<<"$body")
  call_id=$(jq -r '.output[]|select(.type=="function_call").call_id' <<<"$body")
  respond "{\"input\":[{\"role\":\"user\",\"content\":\"get_weather please\"},{\"type\":\"item_reference\",\"id\":\"$call\"},{\"type\":\"function_call_output\",\"call_id\":\"$call_id\",\"output\":\"rain\"}]}"
  expect_status 200
  contains "$(jq -r '.output[].content[].text' <<<"$body")" rain
}

@test "another key, store:false, a failed answer and an unknown id find nothing" {
  listening --mock
  respond '{"input":"one"}' -H 'authorization: Bearer sk-one'
  local first
  first=$(id_of)
  respond "$(going_on "$first" two)" -H 'authorization: Bearer sk-one'
  expect_status 200
  respond "$(going_on "$first" two)" -H 'x-api-key: sk-one'
  expect_status 200
  respond "$(going_on "$first" two)" -H 'authorization: Bearer sk-two'
  expect_status 400
  expect code "$(error_of code)" previous_response_not_found
  expect param "$(error_of param)" previous_response_id
  respond "$(going_on "$first" two)"
  expect_status 400
  respond '{"input":"one","store":false}'
  expect store "$(jq .store <<<"$body")" false
  respond "$(going_on "$(id_of)" two)"
  expect_status 400
  respond '{"input":"[[mock:error-mid-stream]]","stream":true}' -N
  local failed
  failed=$(sed -n 's/^data: //p' <<<"$body" | jq -r 'select(.type=="response.created").response.id')
  respond "$(going_on "$failed" two)"
  expect_status 400
  respond '{"input":[{"role":"user","content":"x"},{"type":"item_reference","id":"msg_none_0"}]}'
  expect_status 400
  expect param "$(error_of param)" 'input[1]'
}

@test "client_key: ignore and auth_file keep clients apart all the same" {
  printf 'sk-a\nsk-b\n' >clients
  serving 'auth_file: clients'
  respond '{"input":"one"}' -H 'authorization: Bearer sk-a'
  local first
  first=$(id_of)
  respond "$(going_on "$first" two)" -H 'authorization: Bearer sk-b'
  expect_status 400
  respond "$(going_on "$first" two)" -H 'authorization: Bearer sk-a'
  expect_status 200
  kill "$serve_pid"
  serving 'client_key: ignore'
  respond '{"input":"one"}' -H 'authorization: Basic eDp5'
  first=$(id_of)
  respond "$(going_on "$first" two)" -H 'authorization: Basic eDp6'
  expect_status 400
  respond "$(going_on "$first" two)" -H 'authorization: Basic eDp5'
  expect_status 200
}

@test "serve.remember bounds it, 0 turns it off, SIGHUP changes it; metrics tell" {
  serving 'remember: 64KiB, metrics: true'
  local big first i
  big=$(head -c 20000 /dev/zero | tr '\0' x)
  respond '{"input":"first"}'
  first=$(id_of)
  for i in 1 2 3; do respond "{\"input\":\"$i $big\"}"; done
  respond "$(going_on "$first" two)"
  expect_status 400
  fetch "$origin/metrics"
  local bytes
  bytes=$(sed -n 's/^proxx_remembered_bytes //p' <<<"$body")
  [ "$bytes" -gt 20000 ] && [ "$bytes" -le 65536 ]
  contains "$body" "proxx_remembered_responses "
  respond '{"input":"last"}'
  first=$(id_of)
  sed -i 's/64KiB/0/' serve.yaml
  kill -HUP "$serve_pid"
  wait_for serve.log "were read again"
  respond "$(going_on "$first" two)"
  expect_status 400
  contains "$(error_of message)" "keeps no responses"
  respond '{"input":"x","store":true}'
  expect store "$(jq .store <<<"$body")" false
  expect dropped "$(header x-proxx-dropped)" store
  fetch "$origin/metrics"
  contains "$body" "proxx_remembered_bytes 0"
}

@test "all loops share what is remembered" {
  serving 'threads: 4'
  respond '{"input":"one"}'
  local first i
  first=$(id_of)
  for i in 1 2 3 4 5 6 7 8; do
    respond "$(going_on "$first" two)" -H 'connection: close'
    expect_status 200
  done
}

@test "what is remembered is never on disk" {
  listening --mock
  respond '{"input":"xyzzy-secret"}'
  expect_status 200
  rm -f body.raw head.raw
  [ -z "$(grep -rl xyzzy-secret . || true)" ]
  local fd
  for fd in /proc/"$serve_pid"/fd/*; do
    lacks "$(readlink "$fd")" /tmp/proxx
  done
}

@test "a response is not given out again, and its other endpoints say what to do" {
  listening --mock
  respond '{"input":"one"}'
  local first
  first=$(id_of)
  for method in GET DELETE; do
    fetch -X "$method" "$url/responses/$first"
    expect_status 404
    contains "$(error_of message)" "POST /v1/responses"
  done
  fetch "$url/responses/$first/input_items"
  expect_status 404
  fetch -X POST "$url/responses/compact" -d '{}'
  expect_status 404
  fetch "$url/responses"
  expect_status 405
  expect allow "$(header allow)" POST
}

@test "POST /v1/responses/input_tokens counts what would be sent" {
  listening --mock
  fetch "$url/responses/input_tokens" -d '{"input":"one two three","tools":[{"type":"file_search"}]}'
  expect_status 200
  expect keys "$(jq -c keys_unsorted <<<"$body")" '["object","input_tokens"]'
  expect object "$(jq -r .object <<<"$body")" response.input_tokens
  expect dropped "$(header x-proxx-dropped)" 'tools[0]'
  local short
  short=$(jq .input_tokens <<<"$body")
  respond '{"input":"one two three"}'
  expect "as the answer says" "$(jq .usage.input_tokens <<<"$body")" "$short"
  # With what it refers to.
  fetch "$url/responses/input_tokens" -d "$(going_on "$(id_of)" four)"
  expect_status 200
  [ "$(jq .input_tokens <<<"$body")" -gt "$short" ]
  fetch "$url/responses/input_tokens" -d '{"input":"x","stream":true,"max_output_tokens":5,"temperature":1,"user":"me"}'
  expect_status 200
  fetch "$url/responses/input_tokens" -d '{"input":[{"type":"nonsense"}]}'
  expect_status 400
  expect param "$(error_of param)" 'input[0].type'
  fetch "$url/responses/input_tokens"
  expect_status 405
}
