#!/usr/bin/env bats
# What is done every day: two turns, JSON by a short schema, lines of words, the newest of a family.
load helpers

@test "sonnet, opus and haiku are the newest of their family, unless the configuration says otherwise" {
  local family id
  for family in sonnet opus haiku fable mythos; do
    split "$PROXX" ask -n -m $family hi </dev/null
    expect_code 0
    id=$(jq -r .model <<<"$out")
    [[ $id == claude-$family-[0-9]* ]] || { echo "$family: $id" >&2; return 1; }
    contains "$("$PROXX" models)" "alias of $id"
    expect "$family in the list" "$("$PROXX" models --json | jq --arg name $family '[.data[].id] | index($name) != null')" true
  done
  echo 'models: {opus: claude-haiku-4-5}' >aliases.yaml
  split "$PROXX" ask -n -c aliases.yaml -m opus hi </dev/null
  expect model "$(jq -r .model <<<"$out")" claude-haiku-4-5
  expect rows "$("$PROXX" models -c aliases.yaml | grep -c '^opus ')" 1
}

@test "models fits 80 columns, --json has prices" {
  [ "$("$PROXX" models | wc -L)" -le 80 ]
  expect price "$("$PROXX" models --json | jq -c '.data[] | select(.id == "claude-haiku-4-5-20251001") | [.price_input, .price_output, .price_cache_read]')" "[1,5,0.1]"
  expect unknown "$("$PROXX" models --json | jq -c '.data[] | select(.id == "claude-mythos-preview") | has("price_input")')" false
}

@test "-J: JSON itself, or members in words" {
  schema() { "$PROXX" ask -n -J "$1" hi </dev/null | jq -c .output_config.format.schema; }
  expect words "$(schema 'name, age int, tall bool, bmi float: weight by height')" \
    '{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},"tall":{"type":"boolean"},"bmi":{"type":"number","description":"weight by height"}},"required":["name","age","tall","bmi"],"additionalProperties":false}'
  expect lines "$(schema $'name: first, last\nage int' | jq -c .properties.name)" '{"type":"string","description":"first, last"}'
  expect "one word" "$(schema dog | jq -c .required)" '["dog"]'
  expect json "$(schema '{"type":"object","properties":{"a":{"type":"string"}}}' | jq -c .properties)" '{"a":{"type":"string"}}'
  split "$PROXX" ask -n -J 'age integer' hi </dev/null
  expect_code 2
  contains "$err" "str, int, float, bool), got 'age integer'"
  split "$PROXX" ask -n -J 'name, age int, name' hi </dev/null
  expect_code 2
  contains "$err" "--schema: 'name' is given twice"
  split "$PROXX" ask -n -J nosuch.json hi </dev/null
  expect_code 2
  contains "$err" "nosuch.json: No such file"
}

@test "-C: two turns in a file that is a request, too" {
  split "$PROXX" ask --mock -C talk.json -s 'Be brief.' first </dev/null
  expect_code 0
  split "$PROXX" ask --mock -C talk.json second </dev/null
  expect roles "$(jq -r '[.messages[].role] | join(" ")' talk.json)" "system user assistant user assistant"
  expect words "$(jq -r '[.messages[] | select(.role == "user") | .content] | join(" ")' talk.json)" "first second"
  contains "$(jq -r '.messages[2].content' talk.json)" "You said: first"
  # As a request; and what stands beside the messages stays and counts.
  jq -c '. + {max_tokens: 77}' talk.json >set.json
  split "$PROXX" ask -n -C set.json -s 'Be long.' third </dev/null
  expect request "$(jq -c '[.max_tokens, .system[0].text, (.messages | length)]' <<<"$out")" '[77,"Be long.",5]'
  expect "a dry run keeps nothing" "$(jq '.messages | length' set.json)" 5
  split "$PROXX" ask --mock -C set.json third </dev/null
  expect kept "$(jq -c '[.max_tokens, (.messages | length)]' set.json)" '[77,7]'
}

@test "-C: the file's other members come back as they are, whatever their names hold" {
  echo '{"x\"\\y\n":1,"model":"claude-haiku-4-5","messages":[]}' >talk.json
  "$PROXX" ask --mock -C talk.json hi </dev/null >/dev/null 2>err || { cat err >&2; return 1; }
  expect names "$(jq -c keys_unsorted talk.json)" '["x\"\\y\n","model","messages"]'
}

