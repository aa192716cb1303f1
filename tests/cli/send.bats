#!/usr/bin/env bats
# The default command: one request, one answer (proxx(1)).
load helpers

@test "a request from stdin becomes an OpenAI completion" {
  split "$PROXX" --mock <<<"$HI"
  expect_code 0
  expect stderr "$err" ""
  expect object "$(jq -r .object <<<"$out")" chat.completion
  expect finish "$(jq -r '.choices[0].finish_reason' <<<"$out")" stop
  expect model "$(jq -r .model <<<"$out")" claude-sonnet-5-5
  expect lines "$(wc -l <"$BATS_TEST_TMPDIR/out")" 1
}

@test "a request from a file, and from -" {
  echo "$HI" >req.json
  split "$PROXX" --mock req.json
  expect_code 0
  local first=$out
  split "$PROXX" --mock - <req.json
  expect_code 0
  expect answer "$(jq -c .choices <<<"$out")" "$(jq -c .choices <<<"$first")"
}

@test "a stream is data lines only, and ends in [DONE]" {
  split "$PROXX" --mock <<<"$HI_STREAM"
  expect_code 0
  expect "last line" "$(tail -n 2 "$BATS_TEST_TMPDIR/out")" "data: [DONE]"
  expect "other lines" "$(grep -vc '^data: ' "$BATS_TEST_TMPDIR/out")" "$(grep -c '^data: ' "$BATS_TEST_TMPDIR/out")"
  expect object "$(sed -n '1s/^data: //p' "$BATS_TEST_TMPDIR/out" | jq -r .object)" chat.completion.chunk
}

@test "an invalid request: error object on stdout, one line on stderr, exit 3" {
  split "$PROXX" --mock <<<'{"model":"claude-sonnet-5-5","messages":[]}'
  expect_code 3
  expect param "$(jq -r .error.param <<<"$out")" messages
  expect type "$(jq -r .error.type <<<"$out")" invalid_request_error
  expect lines "$(wc -l <"$BATS_TEST_TMPDIR/err")" 1
  contains "$err" "proxx: messages: "
}

@test "A1 A2: empty input and no JSON are exit 3" {
  split "$PROXX" --mock </dev/null
  expect_code 3
  contains "$out" "empty"
  split "$PROXX" --mock <<<'{"model":'
  expect_code 3
  contains "$out" "at byte"
}

@test "an unreadable file is exit 2 and named" {
  split "$PROXX" --mock ./missing.json
  expect_code 2
  expect stdout "$out" ""
  contains "$err" "./missing.json: No such file or directory"
}

@test "a bare word is a command; a near one is suggested" {
  split "$PROXX" serv
  expect_code 2
  expect stderr "$err" "proxx: unknown command 'serv' (did you mean 'serve'?)"
  split "$PROXX" --mock serv
  expect_code 2
  contains "$err" "unknown command 'serv'"
}

@test "an unknown option is exit 2, with the nearest one" {
  split "$PROXX" --strem <<<"$HI"
  expect_code 2
  expect stderr "$err" "proxx: unknown option '--strem' (did you mean '--stream'?)"
}

@test "--help and --version" {
  split "$PROXX" --help
  expect_code 0
  contains "$out" "Usage: proxx"
  contains "$out" "Example"
  split "$PROXX" --version
  expect_code 0
  contains "$(head -n 1 <<<"$out")" "proxx "
  contains "$(sed -n 2p <<<"$out")" "libcurl/"
}

@test "L16: without a key exit 8 and every source is named; --dry-run needs none" {
  split "$PROXX" <<<"$HI"
  expect_code 8
  contains "$err" ANTHROPIC_API_KEY
  contains "$err" ANTHROPIC_AUTH_TOKEN
  contains "$err" api_key_file
  split "$PROXX" --dry-run <<<"$HI"
  expect_code 0
  expect role "$(jq -r '.messages[0].role' <<<"$out")" user
}

@test "--dry-run -v shows the headers, and no key" {
  ANTHROPIC_API_KEY=sk-ant-secret-0123456789 split "$PROXX" -n -v <<<"$HI"
  expect_code 0
  contains "$err" "> anthropic-version: 2023-06-01"
  lacks "$err$out" 0123456789
}

