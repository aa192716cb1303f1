#!/usr/bin/env bats
# proxx models: the built-in table, and the upstream's list.
load helpers

@test "the table and its aliases; --json as GET /v1/models answers" {
  echo 'models: {gpt-4o: claude-sonnet-5-5}' >aliases.yaml
  split "$PROXX" models -c aliases.yaml
  expect_code 0
  contains "$out" "claude-sonnet-5-5"
  contains "$out" "alias of claude-sonnet-5-5"
  split "$PROXX" models -c aliases.yaml --json
  expect object "$(jq -r .object <<<"$out")" list
  expect alias "$(jq -r '[.data[].id] | index("gpt-4o") != null' <<<"$out")" true
}

@test "an alias with * is shown by models and config, and sends what it stands for" {
  printf '%s\n' 'models: {gpt-*: claude-sonnet-5-5, gpt-4o*: claude-haiku-4-5}' >aliases.yaml
  split "$PROXX" models -c aliases.yaml
  expect_code 0
  [[ $out =~ gpt-\*\ +alias\ of\ claude-sonnet-5-5 ]]
  split "$PROXX" config -c aliases.yaml
  contains "$out" '  "gpt-4o*": claude-haiku-4-5 '
  split "$PROXX" -n -c aliases.yaml <<<'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"x"}]}'
  expect_code 0
  expect model "$(jq -r .model <<<"$out")" claude-haiku-4-5
}

@test "a gateway's name of a model has its rules, goes as written and causes no notice" {
  local body='{"model":"us.anthropic.claude-haiku-4-5-20251001-v1:0","temperature":0.3,"messages":[{"role":"user","content":"x"}]}'
  split "$PROXX" -n <<<"$body"
  expect_code 0
  expect stderr "$err" ""
  expect request "$(jq -c '[.model,.max_tokens,.temperature]' <<<"$out")" \
    '["us.anthropic.claude-haiku-4-5-20251001-v1:0",64000,0.3]'
  split "$PROXX" -n -m 'anthropic/claude-haiku-4-5@20251001' <<<"$body"
  expect stderr "$err" ""
  expect request "$(jq -c '[.model,.max_tokens,.temperature]' <<<"$out")" \
    '["anthropic/claude-haiku-4-5@20251001",64000,0.3]'
}

@test "--remote asks the upstream, with its key" {
  split "$PROXX" models --remote --mock
  expect_code 0
  contains "$out" "claude-sonnet-5-5"
  split "$PROXX" models --remote --mock --json
  expect owners "$(jq -r '[.data[].owned_by] | unique[]' <<<"$out")" anthropic
  [ "$(jq -r '.data | map(select(.id == "claude-sonnet-5-5"))[0].created' <<<"$out")" -gt 0 ]
}

@test "--remote: no key is exit 8, no upstream exit 6" {
  split "$PROXX" models --remote
  expect_code 8
  contains "$err" ANTHROPIC_API_KEY
  ANTHROPIC_API_KEY=k split "$PROXX" models --remote --upstream-url http://127.0.0.1:1
  expect_code 6
  expect stdout "$out" ""
}

# A model that no table knows, and takes neither adaptive thinking nor effort, nor 128000 tokens.
UNKNOWN='{"model":"claude-mock-small","reasoning_effort":"high","messages":[{"role":"user","content":"hi"}]}'

# from_upstream [YAML]: the configuration says `models_from: upstream`.
from_upstream() {
  printf '%s\n' 'models_from: upstream' "$@" >upstream.yaml
  export PROXX_CONFIG=$PWD/upstream.yaml
}

@test "models_from: upstream: what no table knows is converted by what the upstream says of it" {
  split "$PROXX" --mock <<<"$UNKNOWN"
  expect_code 4
  from_upstream
  split "$PROXX" --mock <<<"$UNKNOWN"
  expect_code 0
  expect stderr "$err" ""
  expect model "$(jq -r .model <<<"$out")" claude-mock-small
  split "$PROXX" ask --mock -m claude-mock-small -r high hi </dev/null
  expect_code 0
  printf '{"custom_id":"a","body":%s}\n' "$UNKNOWN" >in.jsonl
  split "$PROXX" batch --mock in.jsonl
  expect_code 0
  split "$PROXX" bridge --mock <<<"{\"id\":1,\"body\":$UNKNOWN}"
  expect_code 0
  contains "$out" '"response":'
}

