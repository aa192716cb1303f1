#!/usr/bin/env bats
# Help and what is said of a mistyped line, for every command.
load helpers

COMMANDS='ask batch bridge convert serve mock models config'
SCREEN_LINES=42
SCREEN_COLUMNS=100

# help_of COMMAND: its help; the default command's is `send`.
help_of() {
  "$PROXX" "$1" --help
}
example_of() { help_of "$1" | sed -n '/^Example:/,$p' | tail -n +2; }

# run_example COMMAND: as a user would paste it, with the mock as the upstream.
run_example() {
  mkdir -p bin
  ln -sf "$PROXX" bin/proxx
  echo 'upstream_url: mock' >mock.yaml
  code=0
  PATH=$PWD/bin:$PATH PROXX_CONFIG=$PWD/mock.yaml bash -euo pipefail -c "$(example_of "$1")" >out 2>err </dev/null || code=$?
  out=$(cat out) err=$(cat err)
}

@test "every help fits a screen, says how to call the command, and ends with an example" {
  local command
  for command in send $COMMANDS; do
    help_of "$command" >help
    [ "$(wc -l <help)" -le $SCREEN_LINES ] || { echo "$command: $(wc -l <help) lines" >&2; return 1; }
    [ "$(wc -L <help)" -le $SCREEN_COLUMNS ] || { echo "$command: $(wc -L <help) columns" >&2; return 1; }
    contains "$(cat help)" "Usage: proxx"
    [ -n "$(example_of "$command")" ]
    contains "$(example_of "$command")" "proxx"
  done
}

@test "help names each command's own defaults" {
  contains "$(help_of ask)" "(text)"
  contains "$(help_of send)" "(auto)"
  contains "$(help_of batch)" "(json)"
  contains "$(help_of ask)" "($("$PROXX" ask -n hi </dev/null | jq -r .model))"
  contains "$(help_of ask)" "the default included, have no temperature"
  split "$PROXX" ask -n -t 0.5 hi </dev/null
  contains "$err" "dropped --temperature"
}

@test "what many flags share is grouped" {
  local command
  for command in send ask batch bridge serve; do
    [ "$(help_of "$command" | grep -c '^[A-Z][a-z]*:$')" -ge 3 ] || { help_of "$command" >&2; return 1; }
  done
}

@test "the examples work: the default command, ask, bridge, models, config" {
  git() { echo '+int i;'; }
  export -f git
  local command
  for command in send ask bridge models config; do
    run_example "$command"
    expect_code 0
    [ -n "$out" ] || { echo "$command printed nothing" >&2; return 1; }
  done
}

@test "the examples work: batch, convert" {
  printf '{"custom_id":"%s","body":{"messages":[{"role":"user","content":"hi"}]}}\n' a b >in.jsonl
  run_example batch
  expect_code 0
  expect results "$(wc -l <out.jsonl)" 2
  echo "$HI" >req.json
  run_example convert
  expect_code 0
  contains "$out" '"role": "user"'
}

@test "the examples work: serve, mock" {
  mkdir bin
  ln -s "$PROXX" bin/proxx
  local command
  for command in serve mock; do
    # shellcheck disable=SC2046  # words
    PATH=$PWD/bin:$PATH command $(example_of "$command") 2>"$command.log" 3>&- &
    children+=($!)
    wait_for "$command.log" "listening on http://127.0.0.1:"
  done
}

@test "a mistyped flag gets the nearest one, in every command" {
  local command args
  for command in send $COMMANDS; do
    args=("$command")
    [ "$command" != send ] || args=()
    [ "$command" != convert ] || args+=(request)
    split "$PROXX" "${args[@]}" --colour never
    expect_code 2
    expect "$command" "$err" "proxx: unknown option '--colour' (did you mean '--color'?)"
    expect stdout "$out" ""
  done
  split "$PROXX" batch --resum
  contains "$err" "did you mean '--resume'?"
  split "$PROXX" serve --prot=1
  contains "$err" "did you mean '--port'?"
}

@test "a mistyped command gets the nearest one, wherever it stands" {
  split "$PROXX" serv
  expect_code 2
  expect stderr "$err" "proxx: unknown command 'serv' (did you mean 'serve'?)"
  split "$PROXX" --mock serv --port 0 now
  expect_code 2
  expect stderr "$err" "proxx: unknown command 'serv' (did you mean 'serve'?)"
  split "$PROXX" xyzzy
  expect_code 2
  expect stderr "$err" "proxx: unknown command 'xyzzy'; see proxx --help; for a prompt in words: proxx ask xyzzy"
}

@test "a mistyped choice gets the list of them" {
  split "$PROXX" -F jsn <<<"$HI"
  expect_code 2
  contains "$err" json
  split "$PROXX" convert reqest
  expect_code 2
  contains "$err" request
}

@test "a command after options is refused, and the nearest one is named" {
  split "$PROXX" --mock ask hi
  expect_code 2
  expect stderr "$err" "proxx: the command 'ask' must come before the options"
  expect stdout "$out" ""
  split "$PROXX" -v bacth
  expect_code 2
  expect stderr "$err" "proxx: unknown command 'bacth' (did you mean 'batch'?)"
  # An option's value that equals a command's name is not a command.
  split "$PROXX" --mock -m models <<<"$HI"
  lacks "$err" "must come before"
}

@test "proxx help is the overview, proxx help COMMAND that command's help" {
  local command
  expect "no command" "$("$PROXX" help)" "$("$PROXX" --help)"
  expect "-h" "$("$PROXX" -h)" "$("$PROXX" --help)"
  for command in send $COMMANDS; do
    expect "$command" "$("$PROXX" help "$command")" "$("$PROXX" "$command" --help)"
    contains "$("$PROXX" --help)" "  $command "
  done
  [ "$("$PROXX" --help | wc -l)" -le 24 ]
  split "$PROXX" help serv
  expect_code 2
  expect stderr "$err" "proxx: unknown command 'serv' (did you mean 'serve'?)"
}

@test "send is the default command by its name" {
  split "$PROXX" send --mock <<<"$HI"
  expect_code 0
  contains "$out" '"chat.completion"'
}
