#!/usr/bin/env bats
# Nothing that looks like a key is shown, and nothing that is one stays where others can read it.
load helpers

KEY=sk-ant-api03-hushHUSH-0123456789

# hides TEXT SECRET...: none of them is in it, in any spelling.
hides() {
  local text=$1 secret
  shift
  for secret; do
    python3 - "$secret" <<'PY' >spellings
import base64, sys, urllib.parse
secret = sys.argv[1]
raw = secret.encode()
print(secret)
print(urllib.parse.quote(secret, safe=""))
print("".join(f"%{byte:02x}" for byte in raw))
print("".join(f"\\u{ord(c):04x}" for c in secret))
for skip in (0, 1, 2):  # what depends on the secret alone
    digits = base64.b64encode(b"a" * skip + raw).decode()[skip and skip + 1 : (len(raw) + skip) * 8 // 6]
    print(digits)
    print(digits.replace("+", "-").replace("/", "_"))
PY
    if grep -oFf spellings <<<"$text"; then
      echo "shown of $secret" >&2
      return 1
    fi
  done
}

@test "R4: an option, an argument, a variable or a file that holds a key in a wrong place is not repeated" {
  local words
  printf 'port: %s\n' "$KEY" >port.yaml
  printf '%s: 1\n' "$KEY" >name.yaml
  printf '%s x\n' "$KEY" >keys
  for words in "$KEY" "./$KEY" "--$KEY" "-$KEY" "--retry $KEY" "--max-time=$KEY" "--format $KEY" "--color $KEY" \
    "-c $KEY" "-c port.yaml" "-c name.yaml" "--key-file $KEY" "--upstream-url $KEY" "--upstream-url https://me:$KEY@here" \
    "-H $KEY" "-H @$KEY" "--record $KEY/x" "serve --port $KEY" "serve --port=$KEY" "serve --host $KEY" "serve --threads $KEY" \
    "serve --log-level $KEY" "serve --mock --auth-file $KEY" "serve --mock --auth-file keys" "serve --unix /nonexistent/$KEY" \
    "serve --unix x --port $KEY" "serve $KEY" "mock --port $KEY" "mock --delay $KEY" "mock --script $KEY.sse" "mock --script $KEY" \
    "mock --replay $KEY" "mock $KEY" "batch -j $KEY" "batch $KEY" "bridge $KEY" "convert $KEY" "convert request $KEY" \
    "convert stream --created $KEY" "convert stream --include-usage $KEY" "models $KEY" "config $KEY" "config -c $KEY" \
    "-H X-Auth:hush-hush serve" "-HX-Auth:hush-hush serve" "--header=X-Auth:hush-hush serve" "--key-file $KEY serve"; do
    # shellcheck disable=SC2086
    split env ANTHROPIC_API_KEY=k timeout 20 "$PROXX" $words <<<"$HI"
    expect "code of $words (stderr: $err)" "$code" 2
    lacks "$out$err" hush
    lacks "$out$err" HUSH
  done
  for words in PROXX_PORT PROXX_HOST PROXX_CONFIG ANTHROPIC_BASE_URL ANTHROPIC_CUSTOM_HEADERS; do
    split env "$words=$KEY x" "$PROXX" config
    expect_code 2
    case $words in
      PROXX_CONFIG) contains "$err" "[redacted: it looks like a key]: No such file" ;;
      *) contains "$err" "$words: " ;;
    esac
    lacks "$out$err" hush
  done
}

@test "R4: a key in the place of a value that may be anything is not repeated" {
  start_mock
  local words
  export ANTHROPIC_API_KEY=k
  for words in "-m $KEY" "--cacert $KEY --upstream-url https://127.0.0.1:1" "--proxy http://127.0.0.1:1 --upstream-url https://$KEY.invalid" \
    "serve --check-health --host $KEY --port 1" "serve --check-health --unix $KEY" \
    "-n -v -m $KEY --upstream-url https://$KEY.invalid -o request" "-n -v -H $KEY:1" \
    "-o nowhere/$KEY/x" "ask --file $KEY hi"; do
    case $words in
      serve* | ask*) ;;
      *) words="-v --retry 0 --upstream-url $mock_url $words" ;;
    esac
    # shellcheck disable=SC2086
    split timeout 20 "$PROXX" $words <<<"$HI"
    [ -n "$out$err" ]
    lacks "$err" hush
    lacks "$err" HUSH
  done
  # the mock refuses the model by its name
  split "$PROXX" --retry 0 --upstream-url "$mock_url" <<<"${HI/claude-sonnet-5-5/$KEY}"
  [ "$code" -ne 0 ]
  lacks "$out$err" hush
  start_serve --upstream-url "$mock_url"
  split curl -sSi "$url/chat/completions" -d "${HI/claude-sonnet-5-5/$KEY}"
  lacks "$out$(cat serve.log)" hush
  kill "$serve_pid"
  # shellcheck disable=SC2153
  "$PROXX" serve --unix "$PWD/$KEY" --mock 2>unix.log 3>&- &
  children+=("$!")
  wait_for unix.log "listening on"
  lacks "$(cat unix.log)" hush
}

