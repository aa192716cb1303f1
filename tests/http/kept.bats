#!/usr/bin/env bats
# Kept upstream connections (faults.md U51, X1).
load helpers

@test "X1: what comes late on a kept connection is no other client's answer" {
  local what
  for what in answer 408 newline end; do
    start_late "$what"
    listening --upstream-url "$late_url"
    fetch -H 'x-api-key: sk-alice-0123' "$url/chat/completions" -d "${HI/hi/first}"
    expect "$what: the first" "$status_code $(jq -r '.choices[0].message.content' <<<"$body")" "200 sk-alice-0123 first"
    say_late
    fetch -H 'x-api-key: sk-bob-45678' "$url/chat/completions" -d "${HI/hi/second}"
    expect "$what: the second" "$status_code $(jq -r '.choices[0].message.content' <<<"$body")" "200 sk-bob-45678 second"
    expect "$what: requests" "$(grep -c asked late.log)" 2
    kill "$serve_pid"
  done
}

@test "X1: the same on the relay" {
  start_late answer
  listening --upstream-url "$late_url"
  fetch -H 'x-api-key: sk-alice-0123' "$url/messages" -d "${HI/hi/first}"
  say_late
  fetch -H 'x-api-key: sk-bob-45678' "$url/messages" -d "${HI/hi/second}"
  expect "the second" "$status_code $(jq -r '.content[0].text' <<<"$body")" "200 sk-bob-45678 second"
}