@test "-m overrides the model, --stream and --no-stream the stream" {
  split "$PROXX" -n -m claude-opus-5-5 --stream <<<"$HI"
  expect model "$(jq -r .model <<<"$out")" claude-opus-5-5
  expect stream "$(jq -r .stream <<<"$out")" true
  expect "the last counts" "$("$PROXX" -n --no-stream --stream <<<"$HI" | jq .stream)" true
  expect "the last counts" "$("$PROXX" -n --stream --no-stream <<<"$HI" | jq .stream)" null
  split "$PROXX" --mock --no-stream <<<"$HI_STREAM"
  expect_code 0
  expect object "$(jq -r .object <<<"$out")" chat.completion
}

@test "-F: json folds a stream, sse makes one, text prints the words" {
  split "$PROXX" --mock -F json <<<"$HI_STREAM"
  expect object "$(jq -r .object <<<"$out")" chat.completion
  local text
  text=$(jq -r '.choices[0].message.content' <<<"$out")
  split "$PROXX" --mock -F sse <<<"$HI"
  expect "last line" "$(tail -n 2 "$BATS_TEST_TMPDIR/out")" "data: [DONE]"
  split "$PROXX" --mock -F text <<<"$HI"
  expect_code 0
  expect text "$out" "$text"
}

@test "-o writes a file; what goes wrong leaves none behind" {
  split "$PROXX" --mock -o answer.json <<<"$HI"
  expect_code 0
  expect stdout "$out" ""
  expect object "$(jq -r .object answer.json)" chat.completion
  split "$PROXX" --mock -o missing/answer.json <<<"$HI"
  expect_code 1
  contains "$err" "missing/answer.json: No such file or directory"
  expect files "$(find . -name 'answer.json*' | sort | tr '\n' ' ')" "./answer.json "
}

@test "-n -o writes the converted request; a second FILE is exit 2" {
  split "$PROXX" -n -o request.json <<<"$HI"
  expect_code 0
  expect stdout "$out" ""
  expect request "$(jq -r '.messages[0].content[0].text' request.json)" hi
  split "$PROXX" -n -o missing/request.json <<<"$HI"
  expect_code 1
  contains "$err" "missing/request.json: "
  split "$PROXX" -n request.json other.json
  expect_code 2
  contains "$err" "unexpected argument 'other.json'"
}

@test "an input over 32 MiB is refused before it is whole" {
  split "$PROXX" --mock < <(head -c 40M /dev/zero | tr '\0' ' ')
  expect_code 3
  expect code "$(jq -r .error.code <<<"$out")" request_too_large
  contains "$err" "larger than 32 MiB"
}

@test "nothing is asked for that has nowhere to go" {
  mkdir folder
  local place
  for place in missing/answer.json folder; do
    split "$PROXX" --mock -v -o "$place" <<<"$HI"
    expect_code 1
    contains "$err" "$place: "
    lacks "$err" POST
  done
  code=0
  err=$("$PROXX" --mock -v <<<"$HI" 2>&1 >&-) || code=$?
  expect_code 1
  lacks "$err" POST
}

@test "notices go to stderr, -q silences them, --strict refuses" {
  local request='{"model":"claude-sonnet-5-5","seed":7,"messages":[{"role":"user","content":"hi"}]}'
  split "$PROXX" --mock <<<"$request"
  expect_code 0
  contains "$err" "proxx: dropped seed: "
  split "$PROXX" --mock -q <<<"$request"
  expect_code 0
  expect stderr "$err" ""
  split "$PROXX" --mock <<<"${request/\"seed\":7/\"temperature\":1.5}" -m claude-haiku-4-5
  contains "$err" "proxx: adjusted temperature: "
  split "$PROXX" --mock --strict <<<"$request"
  expect_code 3
  expect param "$(jq -r .error.param <<<"$out")" seed
  split "$PROXX" -n <<<"$request"
  contains "$err" "proxx: dropped seed: "
}

