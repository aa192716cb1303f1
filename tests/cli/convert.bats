#!/usr/bin/env bats
# proxx convert: the core as a filter (proxx(1)).
load helpers

MESSAGE='{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}}'

stream() {
  printf 'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":3,"output_tokens":1}}}\n\n'
  printf 'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'
  printf 'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}\n\n'
  printf 'data: {"type":"content_block_stop","index":0}\n\n'
  printf 'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}\n\n'
  printf 'data: {"type":"message_stop"}\n\n'
}

@test "a request" {
  split "$PROXX" convert request <<<"$HI"
  expect_code 0
  expect content "$(jq -c '.messages[0]' <<<"$out")" '{"role":"user","content":[{"type":"text","text":"hi"}]}'
  split "$PROXX" convert request -m claude-opus-5-5 --strict <<<'{"seed":1,"messages":[{"role":"user","content":"hi"}]}'
  expect_code 3
  expect param "$(jq -r .error.param <<<"$out")" seed
}

@test "the configuration counts: aliases, model rows, conversion settings; -c none does without" {
  cat >c.yaml <<'YAML'
model: house
models: {gpt-*: house, house: {id: claude-haiku-4-5, max_tokens: 77}}
prompt_cache: auto
convert: {reasoning: []}
YAML
  split "$PROXX" convert request -c c.yaml <<<'{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}'
  expect_code 0
  expect model "$(jq -c '[.model,.max_tokens]' <<<"$out")" '["claude-haiku-4-5",77]'
  contains "$out" cache_control
  export PROXX_CONFIG=$PWD/c.yaml
  split "$PROXX" convert request <<<'{"messages":[{"role":"user","content":"hi"}]}'
  expect model "$(jq -c '[.model,.max_tokens]' <<<"$out")" '["claude-haiku-4-5",77]'
  split "$PROXX" convert request -c none <<<'{"messages":[{"role":"user","content":"hi"}]}'
  expect model "$(jq -r .model <<<"$out")" claude-sonnet-5-5
  local thinking='{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"a"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}}'
  split "$PROXX" convert response <<<"$thinking"
  expect reasoning "$(jq -r '.choices[0].message.reasoning_content' <<<"$out")" null
  split "$PROXX" convert response -c none <<<"$thinking"
  expect reasoning "$(jq -r '.choices[0].message.reasoning_content' <<<"$out")" hm
  echo 'retri: 1' >bad.yaml
  split "$PROXX" convert request -c bad.yaml <<<"$HI"
  expect_code 2
  contains "$err" "bad.yaml:1:1"
}

@test "echo_model counts with --request" {
  echo 'convert: {echo_model: true}' >c.yaml
  echo '{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}' >request.json
  split "$PROXX" convert response -c c.yaml --request request.json <<<"$MESSAGE"
  expect model "$(jq -r .model <<<"$out")" gpt-4o
}

@test "a response, with created by flag" {
  split "$PROXX" convert response --created 1700000000 <<<"$MESSAGE"
  expect_code 0
  expect id "$(jq -r .id <<<"$out")" chatcmpl-1
  expect created "$(jq -r .created <<<"$out")" 1700000000
  expect tokens "$(jq -r .usage.total_tokens <<<"$out")" 5
}

@test "a stream, with and without usage, whole and byte by byte" {
  stream >stream.sse
  split "$PROXX" convert stream --created 1 --include-usage true stream.sse
  expect_code 0
  contains "$out" '"choices":[],"usage":{'
  local whole=$out
  split bash -c "while IFS= read -r -n 1 -d '' c; do printf '%s' \"\$c\"; done <stream.sse | '$PROXX' convert stream --created 1 --include-usage true"
  expect "byte by byte" "$out" "$whole"
  split "$PROXX" convert stream --created 1 stream.sse
  lacks "$out" '"usage"'
  expect "last line" "$(tail -n 1 <<<"$out")" "data: [DONE]"
}

@test "bad input: 3 for a document, 5 for a malformed stream, 10 for a cut one" {
  split "$PROXX" convert response <<<'{"type":'
  expect_code 3
  split "$PROXX" convert request <<<'nonsense'
  expect_code 3
  split "$PROXX" convert stream <<<$'data: {"type":\n\n'
  expect_code 5
  stream | head -n 8 >cut.sse
  split "$PROXX" convert stream cut.sse
  expect_code 10
  lacks "$out" "[DONE]"
  contains "$out" upstream_stream_truncated
}

@test "--request gives the answer the shape that was asked for" {
  echo '{"messages":[{"role":"user","content":"hi"}],"functions":[{"name":"f","parameters":{"type":"object","properties":{}}}]}' >legacy.json
  split "$PROXX" convert response --request legacy.json <<<'{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"toolu_1","name":"f","input":{"a":1}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}'
  expect_code 0
  expect call "$(jq -c '.choices[0].message.function_call' <<<"$out")" '{"name":"f","arguments":"{\"a\":1}"}'
  expect finish "$(jq -r '.choices[0].finish_reason' <<<"$out")" function_call
}

