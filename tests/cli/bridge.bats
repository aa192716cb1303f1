#!/usr/bin/env bats
# `proxx bridge`: a parent process speaks JSON Lines with it (proxx(1)).
load helpers

# ask ID SCENARIO [true|false]: one request; streaming if true.
ask() { printf '{"id":%s,"body":%s}\n' "$1" "$(ask_for "$2" "${3:-false}")"; }
bridge() { split "$PROXX" bridge --mock "$@"; }
# of ID: the lines of that id.
of() { jq -c "select(.id == $1)" "$BATS_TEST_TMPDIR/out"; }
# open_bridge [OPTIONS]: one that runs beside the test: requests to descriptor 7, lines in ./lines.
open_bridge() {
  mkfifo requests
  "$PROXX" bridge --mock "$@" <requests >lines 2>err 3>&- &
  bridge_pid=$!
  children+=("$bridge_pid")
  exec 7>requests
}
# ended CODE: within 10 s.
ended() {
  code=0
  timeout 10 tail --pid="$bridge_pid" -f /dev/null || return 1
  wait "$bridge_pid" || code=$?
  expect "exit code" "$code" "$1"
}

@test "a request is answered with one line that holds the completion" {
  bridge < <(ask 1 text)
  expect_code 0
  expect stderr "$err" ""
  expect lines "$(wc -l <"$BATS_TEST_TMPDIR/out")" 1
  expect keys "$(jq -c keys_unsorted <<<"$out")" '["id","response"]'
  expect object "$(jq -r .response.object <<<"$out")" chat.completion
}

@test "a streaming request is answered chunk by chunk, then done" {
  bridge < <(ask '"s"' text true; ask 2 text)
  expect_code 0
  expect objects "$(of '"s"' | jq -r 'select(.chunk)|.chunk.object' | sort -u)" chat.completion.chunk
  expect last "$(of '"s"' | tail -n 1)" '{"id":"s","done":true}'
  expect reason "$(of '"s"' | tail -n 2 | head -n 1 | jq -r '.chunk.choices[0].finish_reason')" stop
  local streamed
  streamed=$(of '"s"' | jq -rj '.chunk.choices[0].delta.content // ""')
  expect text "$streamed" "$(of 2 | jq -r '.response.choices[0].message.content')"
}

@test "an id is any JSON value, and comes back as it was written" {
  local id
  for id in '1.0' '"\u00e9"' '{"a": [1e3, null]}' '[]' 'null' 'false' '123456789012345678901234567890'; do
    bridge < <(ask "$id" text)
    contains "$out" "{\"id\":$id,\"response\":"
  done
}

@test "requests run side by side, and answers interleave by line" {
  bridge < <(ask '"late"' slow true; ask '"soon"' text true)
  expect_code 0
  expect lines "$(jq -c .id "$BATS_TEST_TMPDIR/out" | wc -l)" "$(wc -l <"$BATS_TEST_TMPDIR/out")"
  expect first "$(grep -o '{"id":"[a-z]*","done":true}' <<<"$out" | head -n 1)" '{"id":"soon","done":true}'
  expect dones "$(grep -c '"done":true' <<<"$out")" 2
}

@test "-j 1 runs them one after the other" {
  bridge -j 1 < <(ask '"late"' slow true; ask '"soon"' text true; ask 3 text)
  expect_code 0
  expect order "$(jq -c 'select(.done or .response)|.id' "$BATS_TEST_TMPDIR/out" | tr '\n' ' ')" '"late" "soon" 3 '
}

@test "an answer comes while stdin stays open" {
  open_bridge
  ask 1 text >&7
  wait_for lines '"response"'
  ask 2 text true >&7
  wait_for lines '{"id":2,"done":true}'
  exec 7>&-
  ended 0
}

@test "what failed says its status and its error" {
  bridge --retry 0 < <(ask 1 error-529 true; ask 2 error-400; ask 3 error-mid-stream true; ask 4 truncated true
    echo '{"id":5,"body":{"messages":[]}}')
  expect_code 0
  expect 1 "$(of 1 | jq -c '[.status,.error.code]')" '[503,"overloaded"]'
  expect 2 "$(of 2 | jq -c '[.status,.error.type]')" '[400,"invalid_request_error"]'
  expect 3 "$(of 3 | tail -n 1 | jq -c '[.status,.error.type]')" '[503,"server_error"]'
  expect 4 "$(of 4 | tail -n 1 | jq -c '[.status,.error.type]')" '[502,"server_error"]'
  expect "done" "$(grep -c '"done"' <<<"$out")" 0
  expect 5 "$(of 5 | jq -c '[.status,.error.param]')" '[400,"messages"]'
}

