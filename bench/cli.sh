#!/usr/bin/env bash
# The command line beside curl, cat and jq, with hyperfine: bench/cli.sh; see README.md.
set -euo pipefail
# shellcheck source=bench/lib.sh
source "$(dirname "$0")/lib.sh"
needs hyperfine curl jq openssl python3 time
figures_in cli.tsv
rounds=$(if_quick 1 5)
runs=$(if_quick 10 60)

# measure PREFIX OPTIONS... NAME COMMAND [NAME COMMAND]...: the median wall time of each, and its cpu
measure() {
  local prefix=$1 options=()
  shift
  while [[ $1 == -* ]]; do
    options+=("$1")
    shift
  done
  local commands=()
  while [ $# -gt 0 ]; do
    commands+=(--command-name "$1" "$2")
    shift 2
  done
  hyperfine --style none "${options[@]}" --export-json "$scratch/hyperfine.json" "${commands[@]}" \
    >/dev/null 2>"$scratch/hyperfine.log" || { cat "$scratch/hyperfine.log" >&2; exit 1; }
  jq -r --arg prefix "$prefix" \
    '.results[] | [$prefix + ".wall." + .command, .median], [$prefix + ".cpu." + .command, .user + .system] | @tsv' \
    "$scratch/hyperfine.json" >>"$figures"
}
# peak NAME COMMAND...: memory at its highest, of several runs
peak() {
  local name=$1
  shift
  for _ in $(seq "$(if_quick 3 9)"); do
    figure "$name" "$(env time -f %M "$@" 2>&1 >/dev/null | tail -n 1)"
  done
}

start_mock
cat >"$scratch/request.json" <<'JSON'
{"model":"claude-sonnet-5-5","max_tokens":1024,"messages":[
{"role":"system","content":"You are a helpful assistant. Answer briefly and precisely."},
{"role":"user","content":"Explain the difference between a process and a thread, with one short example in C."},
{"role":"assistant","content":"A process owns memory; threads share it."},{"role":"user","content":"And a fiber?"}]}
JSON
"$proxx" -n "$scratch/request.json" >"$scratch/converted.json"
# curl sends what proxx sends, already converted, and looks at no answer.
post=(curl -q -sS -H 'x-api-key: any' -H 'anthropic-version: 2023-06-01' -H 'content-type: application/json'
  --data-binary "@$scratch/converted.json")
# hyperfine takes a command as one line.
line() { printf '%q ' "$@"; }

# one_shot NAME URL CURL_OPTION...: what proxx needs besides stands in the environment
one_shot() {
  local name=$1 url=$2
  shift 2
  local ours=("$proxx" --upstream-url "$url" "$scratch/request.json")
  local theirs=("${post[@]}" "$@" "$url/v1/messages")
  "${ours[@]}" | jq -e '.choices[0].message.content' >/dev/null || die "$name: proxx has no answer"
  "${theirs[@]}" | jq -e '.content[0].text' >/dev/null || die "$name: curl has no answer"
  for _ in $(seq "$rounds"); do
    measure "$name" -N --warmup=5 --runs="$runs" proxx "$(line "${ours[@]}")" curl "$(line "${theirs[@]}")"
  done
  peak "$name.peak.proxx" "${ours[@]}"
  peak "$name.peak.curl" "${theirs[@]}"
}
say "one-shot http, upstream: $(mock_name)"
one_shot http "http://127.0.0.1:$mock_port"

# A server whose authority stands in a copy of the system's store: beside the others in the bundle,
# which curl reads, and hashed in the directory, which proxx uses where the system has one.
store=/etc/ssl/certs
if ! type -P nginx >/dev/null; then
  left_out 'one-shot https: there is no nginx'
elif [ ! -s "$store/ca-certificates.crt" ]; then
  left_out "one-shot https: there is no $store/ca-certificates.crt"
else
  tls=$scratch/tls
  mkdir "$tls"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=proxx bench authority' \
    -keyout "$tls/authority.key" -out "$tls/authority.pem" 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=127.0.0.1' \
    -keyout "$tls/server.key" -out "$tls/server.csr" 2>/dev/null
  printf 'subjectAltName=IP:127.0.0.1\n' >"$tls/names"
  openssl x509 -req -days 2 -in "$tls/server.csr" -CA "$tls/authority.pem" -CAkey "$tls/authority.key" \
    -CAcreateserial -extfile "$tls/names" -out "$tls/server.pem" 2>/dev/null
  cp -a "$store" "$tls/certs"
  cp "$tls/authority.pem" "$tls/certs/"
  ln -s authority.pem "$tls/certs/$(openssl x509 -noout -hash -in "$tls/authority.pem").0"
  cat "$store/ca-certificates.crt" "$tls/authority.pem" >"$tls/bundle.pem"
  tls_port=$(free_port)
  {
    nginx_conf "$tls"
    cat <<CONF
  server {
    listen 127.0.0.1:$tls_port ssl; ssl_certificate $tls/server.pem; ssl_certificate_key $tls/server.key;
    location / { proxy_pass http://mock; }
  }
}
CONF
  } >"$tls/nginx.conf"
  start 1 nginx -p "$tls" -e "$tls/nginx.log" -c "$tls/nginx.conf"
  await "$tls_port"
  say 'one-shot https, with the authorities of the system'
  export SSL_CERT_DIR=$tls/certs
  one_shot https "https://127.0.0.1:$tls_port" --cacert "$tls/bundle.pem"
  unset SSL_CERT_DIR
fi

say 'convert stream'
recording=$scratch/recording.sse
python3 - "$recording" "$(if_quick 10 100)" <<'PYTHON'
import json, sys

def event(name, **members):
    return f"event: {name}\ndata: {json.dumps({'type': name, **members}, separators=(',', ':'))}\n\n".encode()

message = {"id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
           "content": [], "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 25, "output_tokens": 1}}
words = "the quick brown fox jumps over a \"lazy\" dog,\nthen rests. Größe".split(" ")
deltas = b"".join(
    event("content_block_delta", index=0, delta={"type": "text_delta", "text": " ".join(words[i % 7: i % 7 + 1 + i % 5])})
    for i in range(10_000))
with open(sys.argv[1], "wb") as file:
    file.write(event("message_start", message=message))
    file.write(event("content_block_start", index=0, content_block={"type": "text", "text": ""}))
    for _ in range(int(sys.argv[2]) * 1_000_000 // len(deltas) + 1):
        file.write(deltas)
    file.write(event("content_block_stop", index=0))
    file.write(event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 9}))
    file.write(event("message_stop"))
PYTHON
# A tenth for jq, which takes minutes else; report.py takes it ten times.
head -c "$(($(stat -c %s "$recording") / 10))" "$recording" >"$scratch/tenth.sse"
# The text deltas alone, with none of the checks, and neither a beginning nor an end.
cat >"$scratch/rewrite.jq" <<'JQ'
select(startswith("data: ")) | .[6:] | fromjson? | select(.type == "content_block_delta") |
"data: " + ({id: "chatcmpl-01XFDUDYJgAACzvnptvVoYEL", object: "chat.completion.chunk", created: 0, model: "claude-sonnet-5-5",
  choices: [{index: 0, delta: {content: .delta.text}, logprobs: null, finish_reason: null}]} | tojson) + "\n"
JQ
"$proxx" convert stream "$recording" | tail -n 2 | grep -q '^data: \[DONE\]$' || die 'the conversion has no end'
our_chunks=$("$proxx" convert stream "$recording" | grep -c '"content":"..*"finish_reason":null')
jq_chunks=$(jq -R -r -f "$scratch/rewrite.jq" "$scratch/tenth.sse" | grep -c '"content":"')
difference=$((our_chunks / 10 - jq_chunks))
[ "${difference#-}" -le $((jq_chunks / 100)) ] || die "jq and proxx do not do the same: $our_chunks and 10 times $jq_chunks chunks"
for _ in $(seq "$rounds"); do
  measure stream --shell=sh --warmup=1 --runs="$(if_quick 2 5)" \
    proxx "$(line "$proxx" convert stream "$recording") | cat >/dev/null" \
    cat "$(line cat "$recording") | cat >/dev/null"
  measure stream --shell=sh --runs=1 \
    jq-tenth "$(line jq -R -r -f "$scratch/rewrite.jq" "$scratch/tenth.sse") | cat >/dev/null"
done
peak stream.peak.proxx "$proxx" convert stream "$recording"
BENCH_OUT=$out python3 "$bench/report.py" cli
