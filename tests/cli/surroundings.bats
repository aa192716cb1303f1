#!/usr/bin/env bats
# What surrounds the program: signals, proxies, terminals, locales, clocks (docs/faults.md 5).
load helpers

@test "L2: the second SIGINT is at once, whatever the first one waits for" {
  printf '{"custom_id":"%s","body":%s}\n' a "$(ask_for text)" b "$(ask_for hang)" >in.jsonl
  # Background children of a non-interactive shell ignore SIGINT; env undoes that.
  env --default-signal=INT "$PROXX" batch --mock -o out.jsonl in.jsonl 2>err 3>&- &
  local pid=$! i
  children+=("$pid")
  wait_for out.jsonl '"a"'
  kill -INT "$pid"
  wait_for err "stopping: 1 in flight"
  kill -0 "$pid"
  kill -INT "$pid"
  for i in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  expect "runs after $i looks" "$(kill -0 "$pid" 2>/dev/null && echo yes)" ""
  code=0
  wait "$pid" || code=$?
  expect code "$code" 130
}

@test "L15: no command takes a key as an argument, and one that is given is not repeated" {
  local command option
  for command in "" ask batch bridge serve mock models config "convert request"; do
    # shellcheck disable=SC2086
    lacks "$("$PROXX" $command --help)" "--api-key"
    for option in "--api-key sk-ant-secret" --api-key=sk-ant-secret; do
      # shellcheck disable=SC2086
      split "$PROXX" $command $option </dev/null
      expect_code 2
      contains "$err" "unknown option '--api-key'"
      lacks "$out$err" sk-ant-secret
    done
  done
}

@test "L18: a proxy that is not used is not shown: one that NO_PROXY excepts, any for plain http" {
  export ANTHROPIC_API_KEY=k
  split env HTTPS_PROXY=http://127.0.0.1:1 NO_PROXY=localhost "$PROXX" -v --retry 0 --upstream-url https://localhost:2 <<<"$HI"
  expect_code 6
  lacks "$err" "127.0.0.1:1"
  start_mock
  split env HTTPS_PROXY=http://127.0.0.1:1 http_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 \
    "$PROXX" -v --upstream-url "$mock_url" <<<"$HI"
  expect_code 0
  lacks "$err" "* "
}

@test "L19: colours are for a terminal that wants them, and for no data" {
  local scenario
  for scenario in text thinking error-400; do
    split "$PROXX" ask --mock -r high "[[mock:$scenario]]" </dev/null
    lacks "$out$err" $'\x1b'
  done
  split "$PROXX" --mock <<<'{'
  lacks "$out$err" $'\x1b'
  # stderr is the terminal here
  on_terminal() { script -qec "$* 2>&1 >answer </dev/null" /dev/null </dev/null; }
  export TERM=xterm
  contains "$(on_terminal "'$PROXX' ask --mock '[[mock:error-400]]'")" $'\x1b[31mproxx:\x1b[0m'
  lacks "$(on_terminal "NO_COLOR=1 '$PROXX' ask --mock '[[mock:error-400]]'")" $'\x1b'
  lacks "$(on_terminal "TERM=dumb '$PROXX' ask --mock '[[mock:error-400]]'")" $'\x1b'
  on_terminal "'$PROXX' ask --mock --color always hi"
  lacks "$(cat answer)" $'\x1b'
}

@test "L21: a wall clock that jumps moves no timeout and no retry" {
  plain_build
  local jumps=(env LD_PRELOAD="$PROXX_TORTURE/libtorture_wall_clock.so")
  [ "$("${jumps[@]}" date +%F)" != "$(date +%F)" ]
  split timeout 20 "${jumps[@]}" "$PROXX" --mock <<<"$HI_STREAM"
  expect_code 0
  split timeout 20 "${jumps[@]}" "$PROXX" --mock --max-time 0.3 --retry 0 <<<"$(ask_for hang true)"
  expect_code 7
  contains "$err" "more than 0.3 s"
  split timeout 20 "${jumps[@]}" "$PROXX" --mock --idle-timeout 0.3 --retry 0 <<<"$(ask_for stall true)"
  expect_code 7
  split timeout 20 "${jumps[@]}" "$PROXX" --mock <<<"$(ask_for flaky)"
  expect_code 0
  contains "$err" "retrying in"
}

@test "L8: without a home, a passwd entry or a place to write it works by the environment alone" {
  local bare=(env -i PATH="$PATH")
  split "${bare[@]}" "$PROXX" --mock <<<"$HI"
  expect_code 0
  expect stderr "$err" ""
  split "${bare[@]}" HOME=/nonexistent "$PROXX" --mock <<<"$HI"
  expect_code 0
  start_mock
  split "${bare[@]}" ANTHROPIC_API_KEY=k ANTHROPIC_BASE_URL="$mock_url" "$PROXX" <<<"$HI"
  expect_code 0
  [ "$(id -u)" = 0 ] || skip "only root can become a user without a passwd entry"
  getent passwd 54321 && skip "54321 is somebody"
  # A binary in a folder of root's alone cannot be run by others.
  local place
  place=$(mktemp -d)
  chmod 755 "$place"
  cp "$PROXX" "$place/proxx"
  cd /
  split setpriv --reuid 54321 --clear-groups "${bare[@]}" HOME=/root "$place/proxx" --mock <<<"$HI"
  rm -r "$place"
  expect_code 0
}
