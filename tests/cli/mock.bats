#!/usr/bin/env bats
# --mock plays along with what frameworks ask for: typed output, forced calls, JSON mode, tool loops.
load helpers

PERSON='{"type":"object","additionalProperties":false,"required":["name","age","tags"],"properties":
  {"name":{"type":"string"},"age":{"type":"integer"},"tags":{"type":"array","items":{"enum":["a","b"]}}}}'
TOOLS='[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{"city":{"type":"string"},
  "days":{"type":"integer","minimum":2}},"required":["city","days"]}}},
  {"type":"function","function":{"name":"see","parameters":{"type":"object","properties":{}}}}]'

# fits JSON: it is a PERSON.
fits() {
  expect document "$(jq -c '[keys_unsorted, (.name|type), (.age|type), .tags]' <<<"$1")" '[["name","age","tags"],"string","number",["a"]]'
}

# calls ANSWER: names and arguments of its calls.
calls() { jq -c '[.choices[0].message.tool_calls[] | [.function.name, (.function.arguments|fromjson)]]' <<<"$1"; }

# request MODEL MEMBERS: a chat request that says hi.
request() {
  jq -nc --arg model "$1" --argjson more "$2" '{model: $model, messages: [{role: "user", content: "hi"}]} + $more'
}

@test "response_format json_schema gets a document that fits, whole and in several chunks" {
  body=$(request claude-sonnet-5-5 '{"response_format":{"type":"json_schema","json_schema":{"name":"p","strict":true,"schema":'"$PERSON"'}}}')
  split "$PROXX" --mock <<<"$body"
  expect_code 0
  fits "$(jq -r '.choices[0].message.content' <<<"$out")"
  split "$PROXX" --mock --stream <<<"$body"
  expect_code 0
  pieces=$(sed -n 's/^data: {/{/p' <<<"$out" | jq -c '.choices[0].delta.content // empty')
  [ "$(wc -l <<<"$pieces")" -ge 4 ]
  fits "$(jq -js . <<<"$pieces" | jq -r 'join("")')"
}

@test "bounds that structured outputs refuse hold all the same" {
  schema='{"type":"object","required":["s","n","l"],"properties":{"s":{"type":"string","maxLength":4},
    "n":{"type":"integer","minimum":18,"multipleOf":5},"l":{"type":"array","minItems":2,"items":{"type":"boolean"}}}}'
  split "$PROXX" --mock -q <<<"$(request claude-sonnet-5-5 '{"response_format":{"type":"json_schema","json_schema":{"name":"p","schema":'"$schema"'}}}')"
  expect_code 0
  expect document "$(jq -r '.choices[0].message.content' <<<"$out")" '{"s":"mock","n":20,"l":[true,true]}'
}

@test "response_format json_object gets one object, and one that fits the schema in the system text" {
  split "$PROXX" --mock -q <<<"$(request claude-sonnet-5-5 '{"response_format":{"type":"json_object"}}')"
  expect_code 0
  expect object "$(jq -r '.choices[0].message.content' <<<"$out")" '{"answer":"hi"}'
  system=$(jq -nc --arg schema "$PERSON" '{response_format: {type: "json_object"}, messages: [
    {role: "system", content: ("Answer in the form of this json_schema:\n" + $schema)}, {role: "user", content: "hi"}]}')
  split "$PROXX" --mock -q <<<"$(request claude-haiku-4-5 "$system")"
  expect_code 0
  fits "$(jq -r '.choices[0].message.content' <<<"$out")"
}

@test "a forced call is a call that fits the tool, on models that can be forced and on others" {
  for model in claude-haiku-4-5 claude-opus-5 claude-sonnet-5-5 claude-opus-5-5; do
    split "$PROXX" --mock -q <<<"$(request "$model" '{"tools":'"$TOOLS"',"tool_choice":"required"}')"
    expect_code 0
    expect "calls of $model" "$(calls "$out")" '[["look",{"city":"mock city","days":2}]]'
    expect "text of $model" "$(jq -c '.choices[0] | [.message.content, .finish_reason]' <<<"$out")" '[null,"tool_calls"]'
    split "$PROXX" --mock -q <<<"$(request "$model" '{"tools":'"$TOOLS"',"tool_choice":{"type":"function","function":{"name":"see"}}}')"
    expect_code 0
    expect "named call of $model" "$(calls "$out")" '[["see",{}]]'
  done
}

@test "a tool loop with thinking goes round: the client sends back what it got" {
  for members in '{"reasoning_effort":"high"}' '{}'; do
    for model in claude-sonnet-5-5 claude-opus-5-5 claude-haiku-4-5; do
      body=$(request "$model" "$members" | jq -c --argjson tools "$TOOLS" '.tools = $tools | .messages[0].content = "look"')
      split "$PROXX" --mock -q <<<"$body"
      expect_code 0
      expect "calls of $model" "$(calls "$out")" '[["look",{"city":"mock city","days":2}]]'
      case $model$members in
        claude-haiku-4-5'{}') ;;
        *) expect "signature of $model" "$(jq -r '.choices[0].message.reasoning_details[0].signature | startswith("mock")' <<<"$out")" true ;;
      esac
      second=$(jq -c --argjson message "$(jq -c '.choices[0].message' <<<"$out")" \
        '.messages += [$message, {role: "tool", tool_call_id: $message.tool_calls[0].id, content: "rain"}]' <<<"$body")
      split "$PROXX" --mock -v <<<"$second"
      expect_code 0
      expect "end of $model" "$(jq -r '.choices[0].message.content' <<<"$out")" "The tools answered: rain"
      expect "POSTs of $model" "$(grep -c '^> POST' <<<"$err")" 1
    done
  done
}
