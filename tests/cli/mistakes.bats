#!/usr/bin/env bats
# What is said of a mistake: what was wrong, what was expected, what to do.
load helpers

# told MESSAGE COMMAND...: exit 2, nothing on stdout, that line and no other on stderr.
told() {
  local want=$1
  shift
  split "$PROXX" "$@" </dev/null
  expect_code 2
  expect "stdout of $*" "$out" ""
  expect "stderr of $*" "$err" "proxx: $want"
}

@test "a number out of range or no number: the range and what was given" {
  told "--jobs: expected an integer from 1 to 1000, got '0'" batch --jobs 0
  told "--jobs: expected an integer from 1 to 1000, got 'x'" batch -j x
  told "--port: expected an integer from 0 to 65535, got '99999'" mock --port 99999
  told "--delay: expected an integer from 0 to 600000, got '-1'" mock --delay -1
  told "--port: expected an integer from 0 to 65535, got '99999'" serve --port 99999
  told "--temperature: expected a number from 0 to 2, got '7'" ask -t 7 hi
  told "--temperature: expected a number from 0 to 2, got 'nan'" ask -t nan hi
  told "--max-tokens: expected an integer from 1 up, got '0'" ask --max-tokens 0 hi
  told "--created: expected an integer from 0 up, got 'now'" convert response --created now
  told "--include-usage: expected true or false, got 'maybe'" convert stream --include-usage maybe
}

@test "a wrong choice: the choices and what was given" {
  local levels="none, minimal, low, medium, high, xhigh or max"
  told "--reasoning: expected $levels, got 'foo'" ask -r foo hi
  told "--format: expected auto, json, sse or text, got 'txt'" ask -F txt hi
  told "--api: expected chat, responses or completions, got 'nope'" convert request --api nope
  told "--color: expected auto, always or never, got 'red'" models --color red
  told "--log-level: expected error, warn, info or debug, got 'loud'" serve --log-level loud
  told "--log-format: expected text or json, got 'x'" serve --log-format x
  told "--upstream: expected anthropic, aws, google, bedrock, vertex or foundry, got 'x'" ask --upstream x hi
  told "--as: expected aws, google, bedrock, mantle, vertex or foundry, got 'x'" mock --as x
  told "--aws-key: expected ID:SECRET" mock --as bedrock --aws-key x
  told "--token needs --as" mock --token x
  told "--format: expected json or text, got 'sse'" batch -F sse
  told "convert what? request, response or stream" convert
  told "convert what? request, response or stream, got 'req.json'" convert req.json
}

@test "a value that is missing, one too many, and one for a flag that takes none" {
  told "--format needs a value: FORMAT" ask -F
  told "--schema needs a value: SCHEMA" ask --schema
  told "--model is given twice" ask -m opus --model haiku hi
  told "--config is given twice" ask -c none -c none hi
  told "--retry is given twice" ask --retry 1 --retry 2 hi
  told "--strict takes no value" ask --strict=no hi
  told "--stream takes no value" ask --stream=no hi
  split "$PROXX" --mock -v -v -q --stream --no-stream <<<"$HI"
  expect_code 0
}

@test "options that exclude or need each other" {
  told "--resume does not go with --dry-run" batch -n --resume in.jsonl
  told "--port does not go with --unix" serve --unix s --port 3
  told "--no-wait needs --half-price" batch --no-wait in.jsonl
}

@test "an option of one letter gets no suggestion: every other one is as near" {
  told "unknown option '-X'" ask -X hi
  told "unknown option '-Z'" -Z
}

@test "a prompt where a command belongs is told how to ask" {
  told "for a prompt in words: proxx ask 'why is the sky blue?'" 'why is the sky blue?'
  told "for a prompt in words: proxx ask 'it'\''s new'" "it's new"
  told "unknown command 'why'; see proxx --help; for a prompt in words: proxx ask why ..." why is it
  told "What is v1.0 of it: No such file or directory; for a prompt in words: proxx ask 'What is v1.0 of it'" 'What is v1.0 of it'
}