@test "exit codes by the upstream's errors, with an error object on stdout" {
  local row scenario want
  for row in error-400:4 error-401:8 error-402:8 error-403:8 error-404:4 error-413:4 error-422:4 \
    error-429:9 error-500:5 error-502-html:5 error-503:5 error-504:5 error-529:5 \
    overloaded-first-event:5 wrong-content-type:5 redirect:5 gzip:5; do
    scenario=${row%%:*} want=${row##*:}
    split "$PROXX" --mock --retry 0 <<<"$(ask_for "$scenario" true)"
    expect "$scenario (stderr: $err)" "$code" "$want"
    contains "$out" '"error"'
    lacks "$out" "[DONE]"
    contains "$err" "proxx: "
  done
}

@test "a stream that breaks off: an error frame, no [DONE], exit 5 or 10" {
  local row scenario want
  for row in error-mid-stream:5 malformed-event:5 truncated:10 truncated-after-delta:10 reset-mid-stream:10; do
    scenario=${row%%:*} want=${row##*:}
    split "$PROXX" --mock <<<"$(ask_for "$scenario" true)"
    expect "$scenario (stderr: $err)" "$code" "$want"
    contains "$(tail -n 2 "$BATS_TEST_TMPDIR/out")" 'data: {"error":{'
    lacks "$out" "[DONE]"
    lacks "$out" '"finish_reason":"stop"'
  done
}

@test "a broken stream folded to JSON is an error object alone" {
  split "$PROXX" --mock -F json <<<"$(ask_for truncated true)"
  expect_code 10
  expect keys "$(jq -c keys <<<"$out")" '["error"]'
}

@test "text: an error leaves stdout alone, a refusal is exit 12" {
  split "$PROXX" --mock -F text --retry 0 <<<"$(ask_for error-529)"
  expect_code 5
  expect stdout "$out" ""
  split "$PROXX" --mock -F text <<<"$(ask_for refusal-empty)"
  expect_code 12
  contains "$err" "proxx: "
}

@test "what failed for the moment is tried again" {
  start_mock --script flaky
  export ANTHROPIC_API_KEY=sk-ant-test
  split "$PROXX" --upstream-url "$mock_url" <<<"$HI"
  expect_code 0
  contains "$err" "retrying in"
}

@test "U1: an upstream that is not there is exit 6" {
  ANTHROPIC_API_KEY=k split "$PROXX" --retry 0 --upstream-url http://127.0.0.1:1 <<<"$HI"
  expect_code 6
  expect code "$(jq -r .error.code <<<"$out")" upstream_unreachable
  contains "$err" "127.0.0.1"
}

@test "timeouts are exit 7" {
  split "$PROXX" --mock --retry 0 --max-time 0.2 <<<"$(ask_for slow true)"
  expect_code 7
}

@test "L17: where a key may not go" {
  local bad
  for bad in http://example.com ftp://127.0.0.1 file:///etc/passwd https://user:pw@example.com; do
    ANTHROPIC_API_KEY=k split "$PROXX" --upstream-url "$bad" <<<"$HI"
    expect "$bad" "$code" 2
    contains "$err" "--upstream-url"
  done
}

@test "L5: a full device is exit 1 with the reason" {
  [ -e /dev/full ] || skip "no /dev/full"
  code=0
  err=$("$PROXX" --mock <<<"$HI" 2>&1 >/dev/full) || code=$?
  expect_code 1
  contains "$err" "write error: No space left on device"
  code=0
  err=$("$PROXX" --mock <<<"$HI_STREAM" 2>&1 >/dev/full) || code=$?
  expect_code 1
  code=0
  err=$("$PROXX" --help 2>&1 >/dev/full) || code=$?
  expect_code 1
  contains "$err" "write error: No space left on device"
}

@test "L4: a reader that leaves ends it silently by SIGPIPE" {
  local codes
  codes=$("$PROXX" --mock <<<"$(ask_for slow true)" 2>err | { head -n 1 >/dev/null; echo; echo "${PIPESTATUS[@]}" >/dev/null; }; echo "${PIPESTATUS[0]}")
  expect "exit code" "$(tail -n 1 <<<"$codes")" 141
  expect stderr "$(cat err)" ""
}

# into_full_pipe COMMAND...: its stdout, a full pipe that does not block and is read late, in late.out.
into_full_pipe() {
  code=0
  python3 - "$@" <<'PY' || code=$?
import os, subprocess, sys, time
end, start = os.pipe()
os.set_blocking(start, False)
filled = 0
try:
    while True:
        filled += os.write(start, bytes(4096))
except BlockingIOError:
    pass
child = subprocess.Popen(sys.argv[1:], stdin=open("request.json"), stdout=start)
os.close(start)
time.sleep(0.5)
with open(end, "rb") as pipe, open("late.out", "wb") as out:
    out.write(pipe.read()[filled:])
sys.exit(child.wait())
PY
}

@test "what does not fit into a pipe that does not block waits for the reader" {
  echo "$HI" >request.json
  into_full_pipe "$PROXX" --mock
  expect_code 0
  expect object "$(jq -r .object late.out)" chat.completion
  into_full_pipe "$PROXX" --mock --stream
  expect_code 0
  expect "last line" "$(grep . late.out | tail -n 1)" "data: [DONE]"
  ask_for error-mid-stream true >request.json
  into_full_pipe "$PROXX" --mock
  expect_code 5
  expect error "$(grep . late.out | tail -n 1 | sed 's/^data: //' | jq -r .error.code)" overloaded
}

@test "L6 L7: closed descriptors" {
  code=0
  err=$("$PROXX" --mock <&- 2>&1 >/dev/null) || code=$?
  expect_code 2
  code=0
  err=$("$PROXX" --mock <<<"$HI" 2>&1 >&-) || code=$?
  expect_code 1
  contains "$err" "write error"
  code=0
  "$PROXX" --mock <<<"$HI" >out 2>&- || code=$?
  expect_code 0
  expect object "$(jq -r .object out)" chat.completion
}

@test "L1 L3: signals end it for real and close the upstream call" {
  start_mock
  export ANTHROPIC_API_KEY=k
  local signal pid
  for signal in INT TERM HUP; do
    rm -f live
    # Background children of a non-interactive shell ignore SIGINT; env undoes that.
    env --default-signal="$signal" "$PROXX" --upstream-url "$mock_url" <<<"$(ask_for slow true)" >live 2>err 3>&- &
    pid=$!
    wait_for live "data: "
    kill -"$signal" "$pid"
    code=0
    wait "$pid" || code=$?
    expect "$signal" "$code" $((128 + $(kill -l "$signal")))
    lacks "$(cat live)" "[DONE]"
  done
}

@test "L1: on a terminal, an answer cut by SIGINT ends its line" {
  script -qec "echo \$\$ >pid; exec env --default-signal=INT '$PROXX' ask --mock '[[mock:stall]] hi'" /dev/null </dev/null >live 3>&- &
  local terminal=$!
  children+=("$terminal")
  wait_for live "Hello"
  [ "$(tail -c 1 live | wc -l)" = 0 ]
  kill -INT "$(cat pid)"
  code=0
  wait "$terminal" || code=$?
  expect code "$code" 130
  [ "$(tail -c 1 live | wc -l)" = 1 ]
}

@test "U40: arguments that max_tokens cut off stay as they are, and that is told" {
  sed -n '/^-- upstream.sse --$/,/^-- openai.json --$/p' "$PROXX_SOURCE/tests/golden/stream/max_tokens_in_arguments.txtar" |
    sed '1d;$d' >cut.sse
  start_mock --script "$PWD/cut.sse"
  export ANTHROPIC_API_KEY=k
  split "$PROXX" -F json --upstream-url "$mock_url" <<<"$HI_STREAM"
  expect_code 0
  expect finish "$(jq -r '.choices[0].finish_reason' <<<"$out")" length
  expect arguments "$(jq -r '.choices[0].message.tool_calls[0].function.arguments' <<<"$out")" '{"a": [1, "tw'
  contains "$err" "proxx: a tool call's arguments were cut off by max_tokens"
  split "$PROXX" -q -F json --upstream-url "$mock_url" <<<"$HI_STREAM"
  expect stderr "$err" ""
}

@test "U53: what an upstream says reaches a terminal without its control characters" {
  printf 'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"a\\u001b[2J\\u009bb\\r"}}\n\n' >esc.sse
  start_mock --script "$PWD/esc.sse"
  export ANTHROPIC_API_KEY=k
  split "$PROXX" --retry 0 --upstream-url "$mock_url" <<<"$HI_STREAM"
  expect_code 5
  contains "$err" 'a\x1b[2J\x9bb\x0d'
  contains "$out" 'a\u001b[2J'
  lacks "$err$out" $'\x1b'
}

@test "L18: a proxy of the environment is used and shown, without its password" {
  local url
  for url in http://user:hush-hush@127.0.0.1:1 user:hush-hush@127.0.0.1:1; do
    HTTPS_PROXY=$url ANTHROPIC_API_KEY=k split "$PROXX" -v --retry 0 --upstream-url https://upstream.example <<<"$HI"
    expect_code 6
    contains "$err" "* Uses proxy env variable HTTPS_PROXY == '${url/user:hush-hush/[redacted]}'"
    contains "$err" "cannot connect to the proxy for upstream.example"
    lacks "$err$out" hush
  done
}

@test "L20: numbers are numbers in every locale" {
  command -v localedef >/dev/null || skip "no localedef"
  mkdir locales
  localedef -i de_DE -f UTF-8 ./locales/de_DE.UTF-8 2>/dev/null || skip "no de_DE to compile"
  export LOCPATH=$PWD/locales LC_ALL=de_DE.UTF-8 2>/dev/null
  expect "the locale counts" "$(env printf '%.1f' 1,5)" 1,5
  # glibc never frees the list of folders that it makes of LOCPATH.
  export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
  split "$PROXX" -n -m claude-haiku-4-5 <<<"${HI/\"messages\"/\"temperature\":0.5,\"messages\"}"
  expect_code 0
  contains "$out" '"temperature":0.5'
  split "$PROXX" ask --mock -u -t 0.5 -m claude-haiku-4-5 hi </dev/null
  expect_code 0
  contains "$err" '$0.0'
  contains "$("$PROXX" models)" 0.10
}

@test "S7 U9: a key that the upstream sends back is shown nowhere" {
  start_upstream echo
  export ANTHROPIC_API_KEY=sk-ant-secret-0123456789
  split "$PROXX" -vv --upstream-url "$upstream_url" <<<"$HI"
  expect_code 8
  contains "$out" "invalid x-api-key: ****"
  lacks "$out$err" 0123456789
  split "$PROXX" ask -vv --record tape --upstream-url "$upstream_url" hi </dev/null
  expect_code 8
  lacks "$out$err$(cat tape/*/*)" 0123456789
  split "$PROXX" batch -vv --upstream-url "$upstream_url" <<<"$HI"
  expect_code 8
  lacks "$out$err" 0123456789
  split "$PROXX" bridge -vv --upstream-url "$upstream_url" <<<"{\"id\":1,\"body\":$HI}"
  lacks "$out$err" 0123456789
  split "$PROXX" models --remote -vv --upstream-url "$upstream_url"
  expect_code 8
  lacks "$out$err" 0123456789
  start_serve -vv --log-level debug --upstream-url "$upstream_url"
  split curl -sSi "$url/chat/completions" -d "$HI"
  contains "$out" "invalid x-api-key: ****"
  lacks "$out$(cat "$BATS_TEST_TMPDIR/serve.log")" 0123456789
}

@test "-H @FILE: comments and blank lines are skipped, other bad lines have file and line" {
  printf '\357\273\277# ours\n  \t\r\nX-Team: one\r\n   # two: not sent\n  X-Other :two' >headers
  split "$PROXX" -n -v -H @headers <<<"$HI"
  expect_code 0
  expect headers "$(grep -oE 'X-(T|Oth).*' <<<"$err" | sort | tr '\n' ' ')" "X-Other: two X-Team: one "
  lacks "$err" "not sent"
  local bad
  for bad in 'no colon' ': no name' 'b ad: x' 'content-length: 1' $'x: a\001b'; do
    printf '# ours\n\nX-Team: one\n%s\n' "$bad" >headers
    split "$PROXX" -n -H @headers <<<"$HI"
    expect_code 2
    contains "$err" "--header: headers:4: "
  done
}

@test "-H takes a file with a header a line" {
  printf 'X-Team: one\r\n\nX-Other: two\n' >headers
  split "$PROXX" -n -v -H @headers -H 'X-Third: three' <<<"$HI"
  expect_code 0
  expect headers "$(grep -oE 'X-(T|Oth).*' <<<"$err" | sort | tr '\n' ' ')" "X-Other: two X-Team: one X-Third: three "
  split "$PROXX" -n -H @missing <<<"$HI"
  expect_code 2
  contains "$err" "missing: No such file"
}

@test "-v shows header lines both ways and never the key" {
  start_mock
  ANTHROPIC_API_KEY=sk-ant-secret-0123456789 split "$PROXX" -v --upstream-url "$mock_url" <<<"$HI"
  expect_code 0
  contains "$err" "> POST /v1/messages"
  contains "$err" "x-api-key: [redacted]"
  contains "$err" "< HTTP/1.1 200"
  lacks "$err" 0123456789
  ANTHROPIC_API_KEY=sk-ant-secret-0123456789 split "$PROXX" -vv --upstream-url "$mock_url" <<<"$HI"
  contains "$err" '"messages"'
  lacks "$err" 0123456789
}

@test "the session id is one UUID v4, in the claude-code profile only" {
  split "$PROXX" -n -v <<<"$HI"
  local id
  id=$(sed -n 's/^> X-Claude-Code-Session-Id: //Ip' <<<"$err")
  [[ $id =~ ^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]
  contains "$err" "claude-cli/"
  echo 'client_headers: plain' >plain.yaml
  split "$PROXX" -n -v -c plain.yaml <<<"$HI"
  contains "$err" "proxx/"
  lacks "$err" "X-Claude-Code-Session-Id"
}

@test "stdin a terminal, or nothing to read: usage, not a wait" {
  code=0
  err=$(script -qec "'$PROXX' --mock" /dev/null </dev/null 2>&1) || code=$?
  expect_code 2
  contains "$err" "no request"
}

@test "a model that is not there is named once" {
  split "$PROXX" --mock -m gpt-4o <<<"$HI"
  expect stderr "$err" "proxx: the upstream knows no model 'gpt-4o' (404); see proxx models, or name it under models: in config.yaml"
  contains "$(jq -r .error.code <<<"$out")" model_not_found
}

@test "X2: a transfer coding other than chunked is exit 5, and nothing is decoded" {
  { printf 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: gzip, chunked\r\n\r\n'
    head -c 100000000 /dev/zero | gzip -9 >bomb
    printf '%x\r\n' "$(stat -c %s bomb)"
    cat bomb
    printf '\r\n0\r\n\r\n'; } >answer
  start_upstream raw answer
  ANTHROPIC_API_KEY=sk-x split timeout 20 "$PROXX" --config none --upstream-url "$upstream_url" - <<<"$HI"
  expect_code 5
  expect code "$(jq -r .error.code <<<"$out")" upstream_bad_content_type
}

@test "X14: the mock without descriptors for it fails with a message, and never hangs" {
  plain_build # a sanitizer has descriptors of its own
  local n worked=
  for n in $(seq 8 24); do
    code=0
    (ulimit -n "$n" && exec timeout 20 "$PROXX" --config none --retry 0 --mock) <<<"$HI" >out 2>err 3>&- || code=$?
    case $code in
      0) worked=$n ;;
      124) echo "hangs with $n descriptors" >&2 && return 1 ;;
      *)
        expect "worked with $worked, not with $n" "$worked" ""
        [ -s err ]
        ;;
    esac
  done
  [ "$worked" = 24 ]
}