@test "notices come with the last line of a request" {
  bridge < <(ask 1 text | sed 's/"stream"/"seed":7,"stream"/'; ask 2 text true | sed 's/"stream"/"seed":7,"stream"/')
  expect_code 0
  expect stderr "$err" ""
  expect response "$(of 1 | jq -c '.notices[0]|[.kind,.path]')" '["dropped","seed"]'
  expect stream "$(of 2 | tail -n 1 | jq -c '[.done,.notices[0].path]')" '[true,"seed"]'
  bridge < <(ask 1 text | sed 's/"stream"/"temperature":1.5,"stream"/; s/sonnet-5-5/haiku-4-5/')
  expect adjusted "$(of 1 | jq -c '.notices[0]|[.kind,.path]')" '["adjusted","temperature"]'
  bridge --strict < <(ask 1 text | sed 's/"stream"/"seed":7,"stream"/')
  expect strict "$(of 1 | jq -c '[.status,.error.param]')" '[400,"seed"]'
}

@test "a request is cancelled, running or waiting; an unknown id is not an error" {
  open_bridge -j 1
  ask 1 stall true >&7
  wait_for lines '"chunk"'
  ask 2 text >&7
  echo '{"id":2,"cancel":true}' >&7
  wait_for lines '"id":2'
  echo '{"id":77,"cancel":true}' >&7
  echo '{"id":1,"cancel":true}' >&7
  ask 3 text >&7
  wait_for lines '{"id":3,"response":'
  exec 7>&-
  ended 0
  expect 1 "$(jq -c 'select(.id==1)' lines | tail -n 1 | jq -c '[.status,.error.code]')" '[499,"cancelled"]'
  expect 2 "$(jq -c 'select(.id==2)|[.status,.error.code]' lines)" '[499,"cancelled"]'
  expect 77 "$(jq -c 'select(.id==77)' lines)" ""
}

@test "an id that is running is refused" {
  open_bridge
  ask 1 stall true >&7
  wait_for lines '"chunk"'
  ask 1 text >&7
  wait_for lines '"status":409'
  exec 7>&-
  kill "$bridge_pid"
  ended 143
}

@test "garbage is an error line with id null, and the bridge goes on" {
  bridge < <(echo 'what?'; echo '[]'; echo; echo '{"body":{}}'; echo '{"id":5}'; echo '{"id":6,"cancel":1}'
    printf '\xff\xfe\n'; ask 1 text)
  expect_code 0
  expect null "$(jq -c 'select(.id==null)|[.status,.error.type]' <<<"$out" | sort | uniq -c | tr -s ' ')" \
    ' 4 [400,"invalid_request_error"]'
  expect 5 "$(of 5 | jq -c '[.status,.error.param]')" '[400,"body"]'
  expect 6 "$(of 6 | jq -c '[.status,.error.param]')" '[400,"cancel"]'
  expect 1 "$(of 1 | jq -r .response.object)" chat.completion
}