@test "input that is words, or many requests, is told whose it is" {
  split "$PROXX" --mock <<<'hello there'
  expect_code 3
  expect stderr "$err" "proxx: no JSON: for words use proxx ask"
  split "$PROXX" --mock <<<"$HI"$'\n\n'"$HI"
  expect_code 3
  expect stderr "$err" "proxx: more than one JSON object; many requests, one a line: proxx batch"
  contains "$out" '"invalid_request_error"'
  # What is JSON is left to the reader of requests, and braces at line ends are no second object.
  split "$PROXX" --mock <<<'true'
  lacks "$err" "proxx ask"
  split "$PROXX" --mock <<<$'{"messages":[{"role":"user","content":"{"}\n]}'
  expect_code 0
}

@test "ask speaks of its flags, a request of its fields" {
  printf '{"type":"object","properties":{"a":{"type":7}}}' >schema.json
  split "$PROXX" ask -n --strict --mock -m claude-opus-4-5 -t 1.5 hi
  expect_code 3
  contains "$err" "--temperature"
  lacks "$err" " temperature:"
  split "$PROXX" -n -m claude-opus-4-5 <<<'{"messages":[{"role":"user","content":"hi"}],"temperature":1.5}'
  contains "$err" "temperature"
  lacks "$err" "--temperature"
  split "$PROXX" ask -n -t 0.5 hi
  contains "$err" "proxx: dropped --temperature: "
}

@test "keys: how to do without, where one does not belong, and which one was refused" {
  split "$PROXX" ask hi </dev/null
  expect_code 8
  contains "$err" "; to try without one: --mock"
  local key
  for key in api_key ANTHROPIC_API_KEY token; do
    echo "$key: abc" >key.yaml
    told "key.yaml:1:1: unknown key '$key': keys are not kept here; api_key_file or api_key_command says where one is" ask -c key.yaml hi
  done
  start_mock --script error-401
  ANTHROPIC_API_KEY=abc split "$PROXX" ask --upstream-url "$mock_url" hi </dev/null
  expect_code 8
  contains "$err" " (401, from ANTHROPIC_API_KEY)"
  (umask 077 && echo abc >key)
  split "$PROXX" ask --upstream-url "$mock_url" --key-file key hi </dev/null
  contains "$err" " (401, from --key-file)"
  chmod 644 key
  split "$PROXX" ask --upstream-url "$mock_url" --key-file key hi </dev/null
  contains "$err" "proxx: key file key is open to other users: chmod 600 key"
}

@test "--resume without ids: the line that adds them works" {
  printf '%s\n' "$HI" "$HI" >in.jsonl
  told "$(printf '%s' "line 1: --resume needs a custom_id on every line; to add them: jq -c '{custom_id: \"line-\\(input_line_number)\", body: .}' IN.jsonl > OUT.jsonl")" batch --mock --resume -o out.jsonl in.jsonl
  (eval "$(sed 's/.*to add them: //; s/IN.jsonl/in.jsonl/; s/OUT.jsonl/ids.jsonl/' <<<"$err")")
  split "$PROXX" batch --mock --resume -o out.jsonl ids.jsonl
  expect_code 0
  expect ids "$(jq -r .custom_id out.jsonl | sort | tr '\n' ' ')" "line-1 line-2 "
}

@test "the first line to fail is named as such" {
  printf '%s\n' "$HI" '{' >in.jsonl
  split "$PROXX" batch --mock in.jsonl
  expect_code 11
  contains "$err" "proxx: 1 of 2 lines failed; first to fail: line 2: "
}

@test "serve beyond loopback: with a key it is told the way, the mock's key is nobody's secret" {
  ANTHROPIC_API_KEY=abc split timeout 5 "$PROXX" serve --host 0.0.0.0 --port 0
  expect_code 2
  contains "$err" "needs --auth-file FILE"
  "$PROXX" serve --mock --host 0.0.0.0 --port 0 2>serve.log 3>&- &
  children+=($!)
  wait_for serve.log "listening on http://0.0.0.0:"
}

