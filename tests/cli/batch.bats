#!/usr/bin/env bats
# `proxx batch`: JSON Lines in, JSON Lines out (proxx(1), docs/faults.md 6).
load helpers

# line ID [SCENARIO]: a line of a batch, which the mock answers by that scenario.
line() {
  printf '{"custom_id":"%s","method":"POST","url":"/v1/chat/completions","body":%s}\n' "$1" "$(ask_for "${2:-text}")"
}
# lines FROM TO [SCENARIO]
lines() {
  local i
  for ((i = $1; i <= $2; i++)); do line "id-$i" "${3:-text}"; done
}
ids() { jq -r .custom_id "$@" | sort | tr '\n' ' '; }
batch() { split "$PROXX" batch --mock "$@"; }
# peak_kib COMMAND...: the most memory it held.
peak_kib() {
  python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}
has_line_count() { [ "$(wc -l <"$1")" -ge "$2" ]; }
# until_lines FILE COUNT: 10 s at most.
until_lines() {
  local i
  for i in $(seq 200); do
    [ -e "$1" ] && has_line_count "$1" "$2" && return 0
    sleep 0.05
  done
  return 1
}

@test "a result for every line, as OpenAI's batches have them" {
  lines 1 5 >in.jsonl
  batch -o out.jsonl in.jsonl
  expect_code 0
  expect stdout "$out" ""
  expect stderr "$err" ""
  expect ids "$(ids out.jsonl)" "id-1 id-2 id-3 id-4 id-5 "
  expect keys "$(jq -c 'keys_unsorted' out.jsonl | sort -u)" '["id","custom_id","response","error"]'
  expect "response keys" "$(jq -c '.response|keys_unsorted' out.jsonl | sort -u)" '["status_code","request_id","body"]'
  expect status "$(jq -c .response.status_code out.jsonl | sort -u)" 200
  expect object "$(jq -r .response.body.object out.jsonl | sort -u)" chat.completion
  expect error "$(jq -c .error out.jsonl | sort -u)" null
  expect "own ids" "$(jq -r .id out.jsonl | grep '^batch_req_' | sort -u | wc -l)" 5
  contains "$(jq -r .response.request_id out.jsonl)" req_
}

@test "without -o results go to stdout; - and stdin are the same" {
  lines 1 3 >in.jsonl
  batch <in.jsonl
  expect_code 0
  expect ids "$(ids <<<"$out")" "id-1 id-2 id-3 "
  batch - <in.jsonl
  expect ids "$(ids <<<"$out")" "id-1 id-2 id-3 "
  cat in.jsonl | "$PROXX" batch --mock >piped.jsonl
  expect ids "$(ids piped.jsonl)" "id-1 id-2 id-3 "
}

@test "bare requests are called by their line" {
  { ask_for text; echo; ask_for text; echo; } >in.jsonl
  batch -o out.jsonl in.jsonl
  expect_code 0
  expect ids "$(ids out.jsonl)" "line-1 line-2 "
}

@test "results are written as they come, with -j in flight" {
  { line late slow; line soon; } >in.jsonl
  batch -j 2 in.jsonl
  expect order "$(jq -r .custom_id <<<"$out" | tr '\n' ' ')" "soon late "
  batch -j 1 in.jsonl
  expect order "$(jq -r .custom_id <<<"$out" | tr '\n' ' ')" "late soon "
}

@test "a line is written while the input is still open" {
  mkfifo in
  "$PROXX" batch --mock -o out.jsonl <in 3>&- &
  children+=("$!")
  exec 7>in
  line a >&7
  until_lines out.jsonl 1
  line b >&7
  exec 7>&-
  wait "${children[-1]}"
  expect ids "$(ids out.jsonl)" "a b "
}

