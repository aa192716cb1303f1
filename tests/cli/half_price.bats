#!/usr/bin/env bats
# `proxx batch --half-price` over the mock's Message Batches: nothing is lost, nothing is sent twice,
# whatever the upstream, the machine or the user do.
load helpers

# setup_half: short waits; the mock's hints make them shorter.
setup_half() {
  mkdir -p "$XDG_CONFIG_HOME/proxx"
  echo 'half_price: {poll: 0.05, settle: 0.25}' >"$XDG_CONFIG_HOME/proxx/config.yaml"
  export ANTHROPIC_API_KEY=any-key
}
# lines N [FIRST]: a batch of N short lines.
lines() {
  awk -v n="$1" -v first="${2:-1}" 'BEGIN { for (i = first; i < first + n; i++)
    printf "{\"custom_id\":\"id-%d\",\"body\":{\"model\":\"claude-sonnet-5-5\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"Line %d\"}]}}\n", i, i }'
}
# item ID SCENARIO
item() {
  printf '{"custom_id":"%s","body":{"model":"claude-sonnet-5-5","max_tokens":64,"messages":[{"role":"user","content":"[[mock:%s]]"}]}}\n' "$1" "$2"
}
half() { split "$PROXX" batch --half-price --upstream-url "$mock_url" -o out.jsonl "$@"; }
ids() { jq -r .custom_id "$@" | sort | tr '\n' ' '; }
# all_answered N: ids 1 to N, each once, each with an answer to its own line.
all_answered() {
  expect lines "$(wc -l <out.jsonl)" "$1"
  jq -r 'select(.response.status_code == 200) | "\(.custom_id) \(.response.body.choices[0].message.content)"' out.jsonl | sort >got
  awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) printf "id-%d Hello from the mock upstream. You said: Line %d\n", i, i }' | sort >want
  cmp got want
}
# upstream_batches: how many the mock has, and how many requests they hold.
upstream_batches() {
  curl -sS -H 'x-api-key: any-key' -H 'anthropic-version: 2023-06-01' "$mock_url/v1/messages/batches?limit=1000"
}
sent_items() { upstream_batches | jq '[.data[].request_counts | add] | add // 0'; }

@test "half price: the same lines as without it, at half the cost, and no state left" {
  setup_half
  start_mock
  lines 5 >in.jsonl
  half -u in.jsonl
  expect_code 0
  all_answered 5
  expect keys "$(jq -c 'keys_unsorted' out.jsonl | sort -u)" '["id","custom_id","response","error"]'
  contains "$(jq -r .response.request_id out.jsonl | sort -u)" msgbatch_
  contains "$err" 'saved'
  contains "$err" '1 of 1 batch ended, 5 answers'
  [ ! -e out.jsonl.batches ]
  expect items "$(sent_items)" 5
}

@test "half price: a Responses request becomes an item, and its answer a response" {
  setup_half
  start_mock
  { lines 1; echo '{"custom_id":"r","body":{"model":"claude-sonnet-5-5","max_output_tokens":64,"input":"hi"}}'; } >in.jsonl
  half in.jsonl
  expect_code 0
  expect objects "$(jq -r '"\(.custom_id) \(.response.body.object)"' out.jsonl | sort | tr '\n' ' ')" 'id-1 chat.completion r response '
}

@test "half price: what cannot be sent, and what fails, is an error line, and --resume runs it again" {
  setup_half
  start_mock
  { lines 3; item over error-529; item bad error-400; echo nonsense; echo '{"messages":[]}'
    item "not for them" text; item proxx_1 text; } >in.jsonl
  half in.jsonl
  expect_code 11
  contains "$err" '4 of 9 lines failed; --resume runs them again; first to fail: line 4'
  expect answered "$(jq -r 'select(.response.status_code == 200).custom_id' out.jsonl | sort | tr '\n' ' ')" "id-1 id-2 id-3 not for them proxx_1 "
  expect over "$(jq -c 'select(.custom_id == "over") | [.response.status_code, .response.body.error.code]' out.jsonl)" '[503,"overloaded"]'
  expect bad "$(jq -c 'select(.custom_id == "bad").response.status_code' out.jsonl)" 400
  expect refused "$(jq -r 'select(.response == null).error.message' out.jsonl | sed 's/: .*//' | sort | tr '\n' ' ')" "line 6 line 7 "
  [ -e out.jsonl.batches ]
  before=$(sent_items)
  half in.jsonl
  expect_code 11
  expect "nothing is sent by itself" "$(sent_items)" "$before"
  half --resume in.jsonl
  expect_code 11
  expect lines "$(wc -l <out.jsonl)" 9
  expect "only what failed" "$(sent_items)" $((before + 2))
}