@test "every option that takes one value is refused when it is given twice, in every command" {
  local command flag args value seen=0
  local -A values=([--format]=json [--color]=auto [--reasoning]=low [--api]=chat [--include-usage]=true)
  for command in send ask batch bridge convert serve mock models config; do
    args=("$command")
    [ "$command" != convert ] || args+=(request)
    # `-m,--model NAME` and `--cors ORIGIN`, but for those that may be repeated.
    for flag in $("$PROXX" "$command" --help | sed -nE "s/^  (-.,)?(--[a-z-]+) ([A-Z|]+|'N: V')( .*|$)/\2/p" | grep -vxE -- '--(header|attach|cors|allowed-host)'); do
      seen=$((seen + 1))
      value=${values[$flag]:-1}
      told "$flag is given twice" "${args[@]}" "$flag" "$value" "$flag" "$value"
    done
  done
  [ "$seen" -ge 80 ] || { echo "only $seen options" >&2; return 1; }
}

@test "every number is told its range and what was given, on every command that takes one" {
  local command
  for command in send 'ask hi' batch bridge; do
    # shellcheck disable=SC2086  # words
    told "--retry: expected an integer from 0 to 100, got '-1'" $command --retry -1
    told "--max-time: expected seconds from 0 to 604800, got 'soon'" $command --max-time soon
    told "--connect-timeout: expected seconds from 0 to 604800, got '-1'" $command --connect-timeout -1
    told "--idle-timeout: expected seconds from 0 to 604800, got 'x'" $command --idle-timeout x
  done
  told "--jobs: expected an integer from 1 to 1000, got '1001'" bridge --jobs 1001
  # As it is written, and not as C reads it.
  told "--max-tokens: expected an integer from 1 up, got '99999999999999999999'" ask --max-tokens 99999999999999999999 hi
  told "--jobs: expected an integer from 1 to 1000, got '010'" batch -j 010
  told "--jobs: expected an integer from 1 to 1000, got '0x10'" batch -j 0x10
  told "--max-connections: expected an integer from 1 to 1000000, got '0'" serve --max-connections 0
  told "--threads: expected an integer from 1 to 256, got '0'" serve --threads 0
  told "--drain: expected seconds from 0 to 604800, got '-1'" serve --drain -1
  told "--token-life: expected an integer from 0 to 86400, got 'x'" mock --token-life x
  told "--batch-time: expected an integer from 0 to 86400000, got 'x'" mock --batch-time x
}

@test "every file that is not there is named with the reason" {
  told "no.json: No such file or directory" no.json
  told "no.txt: No such file or directory" ask -f no.txt
  told "no.png: No such file or directory" ask -a no.png hi
  told "no.txt: No such file or directory" ask -s @no.txt hi
  told "no.json: No such file or directory" ask -J no.json hi
  told "no.jsonl: No such file or directory" batch --mock no.jsonl
  told "no.json: No such file or directory" convert request no.json
  told "no.json: No such file or directory" convert response --request no.json
  told "no.yaml: No such file or directory" ask -c no.yaml hi
  told "no.jsonl: No such file or directory" batch -n no.jsonl
  told "no.jsonl: No such file or directory" batch --half-price --mock -o out.jsonl no.jsonl
  told "auth_file no: No such file or directory" serve --auth-file no
  # Before an answer is paid for that could not be kept.
  split "$PROXX" ask --mock -C nowhere/talk.json hi </dev/null
  expect_code 1
  expect stderr "$err" "proxx: nowhere/talk.json: No such file or directory"
  expect stdout "$out" ""
  local command
  for command in send ask batch bridge serve; do
    split "$PROXX" $command --key-file no.key <<<"$HI"
    expect_code 2
    contains "$err" "no.key: No such file or directory"
    split "$PROXX" $command -H @no.txt <<<"$HI"
    expect_code 2
    contains "$err" "no.txt: No such file or directory"
  done
  told "no.sse: No such file or directory" mock --script no.sse
  told "no: No such file or directory" mock --replay no
}