@test "an API error is a response, a transport error is not; exit 11" {
  { line a; line bad error-400; } >in.jsonl
  batch in.jsonl
  expect_code 11
  expect status "$(jq -c 'select(.custom_id=="bad")|.response.status_code' <<<"$out")" 400
  expect type "$(jq -r 'select(.custom_id=="bad")|.response.body.error.type' <<<"$out")" invalid_request_error
  expect error "$(jq -c 'select(.custom_id=="bad")|.error' <<<"$out")" null
  expect lines "$(wc -l <"$BATS_TEST_TMPDIR/err")" 1
  contains "$err" "proxx: 1 of 2 lines failed; first to fail: line 2: "

  ANTHROPIC_API_KEY=sk-ant-x split "$PROXX" batch --retry 0 --upstream-url http://127.0.0.1:1 in.jsonl
  expect_code 11
  expect response "$(jq -c .response <<<"$out" | sort -u)" null
  expect code "$(jq -r .error.code <<<"$out" | sort -u)" upstream_unreachable
}

@test "a request that asks to stream, or cannot be converted, is an error line" {
  { line a | sed 's/"stream":false/"stream":true/'; line b | sed 's/"role":"user"/"role":"pope"/'; line c; } >in.jsonl
  batch in.jsonl
  expect_code 11
  expect a "$(jq -c 'select(.custom_id=="a")|[.response,.error.code]' <<<"$out")" '[null,"invalid_request"]'
  contains "$(jq -r 'select(.custom_id=="a")|.error.message' <<<"$out")" "line 1: body.stream: "
  expect b "$(jq -c 'select(.custom_id=="b")|[.response,.error.code]' <<<"$out")" '[null,"invalid_request"]'
  contains "$(jq -r 'select(.custom_id=="b")|.error.message' <<<"$out")" "line 2: messages[0].role: "
  expect c "$(jq -c 'select(.custom_id=="c")|.response.status_code' <<<"$out")" 200
}

@test "an output that exists is refused without --resume, and not touched" {
  lines 1 2 >in.jsonl
  echo precious >out.jsonl
  batch -o out.jsonl in.jsonl
  expect_code 2
  contains "$err" "out.jsonl exists"
  batch --resume -o out.jsonl in.jsonl
  expect_code 2
  contains "$err" "no result of a batch"
  expect file "$(cat out.jsonl)" precious
}

@test "usage: --resume needs -o, stdin must be there, --stream is not offered" {
  lines 1 1 >in.jsonl
  batch --resume in.jsonl
  expect_code 2
  contains "$err" "-o"
  split "$PROXX" batch --mock <&-
  expect_code 2
  batch --stream in.jsonl
  expect_code 2
  batch -j 0 in.jsonl
  expect_code 2
  split "$PROXX" batch --help
  expect_code 0
  contains "$out" "--resume"
  contains "$out" "Example"
}

@test "empty input is exit 3, and makes no output" {
  : >in.jsonl
  batch -o out.jsonl in.jsonl
  expect_code 3
  [ ! -e out.jsonl ]
  batch </dev/null
  expect_code 3
}

@test "L16: without a key exit 8, and no output is made" {
  lines 1 1 >in.jsonl
  split "$PROXX" batch -o out.jsonl in.jsonl
  expect_code 8
  [ ! -e out.jsonl ]
}

@test "--fail-fast starts nothing after the first failure" {
  { line a; line bad error-400; lines 1 50; } >in.jsonl
  batch -j 1 --fail-fast in.jsonl
  expect_code 11
  expect ids "$(ids <<<"$out")" "a bad "
  contains "$err" "1 of 2 lines failed"
  contains "$err" "nothing was begun after that"
}

@test "--resume asks again for what failed, and every id stands once" {
  { line a; line bad error-400; line "none" error-500; line z; } >in.jsonl
  batch --retry 0 -o out.jsonl in.jsonl
  expect_code 11
  sed -i 's/error-[45]00/text/' in.jsonl
  batch --resume -o out.jsonl in.jsonl
  expect_code 0
  expect ids "$(ids out.jsonl)" "a bad none z "
  expect status "$(jq -c .response.status_code out.jsonl | sort -u)" 200
  expect files "$(echo out.jsonl*)" out.jsonl
  cp out.jsonl before
  batch --resume -o out.jsonl in.jsonl
  expect_code 0
  cmp before out.jsonl
}

