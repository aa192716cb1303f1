#!/usr/bin/env bats
# What an attacker or an unlucky user does to the command line (docs/faults.md 10).
load helpers

blocked() { timeout 240 python3 "$PROXX_SOURCE/tests/cli/blocked.py" "$@"; }
# on_terminal COMMAND: what its stdout and stderr, one terminal, show. Its stdin is ./input.
on_terminal() { script -qec "$* <input" /dev/null </dev/null; }
# shown_plainly TEXT: no line of it was begun by a stranger, none of its characters is hidden.
shown_plainly() {
  python3 - "$1" <<'PY'
import re, sys
text = re.sub("\r$", "", sys.argv[1].replace("\r\n", "\n"))
text = text.replace("\x1b[31mproxx:\x1b[0m", "proxx:")
hidden = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", text)
assert not hidden, (hidden, text)
assert not re.search("^FAKE", text, re.M), text
PY
}
HOSTILE=$'a\nFAKE line\x1b[2J\u009bb\u2028c\u202ed\u2066e\r'
# Only what has to be is escaped.
HOSTILE_JSON=$'a\\nFAKE line\\u001b[2J\u009bb\u2028c\u202ed\u2066e\\r'
# Of which a command line shows this.
SHOWN='a\x0aFAKE line\x1b[2J\x9bb\u2028c\u202ed\u2066e\x0d'

@test "X4: a signal ends it while a write to stdout blocks" { blocked stdout; }
@test "X4: a signal ends it while a write to stderr blocks" { blocked stderr; }
@test "X4: a signal ends it while opening, reading or writing a FIFO blocks" { blocked fifo; }
@test "X4: a signal ends it while it waits for stdin" { blocked stdin; }

@test "X4: a SIGHUP that nohup ignores stays ignored, in every command that hears signals" {
  local command i input commands=("--mock" "bridge --mock" "batch --mock") pids=() inputs=()
  for command in "${commands[@]}"; do
    mkfifo "in$command"
    # shellcheck disable=SC2086
    env --ignore-signal=HUP "$PROXX" $command <"in$command" >"out$command" 2>"err$command" 3>&- &
    pids+=("$!")
    children+=("$!")
    exec {input}>"in$command"
    if [ "$command" = --mock ]; then
      ask_for slow true >&"$input"
      exec {input}>&-
    else
      printf '{"id":1,"custom_id":"1","body":%s}\n' "$(ask_for slow)" >&"$input"
      inputs+=("$input")
    fi
  done
  # Each hears its signals once its request is under way.
  sleep 0.5
  kill -HUP "${pids[@]}"
  for input in "${inputs[@]}"; do exec {input}>&-; done
  for i in "${!pids[@]}"; do
    code=0
    wait "${pids[i]}" || code=$?
    expect "${commands[i]}" "$code" 0
  done
}

@test "X4: serve goes on, and ends by a signal, though nobody reads its stderr" {
  python3 - <<'PY'
import os, signal, subprocess, time, urllib.request
end, start = os.pipe()
with open("request.json", "w") as file:
    file.write('{"messages":[{"role":"user","content":"%s"}]}' % ("x" * 100_000))
child = subprocess.Popen([os.environ["PROXX"], "serve", "--mock", "--port", "0", "-vv"], stderr=start)
os.close(start)
said = b""
while b"\n" not in said:
    said += os.read(end, 4096)
url = said.split(b"listening on ")[1].split()[0].decode()
for _ in range(5):
    with urllib.request.urlopen(url + "/chat/completions", open("request.json", "rb").read(), timeout=20) as answer:
        assert answer.status == 200
child.send_signal(signal.SIGTERM)
assert child.wait(timeout=20) == 0
PY
}