@test "half price: --no-wait leaves with 13, and the same command collects" {
  setup_half
  start_mock --batch-time 3000
  lines 4 >in.jsonl
  half --no-wait in.jsonl
  expect_code 13
  contains "$err" 'not finished: 0 of 1 batch ended'
  [ -e out.jsonl.batches ]
  while [ "$code" -eq 13 ]; do
    sleep 0.3
    half --no-wait in.jsonl
  done
  expect_code 0
  all_answered 4
  expect items "$(sent_items)" 4
}

@test "half price: a crontab's line with --resume is done once all is answered, and sends nothing more" {
  setup_half
  start_mock --batch-time 50
  lines 4 >in.jsonl
  half in.jsonl
  expect_code 0
  half --no-wait --resume -q in.jsonl
  expect_code 0
  expect stderr "$err" ""
  all_answered 4
  expect items "$(sent_items)" 4
}

@test "half price: a batch whose creation was answered by an error is found again, not sent again" {
  local scenario
  for scenario in batch-lost batch-reset batch-lag; do
    setup_half
    start_mock --script "$scenario" --batch-time 50
    lines 6 >in.jsonl
    rm -f out.jsonl
    half in.jsonl
    expect_code 0
    all_answered 6
    expect "$scenario items" "$(sent_items)" 6
  done
}

@test "half price: a creation that was refused is sent again, once" {
  setup_half
  start_mock --script batch-refused --batch-time 50
  lines 6 >in.jsonl
  half in.jsonl
  expect_code 0
  all_answered 6
  expect items "$(sent_items)" 6
}

@test "half price: two candidates stop the run, and --adopt or --again decides" {
  setup_half
  start_mock --script batch-foreign --batch-time 50
  lines 3 >in.jsonl
  half in.jsonl
  expect_code 5
  contains "$err" 'msgbatch_mock_00000002, msgbatch_mock_00000001'
  contains "$err" '--adopt ID'
  half --adopt msgbatch_mock_00000001 in.jsonl
  expect_code 0
  all_answered 3
  rm out.jsonl
  half in.jsonl
  expect_code 5
  half --again in.jsonl
  expect_code 5
  expect "sent twice, as it was told" "$(jq -s '[.[] | select(.do == "intent")] | length' out.jsonl.batches)" 2
}

@test "half price: results that are cut are read again; expired and failed lines are told apart" {
  setup_half
  start_mock --script batch-cut --batch-time 50
  lines 50 >in.jsonl
  half in.jsonl
  expect_code 0
  all_answered 50
  rm out.jsonl
  start_mock --script batch-expired --batch-time 50
  half in.jsonl
  expect_code 11
  expect lines "$(wc -l <out.jsonl)" 50
  expect code "$(jq -r 'select(.response == null).error.code' out.jsonl | sort -u)" batch_expired
  rm out.jsonl out.jsonl.batches
  start_mock --script batch-errors --batch-time 50
  half in.jsonl
  expect_code 11
  expect failed "$(jq -c 'select(.response.status_code == 400).custom_id' out.jsonl | wc -l)" 16
}

@test "half price: --cancel takes what was done; what was not sent waits for --resume" {
  setup_half
  start_mock --batch-time 8000
  lines 10 >in.jsonl
  half --no-wait in.jsonl
  expect_code 13
  half --cancel in.jsonl
  expect_code 11
  expect lines "$(wc -l <out.jsonl)" 10
  expect code "$(jq -r 'select(.response == null).error.code' out.jsonl | sort -u)" batch_cancelled
  expect answered "$(jq -c 'select(.response != null)' out.jsonl | wc -l)" 5
  # By itself nothing is sent again; of what was never sent the same holds.
  half in.jsonl
  expect_code 11
  expect items "$(sent_items)" 10
  half --resume --no-wait in.jsonl
  expect_code 13
  expect items "$(sent_items)" 15
}

@test "half price: results_url is never followed" {
  setup_half
  start_mock --script batch-evil --batch-time 50
  lines 3 >in.jsonl
  half in.jsonl
  expect_code 0
  all_answered 3
}