@test "models_from: upstream: one question a run, before the first request, which is no recording" {
  from_upstream
  printf '{"custom_id":"%s","body":{"messages":[{"role":"user","content":"hi"}]}}\n' a b c >in.jsonl
  split "$PROXX" batch -v --mock --record tape in.jsonl
  expect_code 0
  expect first "$(grep '^> [A-Z]* /' <<<"$err" | head -n 1)" "> GET /v1/models?limit=1000 HTTP/1.1"
  expect requests "$(grep -c '^> GET /v1/models' <<<"$err")" 1
  expect recordings "$(ls tape | wc -l)" 3
}

@test "models_from: upstream: what the configuration says stands on top" {
  from_upstream 'models: {small: {id: claude-mock-small, max_tokens: 77}}'
  printf '{"custom_id":"a","body":{"model":"small","messages":[{"role":"user","content":"hi"}]}}\n' >in.jsonl
  split "$PROXX" batch -vv --mock in.jsonl
  expect_code 0
  contains "$err" '"max_tokens":77'
  contains "$err" '"model":"claude-mock-small"'
}

@test "models_from: upstream: a dry run asks nobody and says so; -q does not" {
  from_upstream
  split "$PROXX" -n <<<"$UNKNOWN"
  expect_code 0
  contains "$err" "models_from: upstream: a dry run asks nobody; the built-in table is used"
  contains "$out" '"max_tokens":128000'
  split "$PROXX" -n -q <<<"$UNKNOWN"
  expect stderr "$err" ""
  split "$PROXX" batch -n <<<'{"messages":[{"role":"user","content":"hi"}]}'
  expect_code 0
  contains "$err" "a dry run asks nobody"
  split "$PROXX" <<<"$UNKNOWN"
  expect_code 8
}

@test "models_from: upstream: an upstream that has no list is no reason to fail" {
  from_upstream
  json_answer 404 '{"type":"error","error":{"type":"not_found_error","message":"no \u001b[2J list"}}' >no-list
  json_answer 200 '{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"yes"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}' >answer
  start_upstream raw answer no-list
  ANTHROPIC_API_KEY=k split "$PROXX" --upstream-url "$upstream_url" <<<"$HI"
  expect_code 0
  contains "$out" '"content":"yes"'
  contains "$err" 'proxx: models_from: upstream: no \x1b[2J list; the built-in table is used'
}

@test "models_from: upstream: serve lists what the upstream lists, and the aliases" {
  from_upstream 'models: {gpt-4o: claude-mock-small}'
  start_serve --mock
  local list
  list=$(curl -fsS "$url/models")
  expect new "$(jq -r '[.data[].id] | (index("claude-mock-small") != null) and (index("gpt-4o") != null)' <<<"$list")" true
  expect created "$(jq '.data[] | select(.id == "gpt-4o").created' <<<"$list")" 1795219200
  contains "$(curl -fsS "$url/models/gpt-4o")" '"id":"gpt-4o"'
  split curl -sS -o answer -w '%{http_code}' "$url/models/gpt-5"
  expect status "$out" 404
  contains "$(curl -fsS "$url/chat/completions" -d "$UNKNOWN")" '"model":"claude-mock-small"'
  "$PROXX" models --remote --mock --json >remote.json
  expect "models --remote --json" "$(jq -c . remote.json)" "$(jq -c . <<<"$list")"
}

@test "models_from: upstream: serve without an upstream lists the table" {
  from_upstream
  ANTHROPIC_API_KEY=sk-hush-hush start_serve --upstream-url http://127.0.0.1:1
  contains "$(curl -fsS "$url/models")" '"id":"claude-opus-4-8"'
  contains "$(curl -fsS "$url/models")" '"id":"claude-opus-4-8"'
  expect lines "$(grep -c "could not be had (upstream_unreachable)" "$BATS_TEST_TMPDIR/serve.log")" 1
  lacks "$(cat "$BATS_TEST_TMPDIR/serve.log")" hush
}