@test "X5: a long id is an error line with its beginning; a stream's lines stay bounded" {
  plain_build
  local big
  big=$(head -c 1000000 /dev/zero | tr '\0' i)
  printf '{"id":"%s","body":%s}\n{"id":2,"body":%s}\n{"id":["%s"],"cancel":true}\n' "$big" "$(ask_for text true)" "$(ask_for text)" "$big" >in
  split "$PROXX" bridge --mock <in
  expect_code 0
  expect errors "$(jq -c 'select(.error)|[.status,.error.param,(.id|length < 1024),(.id|type)]' <<<"$out" | sort | uniq -c | tr -s ' ')" \
    ' 2 [400,"id",true,"string"]'
  expect 2 "$(jq -c 'select(.id==2)|.response.object' <<<"$out")" '"chat.completion"'
  python3 - <<'PY'
def event(name, members):
    return 'event: %s\ndata: {"type":"%s",%s}\n\n' % (name, name, members)
delta = event("content_block_delta", '"index":0,"delta":{"type":"text_delta","text":"a"}')
with open("deltas.sse", "w") as file:
    file.write(event("message_start", '"message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}'))
    file.write(event("content_block_start", '"index":0,"content_block":{"type":"text","text":""}') + delta * 5000)
    file.write(event("content_block_stop", '"index":0'))
    file.write(event("message_delta", '"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}'))
    file.write('event: message_stop\ndata: {"type":"message_stop"}\n\n')
PY
  start_mock --script "$PWD/deltas.sse"
  MOCK_URL=$mock_url ANTHROPIC_API_KEY=k python3 - <<'PY'
import os, subprocess, time
child = subprocess.Popen([os.environ["PROXX"], "bridge", "--upstream-url", os.environ["MOCK_URL"]],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for i in range(32):
    line = '{"id":"%s","body":{"stream":true,"messages":[{"role":"user","content":"hi"}]}}\n' % str(i).ljust(1000, "x")
    child.stdin.write(line.encode())
child.stdin.close()
time.sleep(1)  # all of it waits
done = {}
for line in child.stdout:
    if b'"done":true' in line:
        done[line.split(b"x")[0]] = True
assert len(done) == 32, len(done)
_, status, usage = os.wait4(child.pid, 0)
assert status == 0, status
assert usage.ru_maxrss < 36_000, usage.ru_maxrss  # 57 MB when each line waited with its id
PY
}

# limited COMMAND...: with at most 4 KiB in each file that it writes.
limited() { split bash -c 'ulimit -f 4; exec "$@" | cat; exit "${PIPESTATUS[0]}"' _ "$@"; }

@test "X6: a file over ulimit -f is a write error, and no temporary file stays" {
  local request
  request=$(jq -cn '{messages:[{role:"user",content:("x"*20000)}]}')
  split bash -c 'ulimit -f 4; exec "$0" -n' "$PROXX" <<<"$request"
  expect_code 1
  contains "$err" "write error: File too large"
  mkdir place
  echo old >place/answer.json
  limited "$PROXX" -n -o place/answer.json <<<"$request"
  expect_code 1
  contains "$err" "File too large"
  expect files "$(ls -A place)" answer.json
  expect content "$(cat place/answer.json)" old
  local i
  for i in $(seq 40); do printf '{"custom_id":"%s","body":%s}\n' "$i" "$HI"; done >in.jsonl
  limited "$PROXX" batch --mock -o place/out.jsonl in.jsonl
  expect_code 1
  contains "$err" "File too large"
  split "$PROXX" batch --mock --resume -o place/out.jsonl in.jsonl
  expect_code 0
  expect ids "$(jq -r .custom_id place/out.jsonl | sort -n | tr '\n' ' ')" "$(seq -s ' ' 40) "
  # Lines that failed, so that resuming rewrites the file.
  sed -i 's/"status_code":200/"status_code":500/; q' place/out.jsonl
  cp place/out.jsonl first.jsonl
  for i in $(seq 30); do jq -c ".custom_id=\"x$i\"|.response.status_code=200" first.jsonl; done >>place/out.jsonl
  cp place/out.jsonl before.jsonl
  limited "$PROXX" batch --mock --resume -o place/out.jsonl in.jsonl
  expect_code 1
  expect files "$(ls -A place | tr '\n' ' ')" "answer.json out.jsonl "
  cmp place/out.jsonl before.jsonl
}

@test "X6: --record over ulimit -f loses the recording, not the answer" {
  local request
  request=$(jq -cn '{messages:[{role:"user",content:("x"*20000)}]}')
  limited "$PROXX" --mock --record tape <<<"$request"
  expect_code 0
  expect object "$(jq -r .object <<<"$out")" chat.completion
  contains "$err" "proxx: not recorded: tape/0001/request.json: write error: File too large"
  expect files "$(ls -A tape)" ""
  limited "$PROXX" --mock --record tape <<<"$HI"
  expect_code 0
  expect stderr "$err" ""
  expect files "$(ls -A tape)" 0001
}

@test "X6: serve goes on though its log is over ulimit -f" {
  bash -c 'ulimit -f 1; exec "$@"' _ "$PROXX" serve --mock --port 0 2>serve.log 3>&- &
  children+=("$!")
  wait_for serve.log "listening on"
  url=$(sed -n 's/^proxx: listening on //p' serve.log)
  local i
  for i in $(seq 20); do curl -sf "$url/models" >models.json; done
  [ "$(stat -c %s serve.log)" -le 1024 ]
  expect object "$(curl -sf "$url/chat/completions" -d "$HI" | jq -r .object)" chat.completion
}

@test "X7: -o keeps the permissions of the file, and a link to it" {
  umask 022
  local mode
  for mode in 600 640 666 400; do
    echo old >answer.json
    chmod "$mode" answer.json
    [ "$mode" = 400 ] && [ "$(id -u)" != 0 ] && continue # not writable
    split "$PROXX" --mock -o answer.json <<<"$HI"
    expect_code 0
    expect mode "$(stat -c %a answer.json)" "$mode"
    expect object "$(jq -r .object answer.json)" chat.completion
    rm answer.json
  done
  split "$PROXX" --mock -o new.json <<<"$HI"
  expect "mode of a new file" "$(stat -c %a new.json)" 644
  split bash -c 'umask 077; exec "$0" --mock -o private.json' "$PROXX" <<<"$HI"
  expect "mode of a new file" "$(stat -c %a private.json)" 600
  mkdir place
  echo old >place/target.json
  chmod 600 place/target.json
  ln -s place/target.json link.json
  ln -s "$PWD/link.json" second.json
  split "$PROXX" --mock -o second.json <<<"$HI"
  expect_code 0
  expect links "$(readlink link.json) $(readlink second.json)" "place/target.json $PWD/link.json"
  expect mode "$(stat -c %a place/target.json)" 600
  expect object "$(jq -r .object place/target.json)" chat.completion
  expect files "$(ls -A place)" target.json
  # A file of several names keeps them.
  ln place/target.json other.json
  split "$PROXX" -n -o other.json <<<"$HI"
  expect_code 0
  cmp place/target.json other.json
  expect mode "$(stat -c %a other.json)" 600
  if [ "$(id -u)" = 0 ]; then
    echo old >theirs.json
    chmod 640 theirs.json
    chown 12345:54321 theirs.json
    split "$PROXX" --mock -o theirs.json <<<"$HI"
    expect owner "$(stat -c '%u:%g %a' theirs.json)" "12345:54321 640"
    sed -i 's/200/500/' theirs.json
  fi
}

@test "X7: -o /dev/stdout is the open file, whatever it is" {
  local path
  for path in /dev/stdout /dev/fd/1 /proc/self/fd/1; do
    # With another file in its place, what is written afterwards would be lost.
    { "$PROXX" -n -o "$path" <<<"$HI"; stat -Lc %h /dev/stdout >err; } >out
    expect "names of the open file" "$(cat err)" 1
    expect role "$(jq -r '.messages[0].role' out)" user
    contains "$("$PROXX" -n -o "$path" <<<"$HI")" '"messages"'
  done
}

@test "X7: a batch that is resumed keeps the permissions and the owner of its output" {
  for i in 1 2; do printf '{"custom_id":"%s","body":%s}\n' "$i" "$HI"; done >in.jsonl
  split "$PROXX" batch --mock -o out.jsonl in.jsonl
  sed -i '1s/"status_code":200/"status_code":500/' out.jsonl
  chmod 600 out.jsonl
  [ "$(id -u)" != 0 ] || chown 12345:54321 out.jsonl
  local owner
  owner=$(stat -c '%u:%g %a' out.jsonl)
  split "$PROXX" batch --mock --resume -o out.jsonl in.jsonl
  expect_code 0
  expect owner "$(stat -c '%u:%g %a' out.jsonl)" "$owner"
  expect lines "$(wc -l <out.jsonl)" 2
}

@test "X7: a file that is writable in a folder that is not" {
  if [ "$(id -u)" = 0 ]; then
    command -v setpriv >/dev/null || skip "no setpriv"
    local place
    place=$(mktemp -d)
    cp "$PROXX" "$place/proxx"
    echo old >"$place/answer.json"
    chmod 755 "$place"
    chmod 666 "$place/answer.json"
    cd /
    split setpriv --reuid 54321 --clear-groups "$place/proxx" --mock -o "$place/answer.json" <<<"$HI"
    local object
    object=$(jq -r .object "$place/answer.json")
    rm -r "$place"
  else
    mkdir place
    echo old >place/answer.json
    chmod 555 place
    split "$PROXX" --mock -o place/answer.json <<<"$HI"
    local object
    object=$(jq -r .object place/answer.json)
    chmod 755 place
  fi
  expect_code 0
  expect object "$object" chat.completion
}

@test "X8: an upstream's message is one line on stderr, and on a terminal with the error object" {
  printf 'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"%s"}}\n\n' "$HOSTILE_JSON" >error.sse
  start_mock --script "$PWD/error.sse"
  export ANTHROPIC_API_KEY=k ANTHROPIC_BASE_URL=$mock_url
  local request command
  for request in "$HI" "$HI_STREAM"; do
    split "$PROXX" --retry 0 <<<"$request"
    expect_code 5
    expect stderr "$err" "proxx: $SHOWN"
    echo "$request" >input
    shown_plainly "$(on_terminal "'$PROXX' --retry 0")"
    split "$PROXX" --retry 1 -vv <<<"$request"
    contains "$err" "retrying in"
    shown_plainly "$(sed 's/^[<>] //' <<<"$err" | grep -v FAKE)"
    lacks "$err" $'\u202e'
  done
  printf '{"id":1,"custom_id":"a","body":%s}\n' "$HI" >input
  for command in batch bridge; do
    shown_plainly "$(on_terminal "'$PROXX' $command --retry 0")"
    "$PROXX" "$command" --retry 0 <input >out 2>err || true
    expect "message" "$(jq -r '(.error // .response.body.error).message' out)" "$HOSTILE"
    shown_plainly "$(cat err)"
  done
  start_serve --upstream-url "$mock_url" --log-level debug -vv
  curl -s "$url/chat/completions" -d "$HI" >/dev/null
  lacks "$(cat "$BATS_TEST_TMPDIR/serve.log")" $'\u202e'
  lacks "$(cat "$BATS_TEST_TMPDIR/serve.log")" $'\nFAKE'
}

@test "X8: a trace's lines each say which way they went" {
  split "$PROXX" --mock -vv <<<"$HI_STREAM"
  expect_code 0
  expect "other lines" "$(grep -cv '^[<>*] ' <<<"$err")" 0
  contains "$err" "< event: message_start"
  contains "$err" '< data: {"type":"message_stop"'
}

@test "X8: file names, flags and words of the command line" {
  local name=$HOSTILE file
  for file in "./$name" "./$name.json"; do
    split "$PROXX" --mock "$file"
    expect_code 2
    shown_plainly "$err"
    contains "$err" "$SHOWN"
    split "$PROXX" --mock -o "$file/x" <<<"$HI"
    expect_code 1
    shown_plainly "$err"
  done
  local words
  for words in "$name" "--$name" "--port=$name" "-c$name" "-F$name" "--upstream-url=$name" "-H$name" "--key-file=$name" "--retry=$name"; do
    split "$PROXX" "$words" <<<"$HI"
    expect_code 2
    shown_plainly "$err"
  done
  split "$PROXX" serve --host "$name"
  shown_plainly "$err"
  split "$PROXX" mock --replay "$name"
  expect_code 2
  shown_plainly "$err"
  split "$PROXX" --mock $'--flag\xff\xfe'
  contains "$err" '--flag\xff\xfe'
}

@test "X8: a model's text on a terminal shows what would act on it; JSON stays JSON" {
  python3 - "$HOSTILE_JSON" >text.sse <<'PY'
import sys
print('event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}\n')
print('event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n')
print('event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}\n' % sys.argv[1].replace("FAKE line", "plain"))
print('event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n')
print('event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}\n')
print('event: message_stop\ndata: {"type":"message_stop"}\n')
PY
  start_mock --script "$PWD/text.sse"
  export ANTHROPIC_API_KEY=k ANTHROPIC_BASE_URL=$mock_url
  local format seen
  for format in text json sse; do
    echo "$HI_STREAM" >input
    seen=$(on_terminal "'$PROXX' -F $format")
    shown_plainly "$seen"
    contains "$seen" '\u202e'
    if [ "$format" = json ]; then
      expect text "$(tr -d '\r' <<<"$seen" | jq -r '.choices[0].message.content')" "${HOSTILE/FAKE line/plain}"
    fi
    # A pipe gets it as it is.
    contains "$("$PROXX" -F $format <input)" $'\u202e'
  done
  : >input
  shown_plainly "$(on_terminal "'$PROXX' convert stream text.sse")"
  jq -cn --arg text "${HOSTILE/FAKE line/plain}" '{messages:[{role:"user",content:$text}]}' >input
  shown_plainly "$(on_terminal "'$PROXX' -n")"
  shown_plainly "$(on_terminal "'$PROXX' convert request")"
  jq -c '{custom_id:"a",body:.}' input >lines && mv lines input
  shown_plainly "$(on_terminal "'$PROXX' batch -n")"
}

@test "X8: model ids of models --remote" {
  local ids
  ids=$(jq -cn --arg id "$HOSTILE" '{data:[{type:"model",id:$id,display_name:$id,created_at:"2026-01-01T00:00:00Z"},{type:"model",id:("claude-"+("y"*400)),display_name:"y",created_at:"2026-01-01T00:00:00Z"},{type:"model",id:"claude-next",display_name:"n",created_at:"2026-01-01T00:00:00Z"}],has_more:false}')
  json_answer 200 "$ids" >answer
  start_upstream raw answer
  export ANTHROPIC_API_KEY=k ANTHROPIC_BASE_URL
  ANTHROPIC_BASE_URL=$upstream_url
  split "$PROXX" models --remote
  expect_code 0
  shown_plainly "$out"
  contains "$out" $'\nclaude-next '
  : >input
  shown_plainly "$(on_terminal "'$PROXX' models --remote")"
  shown_plainly "$(on_terminal "'$PROXX' models --remote --json")"
}

@test "X10: a recording is made of regular files of a bounded size" {
  "$PROXX" --mock --record good <<<"$HI" >/dev/null
  local file kind
  for file in request.json response.json meta.json; do
    for kind in device fifo folder dangling huge deep; do
      rm -rf tape
      cp -r good tape
      rm "tape/0001/$file"
      case $kind in
        device) ln -s /dev/zero "tape/0001/$file" ;;
        fifo) mkfifo "tape/0001/$file" ;;
        folder) mkdir "tape/0001/$file" ;;
        dangling) ln -s nowhere "tape/0001/$file" ;;
        huge) truncate -s 300M "tape/0001/$file" ;;
        deep) head -c 100000 /dev/zero | tr '\0' '[' >"tape/0001/$file" ;;
      esac
      split timeout 60 "$PROXX" mock --port 0 --replay tape
      expect "$file $kind: exit code" "$code" 2
      contains "$err" "tape/0001"
      case $kind in
        device | fifo | folder) contains "$err" "tape/0001/$file: not a regular file" ;;
        huge) contains "$err" "MiB" ;;
      esac
      expect lines "$(wc -l <<<"$err")" 1
    done
  done
  # A link to a regular file is one, and what stands beside the recordings is left alone.
  rm -rf tape
  cp -r good tape
  mv tape/0001/request.json there.json
  ln -s ../../there.json tape/0001/request.json
  mkfifo tape/0002 tape/pipe
  ln -s /dev/zero tape/0003
  ln -s loop tape/loop
  start_mock --replay "$PWD/tape"
  export ANTHROPIC_API_KEY=k
  split "$PROXX" --upstream-url "$mock_url" <<<"$HI"
  expect_code 0
  ln -s /dev/zero zero.sse
  split timeout 60 "$PROXX" mock --port 0 --script zero.sse
  expect_code 2
  contains "$err" "zero.sse: not a regular file"
}