@test "half price: a full queue is waited for, a batch that is too large is halved" {
  setup_half
  lines 25000 >in.jsonl
  start_mock --script batch-full --batch-time 300
  half -q in.jsonl
  expect_code 0
  all_answered 25000
  expect items "$(sent_items)" 25000
  lines 12000 >in.jsonl
  rm out.jsonl
  start_mock --script batch-large --batch-time 100
  half -q in.jsonl
  expect_code 0
  all_answered 12000
  expect items "$(sent_items)" 12000
}

@test "half price: a paused turn goes on at full price, or fails" {
  setup_half
  start_mock --script batch-paused --batch-time 50
  printf '{"custom_id":"id-1","body":{"model":"claude-sonnet-5-5","max_tokens":64,"tools":[{"type":"web_search_20250305","name":"web_search"}],"messages":[{"role":"user","content":"x"}]}}\n' >in.jsonl
  half in.jsonl
  expect_code 0
  contains "$err" 'full price'
  expect status "$(jq .response.status_code out.jsonl)" 200
  rm out.jsonl
  echo 'convert: {continue_paused: 0}' >>"$XDG_CONFIG_HOME/proxx/config.yaml"
  half in.jsonl
  expect_code 11
  expect code "$(jq -r .error.code out.jsonl)" paused
}

@test "half price: what is wrong with the first line or the key is known before anything is sent" {
  setup_half
  start_mock
  item id-1 text | sed 's/claude-sonnet-5-5/no-such-model/' >in.jsonl
  half in.jsonl
  expect_code 4
  contains "$err" 'line 1: model: no-such-model; nothing was sent'
  expect left "$(ls)" "$(printf '%s\n' err etc in.jsonl mock.log out xdg | sed '/etc/d')"
  expect items "$(sent_items)" 0
  # Nor does it if an earlier run was killed before it had done anything.
  : >out.jsonl
  : >out.jsonl.batches
  half in.jsonl
  expect_code 4
  expect left "$(find . -name 'out.jsonl*')" ""
  lines 2 >in.jsonl
  ANTHROPIC_API_KEY=sk-ant-oat01-not-taken half in.jsonl
  expect_code 8
  [ ! -e out.jsonl.batches ]
}

@test "half price: usage errors name what is wrong" {
  setup_half
  start_mock
  lines 2 >in.jsonl
  split bash -c 'cat in.jsonl | "$PROXX" batch --half-price --mock -o out.jsonl'
  expect_code 2
  contains "$err" 'reads the input again when the answers come'
  split "$PROXX" batch --half-price --mock in.jsonl
  expect_code 2
  contains "$err" 'needs -o'
  for flags in "-j 2" --fail-fast "--record r"; do
    # shellcheck disable=SC2086
    half $flags in.jsonl
    expect_code 2
    contains "$err" "${flags%% *}"
  done
  split "$PROXX" batch --no-wait --mock -o out.jsonl in.jsonl
  expect_code 2
  contains "$err" --half-price
  split "$PROXX" batch --half-price --mock -o /dev/null in.jsonl
  expect_code 2
  contains "$err" 'expected a regular file'
  half --cancel in.jsonl
  expect_code 2
  contains "$err" 'no batch of out.jsonl is under way'
  echo >out.jsonl
  half in.jsonl
  expect_code 2
  contains "$err" 'out.jsonl exists'
  { lines 2; lines 1 2; } >twice.jsonl
  rm out.jsonl
  half twice.jsonl
  expect_code 2
  contains "$err" "line 3: the custom_id 'id-2' stands twice"
  : >empty.jsonl
  half empty.jsonl
  expect_code 3
  expect left "$(find . -name 'out.jsonl*')" ""
}

@test "half price: an input or a setting that changed stops a run that goes on" {
  setup_half
  start_mock --batch-time 60000
  lines 3 >in.jsonl
  half --no-wait in.jsonl
  expect_code 13
  lines 3 2 >in.jsonl
  half --no-wait in.jsonl
  expect_code 2
  contains "$err" 'in.jsonl is not the input that it was'
  lines 3 >in.jsonl
  echo 'convert: {max_tokens: 77}' >>"$XDG_CONFIG_HOME/proxx/config.yaml"
  half --no-wait in.jsonl
  expect_code 2
  contains "$err" 'convert.max_tokens was ~ and is 77'
  sed -i '/^convert/d' "$XDG_CONFIG_HOME/proxx/config.yaml"
  half --no-wait in.jsonl
  expect_code 13
  expect items "$(sent_items)" 3
}