@test "a forced call that came as text is a call, in both forms and through the mock" {
  echo '{"model":"claude-sonnet-5-5","tool_choice":"required","tools":[{"type":"function","function":{"name":"say","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}}],"messages":[{"role":"user","content":"hi"}]}' >forced.json
  sed 's/"hello"/"{\\"a\\":\\"b\\"}"/' <<<"$MESSAGE" >forced.txt
  split "$PROXX" convert response --request forced.json forced.txt
  expect_code 0
  expect call "$(jq -c '.choices[0].message | [.content, .tool_calls[0].function]' <<<"$out")" '[null,{"name":"say","arguments":"{\"a\":\"b\"}"}]'
  expect finish "$(jq -r '.choices[0].finish_reason' <<<"$out")" tool_calls
  local id
  id=$(jq -r '.choices[0].message.tool_calls[0].id' <<<"$out")
  contains "$id" toolu_
  stream | sed 's/"text":"hello"/"text":"{}"/' >forced.sse
  split "$PROXX" convert stream --request forced.json forced.sse
  expect_code 0
  expect "same id" "$(grep -o 'toolu_[0-9a-f]*' <<<"$out")" "$id"
  lacks "$out" '"content":"{'
  contains "$out" '"finish_reason":"tool_calls"'
  split "$PROXX" --mock forced.json
  expect_code 0
  contains "$err" "adjusted tool_choice"
  expect "mock's call" "$(jq -r '.choices[0].message.tool_calls[0].function.name' <<<"$out")" say
  # A model that can be forced has real calls; its text is text.
  sed -i s/claude-sonnet-5-5/claude-haiku-4-5/ forced.json
  split "$PROXX" convert stream --request forced.json forced.sse
  contains "$out" '"content":"{}"'
}

@test "--api completions" {
  split "$PROXX" convert request --api completions <<<'{"model":"claude-haiku-4-5","prompt":"hi","max_tokens":3}'
  expect_code 0
  expect turn "$(jq -c .messages <<<"$out")" '[{"role":"user","content":[{"type":"text","text":"hi"}]}]'
  split "$PROXX" convert response --api completions --created 1 <<<"$MESSAGE"
  expect_code 0
  expect object "$(jq -c '[.id, .object, .choices[0].text]' <<<"$out")" '["cmpl-1","text_completion","hello"]'
  stream >stream.sse
  split "$PROXX" convert stream --api completions stream.sse
  contains "$out" '"choices":[{"text":"hello",'
  expect "last line" "$(tail -n 1 <<<"$out")" "data: [DONE]"
  split "$PROXX" convert request --api nonsense <<<'{}'
  expect_code 2
}

@test "the kind is required, and a wrong one is exit 2" {
  split "$PROXX" convert <<<"$HI"
  expect_code 2
  split "$PROXX" convert answer <<<"$HI"
  expect_code 2
}

@test "a terminal or a closed stdin without FILE: usage, not a wait" {
  local kind
  for kind in request response stream; do
    split script -qec "$PROXX convert $kind" /dev/null </dev/null
    contains "$out" "nothing to convert: give a FILE or pipe it in"
    code=0
    "$PROXX" convert "$kind" <&- 2>err || code=$?
    expect "$kind, closed" "$code" 2
  done
}

@test "A30: ten million elements in 30 MiB: taken in under two seconds and 20 times their size" {
  plain_build
  python3 - <<'PY'
many = "[" + "1," * 9_999_999 + "10000000]"
head = '{"model":"claude-sonnet-5-5","messages":[{"role":"user","content":"hi"}],'
with open("dropped.json", "w") as file:
    file.write(head + '"unknown":' + many + " " * 10_000_000 + "}")
with open("carried.json", "w") as file:
    file.write(head + '"tools":[{"type":"function","function":{"name":"f","parameters":{"enum":' + many + "}}}]}")
PY
  local file
  for file in dropped carried; do
    python3 - "$PROXX" convert request "$file.json" >figures <<'PY'
import os, resource, subprocess, sys
with open("out.json", "wb") as out:
    done = subprocess.run(sys.argv[1:], stdout=out)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.returncode, round(used.ru_utime * 1000), used.ru_maxrss * 1024 // os.path.getsize(sys.argv[4]))
PY
    read -r code cpu_ms times <figures
    echo "$file: exit $code, $cpu_ms ms, $times times the input"
    expect code "$code" 0
    [ "$times" -le 20 ]
    # A build without optimization may take five times as long.
    [ "$cpu_ms" -le 10000 ]
  done
  grep -q ',1,10000000]' out.json
}
