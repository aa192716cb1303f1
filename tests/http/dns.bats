#!/usr/bin/env bats
# A name may be remembered for a minute: the server's clocks are moved by one (docs/faults.md S15), except
# in a sanitizer's build, where the minute is waited for.
load helpers

@test "S15: an upstream whose name gets another address is found there" {
  local own_mounts=(unshare -m)
  "${own_mounts[@]}" true 2>/dev/null || own_mounts=(unshare -rm)
  "${own_mounts[@]}" true 2>/dev/null || skip "no mount namespaces"
  start_mock
  local first_port=${mock_url##*:}
  "$PROXX" mock --host 127.0.0.2 --port "$first_port" --script error-400 2>second.log 3>&- &
  children+=("$!")
  wait_for second.log "mock listening on"

  echo "127.0.0.1 upstream.test" >hosts
  echo "allow_insecure_upstream: true" >c.yaml
  # The hosts file of the server alone.
  local clock=(env LATER="$PWD/later" LD_PRELOAD="$PROXX_TORTURE/libtorture_later.so")
  if is_sanitized; then clock=(); fi
  # shellcheck disable=SC2016
  ANTHROPIC_API_KEY=k "${own_mounts[@]}" bash -c 'mount --bind hosts /etc/hosts && exec "$@"' - \
    "${clock[@]}" "$PROXX" serve --config c.yaml --port 0 --upstream-url "http://upstream.test:$first_port" \
    2>serve.log 3>&- &
  serve_pid=$!
  children+=("$serve_pid")
  wait_for serve.log "listening on"
  url=$(sed -n 's/^proxx: listening on //p' serve.log)
  fetch "$url/chat/completions" -d "$HI"
  expect_status 200

  echo "127.0.0.2 upstream.test" >hosts
  fetch "$url/chat/completions" -d "$HI"
  expect_status 200
  touch later
  local i
  for i in $(seq 150); do
    fetch "$url/chat/completions" -d "$HI"
    [ "$status_code" = 400 ] && return
    expect_status 200
    sleep 1
  done
  echo "still the first address after $i s" >&2
  return 1
}