@test "X9: the environment's keys are masked when --key-file has won over them" {
  start_upstream reflect
  printf 'sk-ant-from-file-hush\n' >file.key
  chmod 600 file.key
  export ANTHROPIC_API_KEY=$KEY ANTHROPIC_AUTH_TOKEN=hush-token-0001 ANTHROPIC_CUSTOM_HEADERS='X-Auth: hush-custom-0001'
  local request="${HI/hi/I said $KEY, hush-token-0001 and hush-custom-0001}"
  split "$PROXX" -vv --retry 0 --key-file file.key -H 'X-Auth: other-auth-0001' --record tape --upstream-url "$upstream_url" <<<"$request"
  expect_code 4
  contains "$err" "I said ****"
  hides "$out$err$(cat tape/*/*)" "$KEY" hush-token-0001 hush-custom-0001
  split "$PROXX" -n -v --key-file file.key -H "X-Team: $KEY" -H 'X-Other: hush-token-0001' -H 'X-PAT: hush-pat' <<<"$HI"
  expect_code 0
  hides "$err" "$KEY" hush-token-0001 hush-pat
  start_serve -vv --key-file file.key --upstream-url "$upstream_url"
  split curl -sSi "$url/chat/completions" -d "$request"
  hides "$out$(cat serve.log)" "$KEY" hush-token-0001 hush-custom-0001
}

@test "R4: ordinary slips are repeated, with the nearest name" {
  split "$PROXX" serve --prot 1
  contains "$err" "unknown option '--prot' (did you mean '--port'?)"
  split "$PROXX" serve --port 80000
  contains "$err" "--port: expected an integer from 0 to 65535, got '80000'"
  split "$PROXX" srve
  contains "$err" "unknown command 'srve' (did you mean 'serve'?)"
  split "$PROXX" -c missing-configuration-file.yaml --mock <<<"$HI"
  contains "$err" "missing-configuration-file.yaml: No such file"
}

@test "X9: every value of a secret header is hidden, in every spelling and however it is cut" {
  start_upstream reflect
  local secrets=(hush/HUSH+cookie-0001 hush-session-0002 hush/HUSH+auth-0003 hushHUSHauthn0004 SECRET)
  local headers=(-H "Cookie: sid=${secrets[0]}; s2=${secrets[1]}; a=${secrets[4]}; b=c" -H "X-Auth: ${secrets[2]}"
    -H "Authentication: ${secrets[3]}" -H 'X-Session: hush-session-0005')
  export ANTHROPIC_API_KEY=$KEY
  split "$PROXX" -vv --retry 0 --record tape "${headers[@]}" --upstream-url "$upstream_url" <<<"${HI/hi/my key is $KEY}"
  expect_code 4
  contains "$err" "x-api-key: [redacted]"
  contains "$err" "X-Auth: [redacted]"
  contains "$err" "Authentication: [redacted]"
  contains "$err" "Cookie: [redacted]"
  contains "$err" "my key is ****"
  hides "$out$err$(cat tape/*/*)" "$KEY" "${secrets[@]}" hush-session-0005
  split "$PROXX" -n -v "${headers[@]}" <<<"$HI"
  hides "$err" "${secrets[@]}"
  start_serve -vv "${headers[@]}" --upstream-url "$upstream_url"
  split curl -sSi "$url/chat/completions" -d "$HI"
  hides "$out$(cat serve.log)" "$KEY" "${secrets[@]}"
}

