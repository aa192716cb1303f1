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
  # Its number may become another's.
  local left=() pid
  for pid in "${started[@]}"; do [ "$pid" = "$1" ] || left+=("$pid"); done
  started=("${left[@]}")
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
# Ends TLS in front of the mock, on its cpu. What start_system() starts from then on goes there. Sets
# $tls_front and $front_pid.
start_tls_front() {
  local dir=$scratch/front
  mkdir -p "$dir"
  [ -f "$dir/cert.pem" ] || openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/key.pem" -out "$dir/cert.pem" \
    -days 2 -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' 2>/dev/null
  tls_front=$(free_port)
  { nginx_conf "$dir"; echo "server { listen 127.0.0.1:$tls_front ssl backlog=8192; ssl_certificate $dir/cert.pem;
    ssl_certificate_key $dir/key.pem; ssl_session_cache shared:s:10m; location / { proxy_pass http://mock; } } }"; } >"$dir/nginx.conf"
  start 1 nginx -p "$dir" -e "$dir/nginx.log" -c "$dir/nginx.conf"
  front_pid=$pid
  await "$tls_front"
}
stop_tls_front() {
  stop "$front_pid"
  tls_front=
}
tls_front=
mock_name() { if have_kit; then echo "the kit's mock"; else echo 'proxx mock'; fi; }
build_of_kit() {
  [ "$work/$1" -nt "$kit/$1.cpp" ] || g++ -O2 -std=c++20 -o "$work/$1" "$kit/$1.cpp"
}

# CPU time of a process so far in nanoseconds; in steps of 10 ms where the kernel keeps no better.
cpu_ns() {
  local ns
  ns=$(cat "/proc/$1"/task/*/schedstat 2>/dev/null | awk '{ ns += $1 } END { printf "%.0f", ns }')
  if [ "${ns:-0}" -eq 0 ]; then
    ns=$(sed 's/.*) //' "/proc/$1/stat" | awk -v hz="$(getconf CLK_TCK)" '{ printf "%.0f", ($12 + $13) / hz * 1e9 }')
  fi
  echo "$ns"
}

# nginx as a proxy that converts nothing, or proxx, in front of the upstream; neither logs requests.
# Sets $pid and $port.
start_system() {
  local url=http://127.0.0.1:$mock_port pass=http://mock trust=()
  if [ -n "$tls_front" ]; then
    url=https://127.0.0.1:$tls_front pass='https://mock; proxy_ssl_session_reuse on' trust=(--cacert "$scratch/front/cert.pem")
  fi
  port=$(free_port)
  case $1 in
    nginx)
      mkdir -p "$scratch/nginx"
      { mock_port=${tls_front:-$mock_port} nginx_conf "$scratch/nginx"
        echo "server { listen 127.0.0.1:$port backlog=8192; location / { proxy_pass $pass; } } }"; } >"$scratch/nginx/nginx.conf"
      start 0 nginx -p "$scratch/nginx" -e "$scratch/nginx/nginx.log" -c "$scratch/nginx/nginx.conf" ;;
    proxx)
      start 0 "$proxx" serve --port "$port" --log-level warn --max-connections 8192 --upstream-url "$url" "${trust[@]}" ;;
  esac
  await "$port"
}
# What a system is asked: bodies are NAME.openai.json for proxx and NAME.anthropic.json for nginx.
path_of() { if [ "$1" = nginx ]; then echo /v1/messages; else echo /v1/chat/completions; fi; }
body_of() { if [ "$1" = nginx ]; then echo "$scratch/$2.anthropic.json"; else echo "$scratch/$2.openai.json"; fi; }
# body NAME MODEL STREAM
body() {
  cat >"$scratch/$1.openai.json" <<JSON
{"model":"$2","max_tokens":1024,"stream":$3,"messages":[
{"role":"system","content":"You are a helpful assistant. Answer briefly and precisely. If you do not know, say so."},
{"role":"user","content":"Explain the difference between a process and a thread, with one short example in C."},
{"role":"assistant","content":"A process owns memory; threads share it."},{"role":"user","content":"And a fiber?"}]}
JSON
  "$proxx" -n "$scratch/$1.openai.json" >"$scratch/$1.anthropic.json"
}
# wrk_on SYSTEM BODY CONNECTIONS SECONDS: wrk's figures and `sutcpu`, the cpu of $pid at $port in ms
wrk_on() {
  local before after line
  before=$(cpu_ns "$pid")
  line=$(BENCH_BODY=$(body_of "$1" "$2") load wrk -t 1 -c "$3" -d "$4s" --timeout 10s -s "$bench/post.lua" \
    "http://127.0.0.1:$port$(path_of "$1")" | grep '^WRK')
  after=$(cpu_ns "$pid")
  echo "$line sutcpu=$(awk "BEGIN { print ($after - $before) / 1e6 }")ms"
}

# What nginx needs to run as anyone, in the folder $1; its servers and the last brace are the caller's.
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
