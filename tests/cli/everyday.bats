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