@test "X9: the credential of an MCP server in the request is masked in -vv and in a recording" {
  start_upstream reflect
  export ANTHROPIC_API_KEY=$KEY
  local servers='"mcp_servers":[{"type":"url","url":"https://e.org","name":"s","authorization_token":"hush-of-mcp-0001"}]'
  split "$PROXX" -vv --retry 0 --record tape --upstream-url "$upstream_url" <<<"${HI/\"messages\"/$servers,\"messages\"}"
  contains "$(cat tape/*/*)" '"authorization_token":"****************"'
  contains "$(cat tape/*/*)" '"url":"https://e.org"'
  lacks "$(cat tape/*/*)" hush-of-mcp
  lacks "$err$out" hush-of-mcp
}

@test "X9: a key in a stream's deltas is masked in -vv and in a recording" {
  local text
  {
    printf 'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}\n\n'
    printf 'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'
    for text in "it is s" k-ant-api03- hushHU "" SH -012345678 '9!'; do
      printf 'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}\n\n' "$text"
    done
    printf 'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
    printf 'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}\n\n'
    printf 'event: message_stop\ndata: {"type":"message_stop"}\n\n'
  } >key.sse
  start_mock --script "$PWD/key.sse"
  export ANTHROPIC_API_KEY=$KEY
  split "$PROXX" -vv --record tape --upstream-url "$mock_url" <<<"$HI_STREAM"
  expect_code 0
  # the answer itself is the user's
  expect answer "$(sed -n 's/.*"content":"\([^"]*\)".*/\1/p' <<<"$out" | tr -d '\n')" "it is $KEY!"
  local part
  for part in err "tape/0001/output.sse" "tape/0001/response.sse"; do
    expect "$part" "$(sed -n 's/.*\("text_delta","text"\|"content"\):"\([^"]*\)"}.*/\2/p' "$part" | tr -d '\n')" \
      "it is ********************************!"
  done
}

@test "X9 S9: after the start no secret is in the environment" {
  start_upstream echo
  export ANTHROPIC_API_KEY=$KEY ANTHROPIC_AUTH_TOKEN=hush-token-1 ANTHROPIC_CUSTOM_HEADERS='X-Auth: hush-custom-1'
  export HTTPS_PROXY=http://user:hush-proxy-1@127.0.0.1:1 all_proxy=user:hush-proxy-2@127.0.0.1:1
  local i
  mkfifo lines
  start_serve --upstream-url "$upstream_url"
  "$PROXX" bridge --upstream-url "$upstream_url" <lines >answers 3>&- &
  local bridge=$!
  children+=("$bridge")
  exec {write}>lines
  printf '{"id":1,"body":%s}\n' "$HI" >&"$write"
  wait_for answers '"id"'
  start_mock
  for i in "$serve_pid" "$bridge" "$mock_pid"; do
    lacks "$(tr '\0' '\n' <"/proc/$i/environ")" hush
    contains "$(tr '\0' '\n' <"/proc/$i/environ")" PATH=
  done
  exec {write}>&-
}

@test "X9: no secret is in the environment while a key command runs, or stdin is read" {
  start_upstream echo
  export ANTHROPIC_API_KEY=$KEY ANTHROPIC_CUSTOM_HEADERS='X-Auth: hush-custom-1'
  export HTTPS_PROXY=http://user:hush-proxy-1@127.0.0.1:1 all_proxy=user:hush-proxy-2@127.0.0.1:1
  local command pid i
  mkfifo lines
  exec {write}<>lines
  export ANTHROPIC_BASE_URL=$upstream_url
  for command in "" ask "convert request" bridge "batch -o answers"; do
    # shellcheck disable=SC2086
    "$PROXX" $command <lines >out 2>err 3>&- &
    pid=$!
    children+=("$pid")
    # It has opened no file yet, and may not have begun.
    for i in $(seq 200); do
      [ "$(readlink "/proc/$pid/exe")" = "$(realpath "$PROXX")" ] &&
        ! tr '\0' '\n' <"/proc/$pid/environ" | grep -q "hush\|$KEY" && break
      sleep 0.05
    done
    contains "$(tr '\0' '\n' <"/proc/$pid/environ")" PATH=
    lacks "$(tr '\0' '\n' <"/proc/$pid/environ")" hush
    lacks "$(tr '\0' '\n' <"/proc/$pid/environ")" "$KEY"
    kill "$pid"
  done
  exec {write}>&-
  unset ANTHROPIC_API_KEY
  printf "api_key_command: [sh, -c, 'cat /proc/\$PPID/environ >seen; echo $KEY']\n" >c.yaml
  split "$PROXX" -c c.yaml --retry 0 <<<"$HI"
  contains "$(tr '\0' '\n' <seen)" PATH=
  lacks "$(tr '\0' '\n' <seen)" hush
}

@test "X9: a proxy's login is taken from the environment, sent to the proxy and to nobody else" {
  cat >proxy.py <<'PY'
import socket
server = socket.create_server(("127.0.0.1", 0))
print(f"port {server.getsockname()[1]}", flush=True)
while True:
    client, _ = server.accept()
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(4096)
    print(head.decode(), flush=True)
    client.sendall(b"HTTP/1.1 407 No\r\nx-echo: user:hush-hush-1\r\ncontent-length: 0\r\n\r\n")
    client.close()
PY
  python3 proxy.py >proxy.log 3>&- &
  children+=($!)
  wait_for proxy.log "port "
  local proxy
  proxy=127.0.0.1:$(sed -n 's/^port //p' proxy.log)
  HTTPS_PROXY=http://user:hush%2Dhush-1@$proxy ANTHROPIC_API_KEY=$KEY split "$PROXX" -vv --retry 0 --upstream-url https://upstream.example <<<"$HI"
  expect_code 6
  contains "$(cat proxy.log)" "CONNECT upstream.example:443"
  contains "$(cat proxy.log)" "Basic $(printf 'user:hush-hush-1' | base64)"
  contains "$err" "* Uses proxy env variable HTTPS_PROXY == 'http://[redacted]@$proxy'"
  lacks "$err$out" hush
  lacks "$err$out" "$(printf 'user:hush-hush-1' | base64)"
  HTTPS_PROXY="http://$proxy?token=query-token-1" ANTHROPIC_API_KEY=$KEY split "$PROXX" -vv --retry 0 --upstream-url https://upstream.example <<<"$HI"
  expect_code 6
  contains "$err" "* Uses proxy env variable HTTPS_PROXY == 'http://$proxy'"
  lacks "$err$out" query-token
}

@test "X9 X13: a key command sees no secret, and gives the key though a child of it holds the pipe" {
  start_mock
  cat >c.yaml <<YAML
upstream_url: $mock_url
api_key_command: [sh, -c, 'env >seen; sleep 60 & echo \$! >sleeper; echo $KEY']
YAML
  export ANTHROPIC_CUSTOM_HEADERS='X-Auth: hush-custom-1' HTTPS_PROXY=http://user:hush-proxy-1@proxy
  split timeout 30 "$PROXX" -c c.yaml <<<"$HI"
  kill "$(cat sleeper)"
  expect_code 0
  lacks "$(cat seen)" hush-
  contains "$(cat seen)" HTTPS_PROXY=http://proxy
}

@test "X13: a signal while a key command runs ends proxx at once, and the command with its children" {
  printf "api_key_command: [sh, -c, 'sleep 60 & echo \$! \$\$ >pids; wait']\n" >c.yaml
  local signal pid one two i
  for signal in INT TERM HUP; do
    rm -f pids
    env --default-signal=INT "$PROXX" -c c.yaml 2>err 3>&- <<<"$HI" &
    pid=$!
    children+=("$pid")
    wait_for pids " "
    read -r one two <pids
    kill -"$signal" "$pid"
    code=0
    wait "$pid" || code=$?
    expect "code by $signal" "$code" "$((128 + $(kill -l "$signal")))"
    for i in $(seq 200); do
      [ -d "/proc/$one" ] || [ -d "/proc/$two" ] || break
      sleep 0.05
    done
    expect "left by $signal" "$(cat "/proc/$one/cmdline" "/proc/$two/cmdline" 2>/dev/null | tr -d '\0')" ""
  done
}

@test "X9: an error of libcurl's shows no password of a proxy" {
  local proxy
  for proxy in 'http://user:hush-hush@[bad' 'http://user:hush-hush@a b' 'user:hush-hush@127.0.0.1:1' 'no://user:hush-hush@x'; do
    ANTHROPIC_API_KEY=$KEY split "$PROXX" -vv --retry 0 -x "$proxy" --upstream-url https://upstream.example <<<"$HI"
    [ "$code" -ne 0 ]
    lacks "$out$err" hush
    HTTPS_PROXY=$proxy ANTHROPIC_API_KEY=$KEY split "$PROXX" -vv --retry 0 --upstream-url https://upstream.example <<<"$HI"
    [ "$code" -ne 0 ]
    lacks "$out$err" hush
  done
}