@test "--strict makes what would be dropped an error line; else it is told once" {
  lines 1 3 | sed 's/"stream":false/"seed":7/' >in.jsonl
  batch in.jsonl
  expect_code 0
  expect notices "$(grep -c "dropped seed" <<<"$err")" 1
  batch --strict in.jsonl
  expect_code 11
  expect codes "$(jq -r .error.code <<<"$out" | sort -u)" invalid_request
}

@test "--dry-run prints Anthropic requests and needs no key" {
  lines 1 2 >in.jsonl
  split "$PROXX" batch -n in.jsonl
  expect_code 0
  expect ids "$(ids <<<"$out")" "id-1 id-2 "
  expect role "$(jq -r '.params.messages[0].role' <<<"$out" | sort -u)" user
  batch -n -o out.jsonl in.jsonl
  expect_code 2
  printf '%s\n' '{}' "$(line id-3)" >in.jsonl
  split "$PROXX" batch -n in.jsonl
  expect_code 11
  expect ids "$(ids <<<"$out")" "id-3 "
  contains "$err" "line 1: messages: "
}

@test "-u sums up on stderr" {
  lines 1 2 >in.jsonl
  batch -u in.jsonl
  expect_code 0
  contains "$err" "proxx: usage: "
  contains "$err" "2 lines"
}

@test "progress is on stderr if that is a terminal, and nowhere else" {
  { lines 1 2; line late slow; } >in.jsonl
  batch -o out.jsonl in.jsonl
  expect stderr "$err" ""
  script -qec "'$PROXX' batch --mock -o out2.jsonl in.jsonl" /dev/null >tty.log </dev/null
  contains "$(cat tty.log)" "2 of 3 done, 0 failed"
  contains "$(cat tty.log)" "left"
}

@test "L7: nothing is asked for when stdout is closed" {
  code=0
  err=$("$PROXX" batch -v --mock <<<"$HI" 2>&1 >&-) || code=$?
  expect_code 1
  contains "$err" "write error"
  lacks "$err" POST
}

@test "L4: a reader that goes away ends it by SIGPIPE, silently" {
  { lines 1 20; line late hang; } >in.jsonl
  run bash -c '"$PROXX" batch --mock in.jsonl 2>err | head -n 1 >/dev/null; echo "${PIPESTATUS[0]}"'
  expect code "$output" 141
  expect stderr "$(cat err)" ""
}

@test "B1: killed at random points and resumed, every id stands once" {
  run "$PROXX_SOURCE/bench/kill9.sh" 6 150
  [ "$status" -eq 0 ] || { echo "$output"; false; }
  contains "$output" "6 kills"
}

@test "B2: a torn last line is cut off, one that only lacks its newline is kept" {
  lines 1 4 >in.jsonl
  batch -j 1 -o out.jsonl in.jsonl
  head -c -1 out.jsonl >whole.jsonl
  cp whole.jsonl torn.jsonl
  truncate -s -20 torn.jsonl
  local kept
  kept=$(head -n 3 torn.jsonl)
  batch --resume -o whole.jsonl in.jsonl
  expect_code 0
  cmp out.jsonl whole.jsonl
  batch --resume -o torn.jsonl in.jsonl
  expect_code 0
  expect "kept lines" "$(head -n 3 torn.jsonl)" "$kept"
  expect ids "$(ids torn.jsonl)" "id-1 id-2 id-3 id-4 "
}

