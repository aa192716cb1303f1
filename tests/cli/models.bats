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