@test "X11: trailers that are no fields, and a bare LF behind a chunk's size, are exit 5 at once" {
  local body
  for body in '2\r\n{}\r\n0\r\nno field\r\n' '2\n'; do
    printf "HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n$body" >answer
    start_upstream raw answer
    ANTHROPIC_API_KEY=sk-x split timeout 20 "$PROXX" --config none --upstream-url "$upstream_url" - <<<"$HI"
    expect_code 5
    expect code "$(jq -r .error.code <<<"$out")" upstream_protocol_error
  done
}

@test "X14: no descriptor left is exit 1, and named" {
  plain_build # UBSan's check of types opens a pipe
  local n named=0
  echo "$HI" >request.json
  start_mock
  for n in $(seq 5 16); do
    code=0
    (ulimit -n "$n" && ANTHROPIC_API_KEY=sk-x exec "$PROXX" --config none --retry 0 --upstream-url "$mock_url" request.json) \
      >out 2>err 3>&- || code=$?
    case $code in
      0) ;;
      1) if grep -q "no file descriptor is left for a connection to 127.0.0.1" err; then named=1; fi ;;
      *) expect "exit code with $n ($(cat err))" "$code" "0 or 1" ;;
    esac
  done
  expect "named" "$named" 1
}

@test "a stream that fails before it begins has its error in the words of its API" {
  split "$PROXX" --mock <<<'{"stream":true,"input":"[[mock:error-400]]"}'
  expect_code 4
  expect event "$(head -n 1 <<<"$out")" "event: error"
  expect keys "$(sed -n 's/^data: //p' <<<"$out" | jq -c keys_unsorted)" '["type","sequence_number","error"]'
  expect type "$(sed -n 's/^data: //p' <<<"$out" | jq -r .error.type)" invalid_request_error
  split "$PROXX" --mock <<<'{"stream":true,"messages":[{"role":"user","content":"[[mock:error-400]]"}]}'
  expect_code 4
  expect keys "$(sed -n 's/^data: //p' <<<"$out" | jq -c keys_unsorted)" '["error"]'
}
