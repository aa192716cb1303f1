# shellcheck shell=bash
# What the scripts here share; sourced, never run. Figures are lines `NAME<tab>VALUE` in a file of
# $out, one line a round; report.py makes the tables. What a script starts it ends, by pid.
# Set from outside: PROXX the binary, BENCH_OUT where figures go, BENCH_WORK what may be deleted,
# BENCH_KIT the kit, BENCH_QUICK=1 for a run that shows that all works and no more.

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$bench")
proxx=$(realpath -m "${PROXX:-$root/build/bench/src/proxx}")
out=$(realpath -m "${BENCH_OUT:-$root/build/bench/results}")
work=$(realpath -m "${BENCH_WORK:-$root/build/bench/work}")
kit=$(realpath -m "${BENCH_KIT:-$root/../shared/bench}")
quick=${BENCH_QUICK:-}
mkdir -p "$out" "$work"

# Nobody's proxies, keys or settings are part of a figure.
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
unset ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
export ANTHROPIC_API_KEY=any PROXX_CONFIG=none

# Fewer descriptors than wanted are told by what then fails.
ulimit -n 20000 2>/dev/null || true

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }
die() { say "$*"; exit 1; }
# One value in a quick run, another else.
if_quick() { if [ -n "$quick" ]; then echo "$1"; else echo "$2"; fi; }
have_kit() { [ -f "$kit/mock_anthropic.cpp" ] && [ -f "$kit/sseload.cpp" ] && [ -f "$kit/run.sh" ]; }
needs() {
  local tool
  for tool; do
    type -P "$tool" >/dev/null || die "there is no $tool: scripts/install-deps.sh bench"
  done
}

started=()
stop() {
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}
# Runs at the end of the script that sourced this; `scratch` is its own folder.
scratch=$(mktemp -d "$work/tmp.XXXXXX")
end() {
  local pid
  for pid in "${started[@]}"; do stop "$pid"; done
  rm -rf "$scratch"
}
trap end EXIT
trap 'exit 130' INT TERM

# The process under test has cpu 0 for itself; upstream and load share cpu 1. Sets $pid.
start() {
  local cpu=$1
  shift
  if [ "$(nproc)" -gt 1 ] && type -P taskset >/dev/null; then set -- taskset -c "$cpu" "$@"; fi
  "$@" >>"$scratch/started.log" 2>&1 &
  pid=$!
  started+=("$pid")
}
load() { if [ "$(nproc)" -gt 1 ] && type -P taskset >/dev/null; then taskset -c 1 "$@"; else "$@"; fi; }

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
# Waits until something listens on the port.
await() {
  for _ in $(seq 200); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
    sleep 0.05
  done
  tail -n 5 "$scratch/started.log" >&2
  die "nothing listens where it should"
}

# The upstream: the kit's mock, which is the fastest, else proxx's own. Sets $mock_port.
start_mock() {
  mock_port=$(free_port)
  if have_kit; then
    build_of_kit mock_anthropic
    start 1 "$work/mock_anthropic" --port "$mock_port"
  else
    start 1 "$proxx" mock --port "$mock_port"
  fi
  await "$mock_port"
}
mock_name() { if have_kit; then echo "the kit's mock"; else echo 'proxx mock'; fi; }
build_of_kit() {
  [ "$work/$1" -nt "$kit/$1.cpp" ] || g++ -O2 -std=c++20 -o "$work/$1" "$kit/$1.cpp"
}

# CPU time of a process so far, in nanoseconds where the kernel tells, else in its ticks.
cpu_ns() {
  cat "/proc/$1"/task/*/schedstat 2>/dev/null | awk '{ ns += $1 } END { print ns + 0 }'
}

# What nginx needs to be told to run as anyone, below $1; `http` and its braces are the caller's.
nginx_conf() {
  cat <<CONF
daemon off; master_process off; pid $1/nginx.pid; error_log $1/nginx.log crit; worker_rlimit_nofile 20000;
events { worker_connections 16384; multi_accept on; }
http {
  access_log off; tcp_nodelay on; client_body_buffer_size 64k; client_max_body_size 32m;
  keepalive_timeout 300; keepalive_requests 100000000;
  client_body_temp_path $1/t1; proxy_temp_path $1/t2; fastcgi_temp_path $1/t3; uwsgi_temp_path $1/t4; scgi_temp_path $1/t5;
  upstream mock { server 127.0.0.1:$mock_port; keepalive 8192; keepalive_requests 100000000; keepalive_timeout 300; }
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 300;
CONF
}

figures=
# Figures go to $out/$1 from here on.
figures_in() {
  figures=$out/$1
  : >"$figures"
}
figure() { printf '%s\t%s\n' "$1" "$2" >>"$figures"; }
left_out() {
  say "left out: $1"
  figure note "Left out: $1."
}