@test "half price: a journal that is torn is repaired; damaged, foreign or in use it stops the run" {
  setup_half
  start_mock --batch-time 60000
  lines 3 >in.jsonl
  half --no-wait in.jsonl
  expect_code 13
  cp out.jsonl.batches journal
  # The answer to the creation was not kept: the batch is found in the list.
  head -c -20 journal >out.jsonl.batches
  half --no-wait in.jsonl
  expect_code 13
  expect items "$(sent_items)" 3
  { cat journal; head -c 40 /dev/zero; } >out.jsonl.batches
  half --no-wait in.jsonl
  expect_code 13
  { head -n 1 journal; echo '{"do":"made","n":7,"id":"x"}'; } >out.jsonl.batches
  half --no-wait in.jsonl
  expect_code 2
  contains "$err" 'out.jsonl.batches: record 2:'
  sed 's/"v":1/"v":9/' journal >out.jsonl.batches
  half --no-wait in.jsonl
  expect_code 2
  contains "$err" 'another version of proxx (format 9)'
  cp journal out.jsonl.batches
  exec 7<out.jsonl.batches
  flock 7
  half --no-wait in.jsonl 7<&-
  expect_code 2
  contains "$err" 'another proxx batch has it'
  exec 7<&-
  half --no-wait in.jsonl
  expect_code 13
  expect items "$(sent_items)" 3
}

@test "half price: a full disk costs nothing" {
  setup_half
  start_mock --batch-time 50
  lines 40 >in.jsonl
  split bash -c 'ulimit -f 4; exec "$PROXX" batch --half-price --upstream-url "$1" -o out.jsonl in.jsonl' _ "$mock_url"
  expect_code 1
  contains "$err" 'File too large'
  half in.jsonl
  expect_code 0
  all_answered 40
  expect items "$(sent_items)" 40
}

@test "half price: a key that sees none of the batches loses none" {
  setup_half
  start_mock --batch-time 60000
  lines 3 >in.jsonl
  half --no-wait in.jsonl
  expect_code 13
  sed -i 's/msgbatch_mock_00000001/msgbatch_mock_99/' out.jsonl.batches
  half in.jsonl
  expect_code 8
  contains "$err" 'this key sees none of the batches that run, such as msgbatch_mock_99'
  half --again --no-wait in.jsonl
  expect_code 13
  sed -i 's/"organization":"0/"organization":"1/' out.jsonl.batches
  half --no-wait in.jsonl
  expect_code 8
  contains "$err" 'another organization'
}

@test "half price: results that the output lost are fetched again, not paid again" {
  setup_half
  start_mock --script batch-errors --batch-time 50
  lines 6 >in.jsonl
  half in.jsonl
  expect_code 11
  rm out.jsonl
  half in.jsonl
  expect_code 11
  contains "$err" 'the output lacks results of msgbatch_mock_00000001'
  expect lines "$(wc -l <out.jsonl)" 6
  expect items "$(sent_items)" 6
}

@test "half price: SIGINT says what goes on, and ends the run by the signal" {
  setup_half
  start_mock --batch-time 3000
  lines 3 >in.jsonl
  "$PROXX" batch --half-price --upstream-url "$mock_url" -o out.jsonl in.jsonl 2>err.log 3>&- &
  local run=$!
  children+=("$run")
  wait_for out.jsonl.batches '"do":"made"'
  kill -TERM "$run"
  code=0
  wait "$run" || code=$?
  expect code "$code" 143
  contains "$(cat err.log)" '1 batch goes on upstream'
  contains "$(cat err.log)" '--cancel'
}

@test "half price: an upstream that is away ends a run that has sent nothing, and no other" {
  setup_half
  start_mock --batch-time 60000
  lines 3 >in.jsonl
  split "$PROXX" batch --half-price --retry 0 --upstream-url http://127.0.0.1:9 -o out.jsonl in.jsonl
  expect_code 6
  expect left "$(find . -name 'out.jsonl*')" ""
  half --no-wait in.jsonl
  expect_code 13
  kill "$mock_pid"
  wait "$mock_pid" 2>/dev/null || true
  half --retry 0 --no-wait in.jsonl
  expect_code 13
  contains "$err" 'not finished: 0 of 1 batch ended'
  [ -e out.jsonl.batches ]
}