@test "-C: what failed or is no conversation leaves the file alone" {
  "$PROXX" ask --mock -C talk.json first </dev/null >/dev/null
  cp talk.json before.json
  split "$PROXX" ask --mock -C talk.json '[[mock:truncated-after-delta]]' </dev/null
  expect_code 10
  cmp talk.json before.json
  split "$PROXX" ask --mock -C new.json '[[mock:error-500]]' --retry 0 </dev/null
  [ ! -e new.json ]
  echo '[]' >list.json
  split "$PROXX" ask --mock -C list.json hi </dev/null
  expect_code 2
  contains "$err" "list.json: expected a conversation"
  split "$PROXX" ask --mock -C talk.json -F json hi </dev/null
  expect_code 2
}

@test "-C: killed in the middle it leaves the file as it was, and the file is a request" {
  "$PROXX" ask --mock -C talk.json first </dev/null >/dev/null
  cp talk.json before.json
  "$PROXX" ask --mock -C talk.json '[[mock:stall]]' </dev/null >answer 2>/dev/null 3>&- &
  local child=$!
  children+=("$child")
  wait_for answer "Hello"
  kill -KILL "$child"
  wait "$child" || true
  cmp talk.json before.json
  expect left "$(find . -name 'talk.json*')" ./talk.json
  split "$PROXX" -n talk.json
  expect_code 0
  expect turns "$(jq -r '[.messages[:2][].content[].text] | join("; ")' <<<"$out")" "first; $(jq -r '.messages[1].content' talk.json)"
  # A link stays a link, and what it points to is written.
  ln -s talk.json link.json
  "$PROXX" ask --mock -C link.json second </dev/null >/dev/null
  [ -L link.json ]
  expect turns "$(jq '.messages | length' talk.json)" 4
}

@test "an image in a pipe is attached, an empty answer is told" {
  printf '\x89PNG\r\n\x1a\n0000' >pic.dat
  split bash -c "cat pic.dat | '$PROXX' ask -n what is this"
  expect_code 0
  expect type "$(jq -r '.messages[0].content[0].source.media_type' <<<"$out")" image/png
  split "$PROXX" ask --mock '[[mock:empty]]' </dev/null
  contains "$err" "proxx: the answer is empty"
}

@test "batch --text: a prompt a line, and --resume by the line's number" {
  printf 'one\n\nthree "quoted"\n' >prompts.txt
  split "$PROXX" batch --mock --text -o out.jsonl prompts.txt
  expect_code 11
  contains "$(jq -r 'select(.custom_id == "line-3").response.body.choices[0].message.content' out.jsonl)" 'three "quoted"'
  sed -i '2s/.*/two/' prompts.txt
  split "$PROXX" batch --mock --text --resume -o out.jsonl prompts.txt
  expect_code 0
  expect ids "$(jq -r .custom_id out.jsonl | sort | tr '\n' ' ')" "line-1 line-2 line-3 "
  split "$PROXX" batch -n --text prompts.txt
  expect prompts "$(jq -r '.params.messages[0].content | if type == "array" then .[0].text else . end' <<<"$out" | head -n 2 | tr '\n' ' ')" "one two "
}

@test "serve -p is --port" {
  "$PROXX" serve --mock -p 0 2>serve.log 3>&- &
  children+=($!)
  wait_for serve.log "listening on http://127.0.0.1:"
}

@test "batch -u: each answer says its cost, and the whole file is summed up on --resume" {
  local i
  for i in 1 2 3 4; do
    echo '{"custom_id":"'$i'","body":{"model":"claude-haiku-4-5","messages":[{"role":"user","content":"hi '$i'"}]}}'
  done >in.jsonl
  head -n 2 in.jsonl >half.jsonl
  split "$PROXX" batch --mock -o out.jsonl half.jsonl
  expect "not asked, no cost" "$(jq -c '.response.body.usage | has("cost_usd")' out.jsonl | sort -u)" false
  split "$PROXX" batch --mock -u --resume -o out.jsonl in.jsonl
  expect_code 0
  # The price of this model: $1 and $5 a million.
  expect costs "$(jq -c 'select(.response.body.usage.cost_usd) | .response.body.usage | (.cost_usd * 1e6 | round) == .prompt_tokens + 5 * .completion_tokens' out.jsonl)" $'true\ntrue'
  local in out_tokens
  in=$(jq -s 'map(.response.body.usage.prompt_tokens) | add' out.jsonl)
  out_tokens=$(jq -s 'map(.response.body.usage.completion_tokens) | add' out.jsonl)
  contains "$err" "2 lines in "
  contains "$err" "proxx: usage: with earlier runs: $in in, $out_tokens out, \$0.0$(printf '%05d' $((in + 5 * out_tokens))), 4 lines"
}