@test "B3 B15: one appending write a line; the file and its folder are synced" {
  plain_build
  command -v strace >/dev/null || skip "no strace"
  lines 1 5 >in.jsonl
  strace -f -o trace -e trace=openat,write,fsync,fdatasync "$PROXX" batch --mock -q -o out.jsonl in.jsonl
  contains "$(grep -F '"out.jsonl"' trace)" O_APPEND
  local fd
  fd=$(sed -n 's/.*"out.jsonl".* = \([0-9]*\)$/\1/p' trace)
  expect writes "$(grep -c "write($fd, " trace)" 5
  [ "$(grep -c "fdatasync($fd)" trace)" -ge 1 ]
  contains "$(grep -E 'fsync\([0-9]+\)' trace)" fsync
}

@test "B3: the output is opened to append" {
  { line a; line late hang; } >in.jsonl
  "$PROXX" batch --mock -o out.jsonl in.jsonl 3>&- &
  children+=("$!")
  until_lines out.jsonl 1
  local fd
  for fd in /proc/"${children[-1]}"/fd/*; do
    [ "$(readlink "$fd")" = "$PWD/out.jsonl" ] && break
  done
  local flags
  flags=$(sed -n 's/^flags:\s*//p' "/proc/${children[-1]}/fdinfo/${fd##*/}")
  [ $((8#$flags & 8#2000)) -ne 0 ]
}

@test "B4: --resume refuses an input with lines that have no custom_id" {
  { line a; ask_for text; echo; } >in.jsonl
  batch --resume -o out.jsonl in.jsonl
  expect_code 2
  contains "$err" "line 2: "
  [ ! -e out.jsonl ]
}

@test "B4: of a pipe, lines that have no custom_id are error lines" {
  { line a; ask_for text; echo; } >in.jsonl
  split bash -c 'cat in.jsonl | "$PROXX" batch --mock --resume -o out.jsonl'
  expect_code 11
  expect answered "$(jq -r 'select(.response).custom_id' out.jsonl)" a
  contains "$(jq -r 'select(.response==null)|.error.message' out.jsonl)" "line 2: --resume needs a custom_id"
}

@test "--resume needs a file that can be read again" {
  lines 1 1 >in.jsonl
  mkfifo pipe
  batch --resume -o pipe in.jsonl
  expect_code 2
  contains "$err" "pipe: --resume needs a regular file"
}

@test "B5: resuming goes by custom_id alone" {
  lines 1 3 >in.jsonl
  batch -o out.jsonl in.jsonl
  lines 3 5 >in.jsonl
  batch --resume -o out.jsonl in.jsonl
  expect_code 0
  expect ids "$(ids out.jsonl)" "id-1 id-2 id-3 id-4 id-5 "
}

@test "B6: an id that stands twice: a file is refused before anything is asked, a pipe gets an error line" {
  { lines 1 3; line id-2; } >in.jsonl
  batch -o out.jsonl in.jsonl
  expect_code 2
  contains "$err" "line 4: the custom_id 'id-2' stands twice"
  [ ! -e out.jsonl ]
  split bash -c 'cat in.jsonl | "$PROXX" batch --mock'
  expect_code 11
  expect ids "$(ids <<<"$out")" "id-1 id-2 id-2 id-3 "
  contains "$(jq -r 'select(.response==null)|.error.message' <<<"$out")" "line 4: "
}

@test "B7: a second run with the same output is refused" {
  { line a; line late hang; } >in.jsonl
  "$PROXX" batch --mock -o out.jsonl in.jsonl 3>&- &
  children+=("$!")
  until_lines out.jsonl 1
  batch --resume -o out.jsonl in.jsonl
  expect_code 2
  contains "$err" "another proxx batch is writing to it"
  expect lines "$(wc -l <out.jsonl)" 1
}

@test "B8: bad lines get error lines with their number, and the run goes on" {
  {
    printf '\xef\xbb\xbf'
    line a | sed 's/$/\r/'
    echo '{"custom_id":'
    echo
    echo '[1]'
    line b
    echo '{"custom_id":7,"body":{}}'
    printf '{"custom_id":"c","body":{}}'
  } >in.jsonl
  batch in.jsonl
  expect_code 11
  expect good "$(jq -r 'select(.response)|.custom_id' <<<"$out" | sort | tr '\n' ' ')" "a b "
  expect bad "$(jq -r 'select(.response==null)|.error.message' <<<"$out" | grep -o '^line [0-9]*' | sort | tr '\n' ' ')" \
    "line 2 line 3 line 4 line 6 line 7 "
  expect codes "$(jq -r 'select(.response==null)|.error.code' <<<"$out" | sort -u)" invalid_request
  expect null-ids "$(jq -c 'select(.custom_id==null)' <<<"$out" | wc -l)" 4
  contains "$err" "proxx: 5 of 7 lines failed; first to fail: line 2: "
}

@test "B8: a line over the limit costs no memory, and the next one is read" {
  plain_build
  { printf '{"custom_id":"big","body":"'; head -c 100000000 /dev/zero | tr '\0' x; echo '"}'; line a; } >in.jsonl
  batch -o out.jsonl in.jsonl
  expect_code 11
  expect message "$(jq -r 'select(.response==null)|.error.message' out.jsonl)" "line 1: longer than 32 MiB"
  expect good "$(jq -r 'select(.response)|.custom_id' out.jsonl)" a
  rm out.jsonl
  [ "$(peak_kib bash -c '"$PROXX" batch --mock -q -o out.jsonl in.jsonl || [ $? -eq 11 ]')" -lt 90000 ]
}

@test "B9: a full disk is exit 1, and resumable" {
  lines 1 30 >in.jsonl
  batch -o /dev/full in.jsonl
  expect_code 1
  contains "$err" "No space left on device"
  code=0
  "$PROXX" batch --mock in.jsonl >/dev/full 2>err || code=$?
  expect code "$code" 1
  contains "$(cat err)" "No space left on device"
  # A file that may not grow beyond 4 KiB.
  split bash -c 'trap "" XFSZ; ulimit -f 4; exec "$PROXX" batch --mock -o out.jsonl in.jsonl'
  expect_code 1
  contains "$err" "File too large"
  batch --resume -o out.jsonl in.jsonl
  expect_code 0
  expect ids "$(ids out.jsonl)" "$(ids in.jsonl)"
}

@test "B10: one line's retry-after holds back all the others" {
  { line storm error-429; lines 1 3; } >in.jsonl
  local start=$EPOCHREALTIME
  batch -j 1 --retry 0 -o out.jsonl in.jsonl
  expect_code 11
  local took=$((${EPOCHREALTIME/./} - ${start/./}))
  [ "$took" -ge 1000000 ]
  expect storm "$(jq -c 'select(.custom_id=="storm")|.response.status_code' out.jsonl)" 429
  expect ids "$(ids out.jsonl)" "id-1 id-2 id-3 storm "
}

@test "B10: in a storm nobody asks before the time, and everybody is answered" {
  start_upstream storm 1 4
  lines 1 12 >in.jsonl
  ANTHROPIC_API_KEY=sk-ant-x split "$PROXX" batch -j 4 --upstream-url "$upstream_url" -o out.jsonl in.jsonl
  expect_code 0
  expect ids "$(ids out.jsonl)" "$(ids in.jsonl)"
  expect requests "$(grep -c asked upstream.log)" 16
  python3 - <<'EOF'
told = [line.split() for line in open("upstream.log")]
first_refused = min(float(words[1]) for words in told if words[0] == "refused")
first_answered = min(float(words[1]) for words in told if words[0] == "answered")
assert first_answered - first_refused > 0.9, first_answered - first_refused
EOF
}

@test "B10: a retry-after that nobody sits out stops the run" {
  start_upstream storm 3600 1000
  lines 1 50 >in.jsonl
  ANTHROPIC_API_KEY=sk-ant-x split "$PROXX" batch -j 2 --upstream-url "$upstream_url" -o out.jsonl in.jsonl
  expect_code 9
  contains "$err" "asks to wait 3600 s"
  [ "$(grep -c asked upstream.log)" -le 2 ]
}

@test "B10: a line that was told to wait is asked again" {
  line a flaky >in.jsonl
  batch in.jsonl
  expect_code 0
  expect status "$(jq -c .response.status_code <<<"$out")" 200
}

@test "B11: 401 and 402 stop the run at once" {
  local status
  for status in 401 402; do
    lines 1 200 "error-$status" >in.jsonl
    batch -j 2 -o "out-$status.jsonl" in.jsonl
    expect_code 8
    [ "$(wc -l <"out-$status.jsonl")" -le 2 ]
    contains "$err" "the other lines were not tried"
  done
}

@test "B12: SIGINT starts nothing more, waits for what is in flight, and can be resumed" {
  lines 1 6 slow >in.jsonl
  "$PROXX" batch --mock -j 2 -o out.jsonl in.jsonl 2>err 3>&- &
  local child=$!
  children+=("$child")
  until_lines out.jsonl 2
  sleep 0.5
  kill -INT "$child"
  code=0
  wait "$child" || code=$?
  expect code "$code" 130
  expect lines "$(wc -l <out.jsonl)" 4
  contains "$(cat err)" "stopping: 2 in flight"
  expect status "$(jq -c .response.status_code out.jsonl | sort -u)" 200
  sed -i 's/slow/text/' in.jsonl
  batch --resume -o out.jsonl in.jsonl
  expect_code 0
  expect ids "$(ids out.jsonl)" "$(ids in.jsonl)"
}

@test "B12: the second SIGINT ends it at once; SIGTERM too is a real one" {
  { line a; lines 1 3 hang; } >in.jsonl
  "$PROXX" batch --mock -o out.jsonl in.jsonl 2>err 3>&- &
  local child=$!
  children+=("$child")
  until_lines out.jsonl 1
  kill -TERM "$child"
  wait_for err "stopping"
  kill -TERM "$child"
  code=0
  wait "$child" || code=$?
  expect code "$code" 143
}

@test "B13: memory stays flat, but for 16 bytes a line" {
  plain_build
  python3 - <<'EOF'
result = '{"id":"batch_req_%d","custom_id":"id-%d","response":{"status_code":200,"request_id":null,"body":{"x":"' + 'y' * 100 + '"}},"error":null}\n'
for name, count in (("few", 10), ("many", 150_000)):
    with open(name + ".in", "w") as requests, open(name + ".out", "w") as results:
        for i in range(count):
            requests.write('{"custom_id":"id-%d","body":{"messages":[]}}\n' % i)
            results.write(result % (i, i))
EOF
  local few many
  few=$(peak_kib "$PROXX" batch --mock --resume -o few.out few.in)
  many=$(peak_kib "$PROXX" batch --mock --resume -o many.out many.in)
  echo "few $few KiB, many $many KiB"
  [ $((many - few)) -le $((150000 * 16 / 1024 + 1024)) ]
}

@test "B14: what was in flight at a kill is asked again" {
  { line a; line late hang; } >in.jsonl
  "$PROXX" batch --mock -o out.jsonl in.jsonl 3>&- &
  local child=$!
  until_lines out.jsonl 1
  kill -9 "$child"
  wait "$child" || true
  sed -i 's/hang/text/' in.jsonl
  batch --resume -o out.jsonl in.jsonl
  expect_code 0
  expect ids "$(ids out.jsonl)" "a late "
}

@test "X1: what comes late on a kept connection is no other line's answer" {
  local what
  export ANTHROPIC_API_KEY=sk-batch-01234
  for what in answer 408 newline end; do
    start_upstream late "$what"
    rm -f in out.jsonl
    mkfifo in
    "$PROXX" batch --config none --upstream-url "$upstream_url" --retry 0 -j 1 -o out.jsonl - <in 2>err 3>&- &
    local pid=$!
    children+=("$pid")
    exec 7>in
    printf '{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":%s}\n' "${HI/hi/first}" >&7
    wait_for out.jsonl '"a"'
    say_late
    printf '{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":%s}\n' "${HI/hi/second}" >&7
    exec 7>&-
    code=0
    wait "$pid" || code=$?
    expect "$what: exit code ($(cat err))" "$code" 0
    expect "$what" "$(jq -r '.response.body.choices[0].message.content' out.jsonl | paste -sd ,)" \
      "sk-batch-01234 first,sk-batch-01234 second"
    expect "$what: requests" "$(grep -c asked upstream.log)" 2
  done
}
