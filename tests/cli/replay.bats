#!/usr/bin/env bats
# --record DIR keeps exchanges, proxx mock --replay DIR answers with them again.
load helpers

# replay OPTIONS: a mock that answers from ./tape, and settings that reach it.
replay() {
  start_mock --replay "$PWD/tape" "$@"
  export ANTHROPIC_API_KEY=k PROXX_CONFIG=$PWD/replay.yaml
  echo "upstream_url: $mock_url" >replay.yaml
}
# same WHAT: ./first is ./again, but for the time of the answer and the port of the upstream.
same() { expect "$1" "$(sed -E 's/"created":[0-9]*|127.0.0.1:[0-9]+//g' again)" "$(sed -E 's/"created":[0-9]*|127.0.0.1:[0-9]+//g' first)"; }

@test "a stream and a document are answered again" {
  "$PROXX" --mock --record tape <<<"$HI_STREAM" >first
  "$PROXX" --mock --record tape <<<"$HI" >>first
  expect files "$(find tape -type f | sort | tr '\n' ' ')" \
    "tape/0001/meta.json tape/0001/output.sse tape/0001/request.json tape/0001/response.sse tape/0002/meta.json tape/0002/output.json tape/0002/request.json tape/0002/response.json "
  replay --delay 0
  "$PROXX" <<<"$HI_STREAM" >again
  "$PROXX" <<<"$HI" >>again
  same answers
}

@test "the order of a request's keys says nothing" {
  "$PROXX" --mock --record tape <<<"$HI" >first
  replay
  "$PROXX" <<<'{"messages":[{"content":"hi","role":"user"}],"model":"claude-sonnet-5-5"}' >again
  same answer
}

@test "a request that was not recorded: 404 with what there is" {
  "$PROXX" --mock --record tape <<<"$HI" >first
  replay
  split "$PROXX" ask something else </dev/null
  expect_code 4
  contains "$err" 'there are: 0001 claude-sonnet-5-5 "hi"'
}

@test "the same request twice: its answers in turn, the last again and again" {
  "$PROXX" --mock --record tape <<<"$HI" >/dev/null
  "$PROXX" --mock --record tape <<<"$HI" >/dev/null
  sed -i 's/Hello/HELLO/' tape/0002/response.json
  replay
  contains "$("$PROXX" <<<"$HI")" Hello
  contains "$("$PROXX" <<<"$HI")" HELLO
  contains "$("$PROXX" <<<"$HI")" HELLO
}

@test "errors, retries and broken streams are recorded as they came" {
  code=0
  "$PROXX" --mock --retry 0 --record tape <<<"$(ask_for error-529)" >first || code=$?
  expect "recorded" "$code" 5
  code=0
  "$PROXX" --mock --record tape <<<"$(ask_for reset-mid-stream true)" >>first || code=$?
  expect "recorded" "$code" 10
  replay
  code=0
  "$PROXX" --retry 0 <<<"$(ask_for error-529)" >again || code=$?
  expect "replayed" "$code" 5
  code=0
  "$PROXX" <<<"$(ask_for reset-mid-stream true)" >>again || code=$?
  expect "replayed" "$code" 10
  same "what was printed"
}

@test "what was printed is kept with the exchange, in every format" {
  local format
  for format in json sse text; do
    "$PROXX" --mock -F "$format" --record tape <<<"$HI" >"printed-$format"
  done
  cmp printed-json tape/0001/output.json
  cmp printed-sse tape/0002/output.sse
  [ -s tape/0003/output.txt ]
  expect text "$(cat tape/0003/output.txt)" "$(cat printed-text)"
}

@test "errors are kept as they were printed, with the last of the tries" {
  start_mock --script error-529
  export ANTHROPIC_API_KEY=k
  "$PROXX" --upstream-url "$mock_url" --retry 1 --record tape <<<"$HI" >printed || true
  [ ! -e tape/0001/output.json ]
  cmp printed tape/0002/output.json
  "$PROXX" --mock --retry 0 --record tape <<<"$(ask_for error-mid-stream true)" >printed || true
  cmp printed tape/0003/output.sse
  grep -q '"error"' tape/0003/output.sse
  lacks "$(cat tape/0003/output.sse)" "[DONE]"
  # What was never answered is no exchange.
  "$PROXX" --upstream-url http://127.0.0.1:1 --retry 0 --record tape <<<"$HI" >printed || true
  expect folders "$(ls tape | tr '\n' ' ')" "0001 0002 0003 "
}