@test "X14: no file of the user's beside an output is touched" {
  for i in 1 2; do printf '{"custom_id":"%s","body":%s}\n' "$i" "$HI"; done >in.jsonl
  local round
  for round in clean failed torn; do
    rm -f out.jsonl
    "$PROXX" batch --mock -o out.jsonl in.jsonl
    echo mine >out.jsonl.proxx-resume
    case $round in
      failed) sed -i '1s/"status_code":200/"status_code":500/' out.jsonl ;;
      torn) truncate -s -5 out.jsonl ;;
    esac
    split "$PROXX" batch --mock --resume -o out.jsonl in.jsonl
    expect_code 0
    expect "the user's file" "$(cat out.jsonl.proxx-resume)" mine
    expect lines "$(wc -l <out.jsonl)" 2
    expect files "$(find . -name '*proxx*' | sort | tr '\n' ' ')" "./out.jsonl.proxx-resume "
  done
}

@test "X14: a link that points nowhere: what it names is made, or the error names it" {
  ln -s new.json link.json
  split "$PROXX" --mock -o link.json <<<"$HI"
  expect_code 0
  expect link "$(readlink link.json)" new.json
  expect object "$(jq -r .object new.json)" chat.completion
  ln -s stream.sse link.sse
  split "$PROXX" --mock -o link.sse <<<"$HI_STREAM"
  expect_code 0
  contains "$(cat stream.sse)" "[DONE]"
  ln -s missing/new.json bad.json
  local request
  for request in "$HI" "$HI_STREAM"; do
    split "$PROXX" --mock -v -o bad.json <<<"$request"
    expect_code 1
    expect stderr "$err" "proxx: bad.json (a link to missing/new.json): No such file or directory"
  done
  printf '{"custom_id":"1","body":%s}\n' "$HI" >in.jsonl
  local resume
  for resume in "" --resume; do
    rm -f results.jsonl lines.jsonl
    ln -s results.jsonl lines.jsonl
    # shellcheck disable=SC2086
    split "$PROXX" batch --mock $resume -o lines.jsonl in.jsonl
    expect_code 0
    expect lines "$(wc -l <results.jsonl)" 1
    # shellcheck disable=SC2086
    split "$PROXX" batch --mock $resume -o bad.json in.jsonl
    expect_code 1
    contains "$err" "bad.json"
    contains "$err" "missing/new.json"
    contains "$err" "No such file or directory"
  done
}