@test "half price: through serve, which relays the native calls; from stdin, if that is a file" {
  setup_half
  start_mock --batch-time 50
  start_serve --upstream-url "$mock_url"
  lines 20 >in.jsonl
  split "$PROXX" batch --half-price --upstream-url "${url%/v1}" -o out.jsonl <in.jsonl
  expect_code 0
  all_answered 20
  expect items "$(sent_items)" 20
  curl -sS -H 'x-api-key: any-key' "$url/messages/batches?limit=1" >list
  id=$(jq -r '.data[0].id' list)
  expect counts "$(jq '.data[0].request_counts.succeeded' list)" 20
  curl -sS -H 'x-api-key: any-key' "$url/messages/batches/$id/results" >results
  expect results "$(jq -r .custom_id results | sort -u | wc -l)" 20
  expect deleted "$(curl -sS -X DELETE -H 'x-api-key: any-key' "$url/messages/batches/$id" | jq -r .type)" message_batch_deleted
  expect gone "$(curl -sS -o /dev/null -w '%{http_code}' -H 'x-api-key: any-key' "$url/messages/batches/$id")" 404
  contains "$(curl -sS -H 'x-api-key: any-key' "$url/batches")" 'proxx batch --half-price'
}

@test "half price: -n prints the items as they would go" {
  { lines 2; item "a b" text; } >in.jsonl
  split "$PROXX" batch --half-price -n in.jsonl
  expect_code 0
  expect ids "$(jq -r .custom_id <<<"$out" | tr '\n' ' ')" "proxx_00000000_1 id-2 proxx_00000000_3 "
  expect stream "$(jq -c '.params | has("stream")' <<<"$out" | sort -u)" false
}

@test "half price: killed at any time it sends nothing twice and loses nothing" {
  setup_half
  "$PROXX_SOURCE/bench/half_kill9.sh" 6 40
}

@test "half price: what the built-in mock could not go on with is told at once" {
  setup_half
  lines 2 >in.jsonl
  split "$PROXX" batch --half-price --mock --no-wait -o out.jsonl in.jsonl
  expect_code 2
  expect stderr "$err" "proxx: --no-wait does not go with --mock, whose batches end with it: start proxx mock, and say --upstream-url"
  echo 'upstream_url: mock' >mock.yaml
  split "$PROXX" batch -c mock.yaml --half-price --no-wait -o out.jsonl in.jsonl
  expect_code 2
  contains "$err" "--no-wait does not go with --mock"
  expect left "$(find . -name 'out.jsonl*')" ""
}

@test "half price: -u writes what each line cost, and sums up the whole file" {
  setup_half
  start_mock --batch-time 50
  lines 3 >in.jsonl
  half -u in.jsonl
  expect_code 0
  lacks "$err" "with earlier runs"
  local prices
  prices=$("$PROXX" models --json | jq -c '.data[] | select(.id == "claude-sonnet-5-5")')
  expect costs "$(jq -c --argjson of "$prices" '.response.body.usage |
    (.cost_usd * 2e6 | round) == (.prompt_tokens * $of.price_input + .completion_tokens * $of.price_output | round)' out.jsonl | sort -u)" true
  # An ordinary run that goes on with it counts those answers at what they cost.
  lines 1 4 >>in.jsonl
  split "$PROXX" batch -u --mock --resume -o out.jsonl in.jsonl
  expect_code 0
  contains "$err" ", 4 lines"
  expect sum "$(sed -n 's/.*with earlier runs: .*\$\([0-9.]*\), 4 lines/\1/p' <<<"$err")" \
    "$(jq -s 'map(.response.body.usage.cost_usd) | add | . * 1e6 | round / 1e6' out.jsonl | awk '{ printf "%.6f", $1 }')"
}

@test "half price: SIGINT over the built-in mock says that its batches are gone, and how to begin again" {
  mkdir -p "$XDG_CONFIG_HOME/proxx"
  echo 'half_price: {poll: 30, settle: 0.25}' >"$XDG_CONFIG_HOME/proxx/config.yaml"
  lines 2 >in.jsonl
  "$PROXX" batch --half-price --mock -o out.jsonl in.jsonl 2>err 3>&- &
  local child=$!
  children+=("$child")
  wait_for out.jsonl.batches msgbatch
  kill -INT "$child"
  code=0
  wait "$child" || code=$?
  expect code "$code" 130
  contains "$(cat err)" "proxx: the batches of --mock end with it: remove out.jsonl and out.jsonl.batches to begin again"
  # What is told works.
  rm -f out.jsonl out.jsonl.batches
  setup_half
  split "$PROXX" batch --half-price --mock -o out.jsonl in.jsonl
  expect_code 0
  all_answered 2
}