@test "batch and bridge keep each answer beside its request" {
  printf '{"custom_id":"%s","body":{"messages":[{"role":"user","content":"%s"}]}}\n' a one b two c three |
    "$PROXX" batch --mock -j 3 --record tape >results
  local word
  for word in one two three; do
    contains "$(cat "$(dirname "$(grep -l "\"$word\"" tape/*/request.json)")/output.json")" "You said: $word"
  done
  echo '{"id":1,"body":{"stream":true,"messages":[{"role":"user","content":"four"}]}}' | "$PROXX" bridge --mock --record tape >lines
  expect chunks "$(sed -n 's/^data: {/{/p' tape/0004/output.sse | jq -c .)" "$(jq -c 'select(.chunk).chunk' lines)"
}

@test "S7: a key that the upstream sends back is masked in a recording, which still replays" {
  start_mock
  export ANTHROPIC_API_KEY=sk-ant-secret-0123456789
  "$PROXX" --upstream-url "$mock_url" --record tape <<<"${HI/hi/sk-ant-secret-0123456789}" >first
  expect secrets "$(grep -rl 0123456789 tape)" ""
  contains "$(cat tape/0001/output.json)" "You said: ************************"
  replay
  contains "$("$PROXX" <<<"${HI/hi/************************}")" '***'
}

@test "S7: no key is in a recording, and others cannot read it" {
  start_mock
  ANTHROPIC_API_KEY=sk-ant-secret-0123456789 "$PROXX" --upstream-url "$mock_url" -H 'X-Team: hush-hush' --record tape <<<"$HI" >first
  [ -s tape/0001/response.json ]
  expect secrets "$(grep -rlE '0123456789|hush-hush' tape)" ""
  expect modes "$(stat -c %a tape tape/0001 tape/0001/request.json | tr '\n' ' ')" "700 700 600 "
}

@test "ask, batch and bridge record too, side by side" {
  "$PROXX" ask --mock --record tape hi </dev/null >/dev/null
  printf '{"custom_id":"%s","body":{"messages":[{"role":"user","content":"%s"}]}}\n' a one b two c three |
    "$PROXX" batch --mock -j 3 --record tape >/dev/null
  echo '{"id":1,"body":{"messages":[{"role":"user","content":"four"}]}}' | "$PROXX" bridge --mock --record tape >/dev/null
  expect folders "$(ls tape | tr '\n' ' ')" "0001 0002 0003 0004 0005 "
}

@test "a replay keeps the pace it was recorded at" {
  "$PROXX" --mock --record tape <<<"$(ask_for slow true)" >first
  replay
  local begin=$EPOCHREALTIME
  "$PROXX" <<<"$(ask_for slow true)" >again
  same answer
  (( ${EPOCHREALTIME/./} - ${begin/./} > 300000 ))
}

@test "damaged and missing recordings are exit 2 and named" {
  local file
  split "$PROXX" mock --replay missing
  expect_code 2
  contains "$err" "missing: "
  mkdir none
  split "$PROXX" mock --replay none
  expect_code 2
  contains "$err" "none: no recording in it"
  "$PROXX" --mock --record tape <<<"$HI" >first
  echo more >>tape/0001/response.json
  split "$PROXX" mock --replay tape
  expect_code 2
  contains "$err" "tape/0001: "
  for file in response.json request.json; do
    rm -r tape
    "$PROXX" --mock --record tape <<<"$HI" >first
    rm "tape/0001/$file"
    split "$PROXX" mock --replay tape
    expect_code 2
    contains "$err" "tape/0001: a file of the recording is missing"
  done
  split "$PROXX" --mock --record missing/tape <<<"$HI"
  expect_code 2
  contains "$err" "--record: missing/tape: "
}