# reader_leaves COMMAND...: its stdin is ./input; its reader goes when the upstream was asked.
reader_leaves() {
  python3 - "$@" <<'PY'
import os, signal, subprocess, sys, time
def log(): return open("upstream.log").read()
how, words = sys.argv[1], sys.argv[2:]
asked = log().count("asked")
if how == "pipe":
    end, start = os.pipe()
elif how == "socket":
    import socket
    pair = socket.socketpair()
    end, start = (each.detach() for each in pair)
else:
    import pty
    end, start = pty.openpty()
child = subprocess.Popen(words, stdin=open("input") if words[1] != "bridge" else subprocess.PIPE,
                         stdout=start, stderr=subprocess.PIPE)
if words[1] == "bridge":
    child.stdin.write(open("input", "rb").read())
    child.stdin.flush()
os.close(start)
deadline = time.monotonic() + 20
while log().count("asked") == asked and time.monotonic() < deadline:
    time.sleep(0.01)
time.sleep(0.2)
closed = log().count("gone")
left_at = time.monotonic()
os.close(end)
code = child.wait(timeout=20)
while log().count("gone") == closed and time.monotonic() < left_at + 20:
    time.sleep(0.01)
took = time.monotonic() - left_at
assert took < 5, took
assert code == -(signal.SIGHUP if how == "terminal" else signal.SIGPIPE), code
assert child.stderr.read() == b""
PY
}