@test "a line over 32 MiB is an error, not memory" {
  plain_build
  { printf '{"id":9,"x":"'; head -c 100000000 /dev/zero | tr '\0' x; echo '"}'; ask 1 text; } >in
  python3 - <<'EOF' >peak
import os, resource, subprocess
subprocess.run([os.environ["PROXX"], "bridge", "--mock"], stdin=open("in"), stdout=open("out", "w"), check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
EOF
  expect error "$(jq -c 'select(.id==null)|[.status,.error.code]' out)" '[413,"request_too_large"]'
  expect 1 "$(jq -r 'select(.id==1)|.response.object' out)" chat.completion
  [ "$(cat peak)" -lt 90000 ]
}

@test "a last line without a newline counts; stdin's end lets what is in flight finish" {
  bridge < <(ask 1 slow true; printf %s "$(ask 2 slow)")
  expect_code 0
  expect 1 "$(of 1 | tail -n 1)" '{"id":1,"done":true}'
  expect 2 "$(of 2 | jq -r .response.object)" chat.completion
}

@test "a parent that dies ends it by SIGPIPE, silently, though no answer comes" {
  python3 - <<'EOF'
import os, signal, subprocess
child = subprocess.Popen([os.environ["PROXX"], "bridge", "--mock"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
body = '{"messages":[{"role":"user","content":"[[mock:hang]]"}]}'
child.stdin.write(('{"id":1,"body":%s}\n' % body).encode())
child.stdin.write(b"garbage\n")
child.stdin.flush()
child.stdout.readline()  # it runs
child.stdout.close()
assert child.wait(timeout=10) == -signal.SIGPIPE
assert child.stderr.read() == b""
EOF
}

@test "a parent that stops reading stops the upstreams, and gets everything once it reads" {
  python3 - <<'EOF'
import json, os, subprocess, time
child = subprocess.Popen([os.environ["PROXX"], "bridge", "--mock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
body = '{"stream":true,"messages":[{"role":"user","content":"[[mock:huge-event]]"}]}'
for number in range(8):
    child.stdin.write(('{"id":%d,"body":%s}\n' % (number, body)).encode())
child.stdin.close()
time.sleep(1)
assert child.poll() is None
done = set()
for text in child.stdout:
    line = json.loads(text)
    if line.get("done"):
        done.add(line["id"])
assert done == set(range(8)), done
assert child.wait(timeout=10) == 0
EOF
}

@test "a parent that sends garbage and does not read: what it would have to read stays bounded" {
  plain_build
  python3 - <<'EOF'
import os, subprocess, time
child = subprocess.Popen([os.environ["PROXX"], "bridge", "--mock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
os.set_blocking(child.stdin.fileno(), False)
sent = 0
deadline = time.time() + 10
while time.time() < deadline:
    try:
        sent += os.write(child.stdin.fileno(), b"garbage\n" * 4096)
        idle_since = time.time()
    except BlockingIOError:
        if time.time() - idle_since > 1:
            break
        time.sleep(0.01)
peak = [line for line in open(f"/proc/{child.pid}/status") if line.startswith("VmHWM")][0]
assert sent < 2_000_000, sent
assert int(peak.split()[1]) < 60_000, peak
child.kill()
EOF
}

@test "it ends by the signal, and needs a parent" {
  open_bridge
  ask 1 hang >&7
  ask 2 text >&7
  wait_for lines '"response"'
  kill -INT "$bridge_pid"
  ended 130
  exec 7>&-
  split "$PROXX" bridge --mock <&-
  expect_code 2
  split "$PROXX" bridge <<<"$(ask 1 text)"
  expect_code 8
  split "$PROXX" bridge --help
  contains "$out" "Example"
}

@test "a parent in Python" {
  split python3 "$PROXX_SOURCE/tests/cli/bridge_parent.py" --mock hello "[[mock:error-400]]" world
  expect_code 0
  contains "$out" "0: "
  contains "$out" "1: error 400: "
  contains "$out" "2: "
  lacks "$out" "0: error"
}

@test "a parent in Node" {
  command -v node >/dev/null || skip "no node"
  split node "$PROXX_SOURCE/tests/cli/bridge_parent.mjs" --mock hello "[[mock:error-400]]" world
  expect_code 0
  contains "$out" "0: "
  contains "$out" "1: error 400: "
  contains "$out" "2: "
  lacks "$out" "0: error"
}

@test "-u sums up on stderr, once stdin has ended" {
  split "$PROXX" bridge --mock -u < <(
    printf '{"id":%s,"body":{"messages":[{"role":"user","content":"hi"}]}}\n' 1 2
    echo '{"id":3,"body":{"messages":[{"role":"user","content":"[[mock:error-400]]"}]}}'
  )
  expect_code 0
  [[ $err =~ ^proxx:\ usage:\ [0-9]+\ in,\ [0-9]+\ out,\ \$0\.[0-9]+,\ 3\ lines\ in\ [0-9]+\ s$ ]] || { echo "$err" >&2; return 1; }
  split "$PROXX" bridge --mock <<<'{"id":1,"body":{"messages":[{"role":"user","content":"hi"}]}}'
  expect stderr "$err" ""
}

@test "X1: what comes late on a kept connection is no other request's answer" {
  local what
  export ANTHROPIC_API_KEY=sk-bridge-0123
  for what in answer 408 newline end; do
    start_upstream late "$what"
    rm -f requests lines
    mkfifo requests
    "$PROXX" bridge --config none --upstream-url "$upstream_url" --retry 0 <requests >lines 2>err 3>&- &
    bridge_pid=$!
    children+=("$bridge_pid")
    exec 7>requests
    printf '{"id":1,"body":%s}\n' "${HI/hi/first}" >&7
    wait_for lines '"id":1'
    say_late
    printf '{"id":2,"body":%s}\n' "${HI/hi/second}" >&7
    exec 7>&-
    ended 0
    expect "$what" "$(jq -r '.response.choices[0].message.content' lines | paste -sd ,)" \
      "sk-bridge-0123 first,sk-bridge-0123 second"
    expect "$what: requests" "$(grep -c asked upstream.log)" 2
  done
}

@test "a response goes on by previous_response_id, and items by reference, while the bridge lives" {
  open_bridge
  echo '{"id":1,"body":{"input":"one"}}' >&7
  wait_for lines '"id":1'
  local first item
  first=$(jq -r 'select(.id==1).response.id' lines)
  item=$(jq -r 'select(.id==1).response.output[0].id' lines)
  expect store "$(jq 'select(.id==1).response.store' lines)" true
  printf '{"id":2,"body":{"input":"two","previous_response_id":"%s","stream":true}}\n' "$first" >&7
  wait_for lines '{"id":2,"done":true}'
  expect previous "$(jq -r 'select(.id==2).chunk.response.previous_response_id // empty' lines | sort -u)" "$first"
  printf '{"id":3,"body":{"input":[{"role":"user","content":"one"},{"type":"item_reference","id":"%s"},{"role":"user","content":"x"}]}}\n' "$item" >&7
  wait_for lines '"id":3'
  expect status "$(jq -r 'select(.id==3).response.status' lines)" completed
  echo '{"id":4,"body":{"input":"x","previous_response_id":"resp_none"}}' >&7
  wait_for lines '"id":4'
  expect code "$(jq -r 'select(.id==4).error.code' lines)" previous_response_not_found
  exec 7>&-
  ended 0
}

@test "serve.remember: 0 is the bridge's, too" {
  echo 'serve: {remember: 0}' >off.yaml
  bridge -c off.yaml < <(echo '{"id":1,"body":{"input":"one"}}')
  expect store "$(jq .response.store <<<"$out")" false
}