@test "batch -F text: a line an answer, in the input's order, and what went wrong on stderr" {
  printf '%s\n' '[[mock:slow]]' two $'tab\there \\ back' '[[mock:error-400]]' five >prompts.txt
  split "$PROXX" batch --mock --text -F text prompts.txt
  expect_code 11
  expect lines "$(wc -l <out)" 5
  contains "$(sed -n 2p out)" "You said: two"
  expect escaped "$(sed -n 3p out)" 'Hello from the mock upstream. You said: tab\there \\ back'
  expect failed "$(sed -n 4p out)" ""
  contains "$(sed -n 5p out)" "You said: five"
  contains "$err" "proxx: line 4: "
  contains "$err" "1 of 5 lines failed"
  # What printf makes of it is the answer.
  expect back "$(printf '%b' "$(sed -n 3p out)")" $'Hello from the mock upstream. You said: tab\there \\ back'
  # Requests in JSON have answers in text, too.
  split "$PROXX" batch --mock -F text -o out.txt <<<"$HI"
  expect_code 0
  expect file "$(cat out.txt)" "Hello from the mock upstream. You said: hi"
  split "$PROXX" batch --mock -F text -o out.txt <<<"$HI"
  expect_code 2
  expect stderr "$err" "proxx: out.txt exists; what was answered is not overwritten: name another file, or move this one away"
}

@test "batch -F text: what has no text is told by its line" {
  printf '%s\n' '[[mock:refusal-empty]]' '[[mock:empty]]' '[[mock:max-tokens]]' >prompts.txt
  split "$PROXX" batch --mock --text -F text prompts.txt
  expect_code 11
  contains "$err" "proxx: line 1: "
  contains "$err" "proxx: line 2: the answer is empty"
  contains "$err" "proxx: line 3: the answer was cut off"
  local flag
  for flag in --resume --half-price; do
    split "$PROXX" batch --mock -F text $flag -o out.jsonl prompts.txt
    expect_code 2
    expect stderr "$err" "proxx: $flag does not go with --format text: it goes by the ids that only JSON has"
  done
}

@test "after Ctrl-C a batch says how far it came and how to go on" {
  # interrupted OPTIONS...: what it says when SIGINT comes while its third line waits.
  interrupted() {
    printf '%s\n' one two '[[mock:slow]] three' four >prompts.txt
    rm -f out.jsonl
    "$PROXX" batch --mock --text -j 1 "$@" prompts.txt >answers 2>err 3>&- &
    local child=$! i
    children+=("$child")
    for i in $(seq 200); do
      [ "$(cat out.jsonl answers 2>/dev/null | wc -l)" -lt 2 ] || break
      sleep 0.05
    done
    sleep 0.3
    kill -INT "$child"
    code=0
    wait "$child" || code=$?
    expect code "$code" 130
  }
  interrupted -o out.jsonl
  contains "$(cat err)" "proxx: 3 of 4 lines are done; to go on: the same command with --resume"
  interrupted
  contains "$(cat err)" "proxx: 3 of 4 lines are done; with -o FILE a batch can go on with --resume"
  interrupted -F text
  contains "$(cat err)" "proxx: 3 of 4 lines are done; to go on: the same into another file, with the input from line 4 (tail -n +4)"
}