@test "a reader that leaves ends the upstream call at once, though the upstream is silent" {
  export ANTHROPIC_API_KEY=k
  local how to
  for how in nothing head event pings; do
    start_upstream stall "$how"
    for to in pipe socket terminal; do
      echo "$HI_STREAM" >input
      reader_leaves "$to" "$PROXX" --upstream-url "$upstream_url"
    done
    reader_leaves pipe "$PROXX" --no-stream --upstream-url "$upstream_url"
    printf '{"custom_id":"1","id":1,"body":%s}\n' "$HI" >input
    reader_leaves pipe "$PROXX" batch --upstream-url "$upstream_url"
    reader_leaves pipe "$PROXX" bridge --upstream-url "$upstream_url"
    : >input
    reader_leaves pipe "$PROXX" ask --upstream-url "$upstream_url" hi
  done
}

@test "a reader of -o FIFO that leaves ends the upstream call at once" {
  export ANTHROPIC_API_KEY=k
  start_upstream stall event
  mkfifo fifo
  "$PROXX" --upstream-url "$upstream_url" -o fifo <<<"$HI_STREAM" 2>err 3>&- &
  local pid=$!
  children+=("$pid")
  exec 7<fifo
  read -r -u 7
  exec 7<&-
  code=0
  timeout 20 tail --pid="$pid" -f /dev/null
  wait "$pid" || code=$?
  expect code "$code" 141
  wait_for upstream.log gone
}

@test "L6: on a terminal without a FILE, a short usage and exit 2" {
  local command want
  for command in "" "batch" "convert request" "bridge"; do
    # shellcheck disable=SC2016
    printf '#!/bin/bash\n"%s" %s >out 2>err\necho "$?" >code\n' "$PROXX" "$command" >run.sh
    script -qec "bash run.sh" /dev/null </dev/null >/dev/null
    expect "$command" "$(cat code)" 2
    expect stdout "$(cat out)" ""
    want="Usage: proxx${command:+ ${command% *}}"
    contains "$(cat err)" "$want"
    contains "$(cat err)" "proxx: "
    contains "$(cat err)" " --help"
    [ "$(wc -l <err)" -ge 4 ] && [ "$(wc -l <err)" -le 10 ]
  done
}
