#!/usr/bin/env bash
# `proxx serve` beside nginx, which converts nothing, and Portkey, which does the same: bench/serve.sh;
# see README.md. With the kit its measurements, without it a part of them.
set -euo pipefail
# shellcheck source=bench/lib.sh
source "$(dirname "$0")/lib.sh"
needs wrk python3
rounds=$(if_quick 1 5)
# A latency's tail is mostly what the machine does meanwhile: with it, more rounds.
tail_rounds=$(if_quick 1 11)
seconds=$(if_quick 1 3)

# kit_run ROUNDS TESTS WITH [--tls]: one run of the kit's, appended to the figures
kit_run() {
  local port taken upstream=(--upstream-url http://127.0.0.1:9901)
  [ -z "${4:-}" ] || upstream=(--upstream-url https://127.0.0.1:9943 --cacert "$work/kit/tls/cert.pem")
  for port in 9901 9910 9930 9943 9960; do
    # Of a run before, it will be free in a moment.
    for _ in $(seq 50); do
      taken=
      if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then taken=1; else break; fi
      sleep 0.1
    done
    [ -z "$taken" ] || die "the kit needs port $port, which is taken"
  done
  bash "$kit/run.sh" ${4:+"$4"} --rounds "$1" --secs "$seconds" --tests "$2" --with "$3" --work "$work/kit" -- \
    "$proxx" serve --port 9960 --log-level warn --max-connections 8192 "${upstream[@]}" \
    >/dev/null 2>"$scratch/kit.log" || { tail -n 5 "$scratch/kit.log" >&2; return 1; }
  cat "$work/kit/bench.tsv" >>"$figures"
}

if have_kit && type -P nginx >/dev/null; then
  figures_in serve.tsv
  say 'beside nginx, with the kit'
  # In the kit's order: what comes first warms what comes behind.
  kit_run "$tail_rounds" "$(if_quick json,burst,paced json,burst,paced,idle5k)" nginx || die 'the kit failed'
  kit_run "$rounds" "$(if_quick json1,idle1k json1,idle1k,live1k)" nginx || die 'the kit failed'
  figures_in tls.tsv
  if grep -q -e --tls "$kit/run.sh"; then
    say 'beside nginx, the upstream speaks TLS'
    kit_run "$rounds" "$(if_quick json,burst,idle1k json,burst,idle1k,idle5k)" nginx --tls || die 'the kit failed'
  else
    left_out 'upstreams that speak TLS: the kit has none'
  fi
  figures_in peer.tsv
  if type -P npm >/dev/null; then
    say 'beside Portkey'
    # A run of its own, for requests a second alone.
    kit_run "$rounds" json,burst portkey || left_out 'Portkey, which could not be installed or started'
  else
    left_out 'Portkey: there is no npm'
  fi
else
  rm -f "$out/peer.tsv"
  figures_in serve.tsv
  systems=(proxx)
  if type -P nginx >/dev/null; then systems=(nginx proxx); else left_out 'nginx, which is not installed'; fi
  left_out 'paced and many open streams, and Portkey: they need the measurement kit'
  message='{"type":"message_start","message":{"id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":1}}}'
  {
    printf 'event: message_start\ndata: %s\n\n' "$message"
    printf 'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'
    for _ in $(seq 200); do
      printf 'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" the quick brown fox"}}\n\n'
    done
    printf 'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
    printf 'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":200}}\n\n'
    printf 'event: message_stop\ndata: {"type":"message_stop"}\n\n'
  } >"$scratch/burst.sse"
  body json claude-sonnet-5-5 false
  body burst claude-sonnet-5-5 true
  # measure LABEL-OF-SCRIPT: each system in turn, into the present figures
  measure() {
    local system test
    for system in "${systems[@]}"; do
      say "round $round: $system, $1${tls_front:+, TLS}"
      start_system "$system"
      if [ "$1" = text ]; then
        wrk_on "$system" json 8 1 >/dev/null
        for test in json1:1 json:64; do
          printf '%s\t%s\t%s\n' "$system" "${test%:*}" "$(wrk_on "$system" json "${test#*:}" "$seconds")" >>"$figures"
        done
      else
        printf '%s\tburst\t%s\n' "$system" "$(wrk_on "$system" burst 32 "$seconds")" >>"$figures"
      fi
      stop "$pid"
    done
  }
  rm -f "$out/tls.tsv"
  for round in $(seq "$rounds"); do
    for script in text "$scratch/burst.sse"; do
      mock_port=$(free_port)
      start 1 "$proxx" mock --port "$mock_port" --script "$script"
      mock_pid=$pid
      await "$mock_port"
      measure "$(basename "$script")"
      if type -P nginx >/dev/null; then
        start_tls_front
        figures=$out/tls.tsv
        measure "$(basename "$script")"
        figures=$out/serve.tsv
        stop_tls_front
      fi
      stop "$mock_pid"
    done
  done
fi
BENCH_OUT=$out python3 "$bench/report.py" serve tls