@test "-u is broken between its parts where a terminal is narrow, and is one line elsewhere" {
  script -qec "stty cols 40; '$PROXX' ask --mock -u '[[mock:thinking]]'" /dev/null </dev/null >tty.log
  [ "$(grep -c '^proxx: ' tty.log)" -ge 2 ] || { cat tty.log >&2; return 1; }
  [ "$(grep '^proxx: ' tty.log | tr -d '\r' | wc -L)" -le 40 ]
  expect parts "$(grep '^proxx: ' tty.log | tr -d '\r' | sed 's/^proxx: *//' | tr '\n' ' ' | sed 's/[0-9.]\+ s/N s/g; s/ $//')" \
    "$("$PROXX" ask --mock -u '[[mock:thinking]]' </dev/null 2>&1 >answer | grep usage | sed 's/^proxx: //; s/[0-9.]\+ s/N s/g')"
  split "$PROXX" ask --mock -u '[[mock:thinking]]' </dev/null
  expect lines "$(grep -c usage: <<<"$err")" 1
  script -qec "stty cols 200; '$PROXX' ask --mock -u hi" /dev/null </dev/null >tty.log
  contains "$(grep '^proxx: usage: ' tty.log)" "to first byte, "
}

@test "a progress line is as long as the terminal is wide" {
  { echo one; echo '[[mock:slow]]'; } >prompts.txt
  script -qec "stty cols 24; '$PROXX' batch --mock --text -o out.jsonl prompts.txt" /dev/null </dev/null >tty.log
  contains "$(cat tty.log)" "1 of 2 done, 0 failed"
  tr '\r' '\n' <tty.log >lines
  [ "$(wc -L <lines)" -le 23 ] || { cat lines >&2; return 1; }
}

@test "an answer that breaks off on a terminal ends its line before the error" {
  script -qec "'$PROXX' ask --color never --mock '[[mock:truncated-after-delta]]'" /dev/null </dev/null >tty.log || true
  tr -d '\r' <tty.log >lines
  grep -q '^proxx: the answer\|^proxx: .*ended' lines || { cat lines >&2; return 1; }
  [ "$(grep -c '^proxx: ' lines)" -ge 1 ]
  lacks "$(grep -v '^proxx: ' lines)" "proxx: "
}

@test "words that are not UTF-8 are told as stdin is" {
  split "$PROXX" ask -n $'caf\xe9' </dev/null
  expect_code 0
  contains "$err" "the prompt's words"
  contains "$(jq -r '.messages[0].content | if type == "array" then .[0].text else . end' <<<"$out")" "café"
  split bash -c "printf 'caf\xe9' | '$PROXX' ask -n what"
  contains "$err" "stdin"
  expect same "$(sed "s/stdin/the prompt's words/" err)" "$("$PROXX" ask -n $'caf\xe9' </dev/null 2>&1 >answer)"
}

@test "a PDF in a pipe is a PDF" {
  printf '%%PDF-1.4\n0000' >doc.dat
  split bash -c "cat doc.dat | '$PROXX' ask -n what is this"
  expect_code 0
  expect type "$(jq -rc '.messages[0].content[0] | [.type, .source.media_type]' <<<"$out")" '["document","application/pdf"]'
}

@test "128000 is explained where it surprises" {
  split "$PROXX" ask -n -v hi </dev/null
  contains "$err" "proxx: the request sets no max_tokens, so convert.max_tokens or the model's limit is sent"
  for args in "-n -v --max-tokens 50" "-n" "-n -v -q"; do
    # shellcheck disable=SC2086  # words
    split "$PROXX" ask $args hi </dev/null
    lacks "$err" "the model's limit"
  done
  split "$PROXX" -n -v <<<'{"input":"hi","max_output_tokens":50}'
  lacks "$err" "the model's limit"
}

@test "batch -F text: a line that waits for another try when the run stops is told, and keeps its place" {
  printf '%s\n' one '[[mock:error-529]] two' three '[[mock:slow]] four' >prompts.txt
  "$PROXX" batch --mock --text -F text -j 4 --retry 5 prompts.txt >answers 2>err 3>&- &
  local child=$!
  children+=("$child")
  wait_for answers "said: one"
  sleep 0.5
  kill -INT "$child"
  code=0
  wait "$child" || code=$?
  expect code "$code" 130
  expect second "$(sed -n 2p answers)" ""
  contains "$(sed -n 3p answers)" "said: three"
  contains "$(cat err)" "proxx: line 2: given up when the run stopped"
}