@test "every command without anything to do says what it needs" {
  told "no prompt: give words, -f FILE or a pipe; see proxx ask --help" ask
  local command
  for command in '' batch bridge; do
    # shellcheck disable=SC2086  # none is no word
    split script -qec "'$PROXX' $command" /dev/null </dev/null
    expect_code 2
    contains "$out" "Usage: proxx"
    contains "$out" "All options: "
  done
  for command in models config bridge serve mock; do
    told "unexpected argument 'x'; see proxx $command --help" $command x
  done
  told "unexpected argument 'b.json'; see proxx send --help" --mock a.json b.json
  told "unexpected argument 'b.json'; see proxx batch --help" batch --mock a.json b.json
  split "$PROXX" help nosuch
  expect_code 2
  contains "$err" "unknown command 'nosuch'; see proxx --help"
}

@test "a mistyped command of two words names the command" {
  told "unknown command 'modles' (did you mean 'models'?)" modles --json
  told "unknown command 'hlep' (did you mean 'help'?)" hlep ask
  told "convert what? request, response or stream, got 'reqest'" convert reqest in.json
}

@test "a list, a request over several lines and words are no lines of a batch: what makes lines of them" {
  # fails FILE HINT
  fails() {
    split "$PROXX" batch --mock "$1"
    expect_code 11
    contains "$err" "first to fail: line 1: "
    contains "$err" "$2"
  }
  printf '[%s,%s]' "$HI" "$HI" >list.json
  fails list.json "; of a list: jq -c '.[]' FILE makes lines"
  jq . <<<"$HI" >pretty.json
  fails pretty.json "; each request on one line: jq -c . FILE"
  echo 'why is the sky blue' >words.txt
  fails words.txt "; for prompts in words: --text"
  # The lines that are told work.
  jq -c '.[]' list.json >lines.jsonl
  split "$PROXX" batch --mock lines.jsonl
  expect_code 0
  jq -c . pretty.json >lines.jsonl
  split "$PROXX" batch --mock lines.jsonl
  expect_code 0
  # A line that is merely broken gets no such word.
  echo '{"messages":[}' >broken.jsonl
  split "$PROXX" batch --mock broken.jsonl
  lacks "$err" "jq"
  lacks "$err" "--text"
}

@test "a line of a batch is no request, and convert tells as send does" {
  echo '{"custom_id":"a","body":{"messages":[{"role":"user","content":"hi"}]}}' >line.json
  local command
  for command in send 'convert request'; do
    # shellcheck disable=SC2086  # words
    split "$PROXX" $command line.json
    expect_code 3
    expect stderr "$err" "proxx: a line of a batch file, and no request: proxx batch"
  done
  printf '%s\n' "$HI" "$HI" >many.jsonl
  split "$PROXX" convert request many.jsonl
  expect stderr "$err" "proxx: more than one JSON object; many requests, one a line: proxx batch"
  split "$PROXX" convert request <<<'hello there'
  expect stderr "$err" "proxx: no JSON: for words use proxx ask"
}

@test "a script's empty variable in the place of a file or a schema is told, not left out" {
  told "--conversation: expected a file, got ''" ask -C '' hi
  told "--file: expected a file, got ''" ask -f '' hi
  told "--output: expected a file, got ''" ask -o '' hi
  told "--output: expected a file, got ''" batch -o '' in.jsonl
  told "--record: expected a file, got ''" send --record ''
  told "--schema: expected a schema, got ''" ask -J '' hi
  told "--schema: expected a JSON Schema, an object" ask -J '[1]' hi
}

@test "a secret that others can read, a file of CAs that is not there, a proxy that is none" {
  (umask 077 && echo abc >key)
  echo client >clients
  chmod 644 clients
  "$PROXX" serve --mock --auth-file clients --port 0 2>serve.log 3>&- &
  children+=($!)
  wait_for serve.log "listening on"
  contains "$(cat serve.log)" "proxx: auth file clients is open to other users: chmod 600 clients"
  local command
  for command in 'ask hi' serve; do
    # shellcheck disable=SC2086  # words
    told "--cacert: no.pem: No such file or directory" $command --key-file key --cacert no.pem
    # shellcheck disable=SC2086
    told "--proxy: expected a URL such as http://proxy.example:3128" $command --key-file key -x 'a b'
  done
}
