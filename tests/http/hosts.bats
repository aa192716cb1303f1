#!/usr/bin/env bats
# Claude's hosts, each played by the mock by rules of its own: on the command line and in serve.
load helpers

# The settings of a host, without its URL.
settings_of() {
  case $1 in
    bedrock) printf 'upstream: bedrock\nregion: eu-west-1\n' ;;
    mantle) printf 'upstream: bedrock\nregion: eu-west-1\nbedrock: {endpoint: mantle}\n' ;;
    vertex) printf 'upstream: vertex\nproject: p1\n' ;;
    google) printf 'upstream: google\nproject: p1\nworkspace: w1\n' ;;
    aws) printf 'upstream: aws\nregion: eu-west-1\nworkspace: w1\n' ;;
    foundry) printf 'upstream: foundry\nresource: r1\n' ;;
  esac
}
# use_host HOST [MOCK-OPTIONS]: a mock that plays it, and c.yaml for it.
use_host() {
  local host=$1
  shift
  start_mock --as "$host" "$@"
  { settings_of "$host"; echo "upstream_url: $mock_url"; } >c.yaml
}
# token_command: prints token-1, token-2, ... and counts its runs in `runs`.
token_command() {
  cat >token.sh <<'END'
#!/bin/sh
echo run >>runs
echo "token-$(wc -l <runs | tr -d ' ')-of-the-day"
END
  chmod +x token.sh
  echo "auth_token_command: [$PWD/token.sh]" >>c.yaml
}
# aws_command LIFE: prints credentials that end after LIFE seconds, with a new session token each.
aws_command() {
  cat >aws.sh <<END
#!/bin/sh
echo run >>runs
printf '{"Version":1,"AccessKeyId":"AKIDMOCK","SecretAccessKey":"mock-secret-key-1","SessionToken":"session-%s","Expiration":"%s"}' \
  "\$(wc -l <runs | tr -d ' ')" "\$(date -u -d '+$1 seconds' +%Y-%m-%dT%H:%M:%S+00:00)"
END
  chmod +x aws.sh
  echo "aws_credentials_command: [$PWD/aws.sh]" >>c.yaml
}
HAIKU='{"model":"claude-haiku-4-5","messages":[{"role":"user","content":"hi"}]}'
HAIKU_STREAM='{"model":"claude-haiku-4-5","stream":true,"messages":[{"role":"user","content":"hi"}]}'

@test "hosts: each takes a message and a stream, from the command line and from serve" {
  local host
  for host in bedrock mantle vertex google aws foundry; do
    use_host "$host" --token "key-for-$host"
    echo "key-for-$host" >key
    chmod 600 key
    split "$PROXX" -c c.yaml --key-file key <<<"$HAIKU"
    expect_code 0
    expect "$host" "$(jq -r '.object' <<<"$out")" chat.completion
    split "$PROXX" -c c.yaml --key-file key <<<"$HAIKU_STREAM"
    expect_code 0
    contains "$out" "data: [DONE]"
    rm -f serve.log
    start_serve -c c.yaml --key-file key
    fetch "$url/chat/completions" -d "$HAIKU_STREAM"
    expect_status 200
    contains "$body" "[DONE]"
    fetch "$url/messages" -H 'anthropic-version: 2023-06-01' -d '{"model":"claude-haiku-4-5","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'
    expect_status 200
    expect "$host relay" "$(jq -r .type <<<"$body")" message
    kill "$serve_pid" "$mock_pid"
  done
}

@test "hosts: signed requests are right by the mock's own reckoning: filter, batch, bridge, serve" {
  local host
  for host in bedrock mantle aws; do
    use_host "$host" --aws-key AKIDMOCK:mock-secret-key-1
    rm -f runs
    aws_command 3600
    split "$PROXX" -c c.yaml <<<"$HAIKU"
    expect_code 0
    split "$PROXX" batch -q -c c.yaml <<<"$HAIKU"
    expect_code 0
    split "$PROXX" bridge -c c.yaml <<<"{\"id\":\"1\",\"body\":$HAIKU}"
    expect_code 0
    contains "$out" '"chat.completion'
    rm -f serve.log
    start_serve -c c.yaml
    fetch "$url/chat/completions" -H 'authorization: Bearer anything' -d "$HAIKU_STREAM"
    expect_status 200
    contains "$body" "[DONE]"
    kill "$serve_pid" "$mock_pid"
  done
  export AWS_ACCESS_KEY_ID=AKIDMOCK AWS_SECRET_ACCESS_KEY=another-secret-2
  use_host bedrock --aws-key AKIDMOCK:mock-secret-key-1
  split "$PROXX" -vv -c c.yaml <<<"$HAIKU"
  expect_code 8
  contains "$err" "request signature we calculated does not match"
  lacks "$err" another-secret-2
}

@test "hosts: 50 streams over a token's end: one renewal, no failure" {
  use_host vertex --token-life 1
  token_command
  start_serve -c c.yaml
  fetch "$url/chat/completions" -d "$HAIKU"
  expect_status 200
  expect runs "$(wc -l <runs)" 1
  sleep 1.2
  seq 50 | xargs -P 50 -I{} curl -sS --max-time 30 -o out.{} "$url/chat/completions" -d "$HAIKU_STREAM"
  expect whole "$(grep -lF '[DONE]' out.* | wc -l)" 50
  expect runs "$(wc -l <runs)" 2
  lacks "$(cat serve.log)" of-the-day
}

@test "hosts: a token that is refused on the command line is renewed, also without retries; batch too" {
  use_host bedrock --token token-2-of-the-day
  token_command
  split "$PROXX" --retry 0 -c c.yaml <<<"$HAIKU"
  # The mock says `invalid`, not expired: that is no reason to try again.
  expect_code 8
  kill "$mock_pid"
  rm -f runs
  use_host foundry --token token-2-of-the-day
  token_command
  split "$PROXX" --retry 0 -c c.yaml <<<"$HAIKU"
  expect_code 0
  expect runs "$(wc -l <runs)" 2
  rm -f runs
  printf '%s\n%s\n%s\n' "$HAIKU" "$HAIKU" "$HAIKU" >three
  split "$PROXX" batch -q -c c.yaml three
  expect_code 0
  expect runs "$(wc -l <runs)" 2
}

@test "hosts: half-price batches where there are some: a token that has ended meanwhile is renewed" {
  use_host google --token token-2-of-the-day
  token_command
  printf '%s\n%s\n' "$HAIKU" "$HAIKU" >two
  split "$PROXX" batch -q --half-price -o out.jsonl -c c.yaml two
  expect_code 0
  expect lines "$(wc -l <out.jsonl)" 2
  expect runs "$(wc -l <runs)" 2
}

@test "hosts: credentials that end within five minutes are renewed before they are used" {
  use_host bedrock --aws-key AKIDMOCK:mock-secret-key-1
  aws_command 60
  split "$PROXX" -c c.yaml <<<"$HAIKU"
  expect_code 0
  expect runs "$(wc -l <runs)" 2
}

@test "hosts: a renewal that fails is told without the output: exit 8, and 502 in serve" {
  use_host foundry --token-life 1
  cat >token.sh <<'END'
#!/bin/sh
[ -e started ] && { echo secret-words; exit 7; }
echo token-one-of-the-day
END
  chmod +x token.sh
  echo "auth_token_command: [$PWD/token.sh]" >>c.yaml
  start_serve -c c.yaml
  fetch "$url/chat/completions" -d "$HAIKU"
  expect_status 200
  touch started
  sleep 1.2
  fetch "$url/chat/completions" -d "$HAIKU"
  expect_status 502
  expect code "$(error_of code)" upstream_credentials
  contains "$(error_of message)" "exited with status 7"
  fetch "$url/messages" -d '{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'
  expect_status 502
  lacks "$body$(cat serve.log)" secret-words
}

@test "hosts: a client's key is not forwarded where there is none to forward" {
  use_host vertex
  token_command
  echo 'serve: {client_key: forward}' >>c.yaml
  split "$PROXX" serve --port 0 -c c.yaml
  expect_code 2
  contains "$err" "client_key: ignore"
}

@test "hosts: what is missing is exit 2 or 8, in words that help" {
  export ANTHROPIC_API_KEY=sk-ant-of-anthropic-1
  split "$PROXX" --config none --upstream bedrock <<<"$HI"
  expect_code 2
  contains "$err" "upstream bedrock needs a region: set region or AWS_REGION"
  split env AWS_REGION=eu-west-1 "$PROXX" --config none --upstream bedrock <<<"$HI"
  expect_code 8
  contains "$err" "no AWS credential: set AWS_BEARER_TOKEN_BEDROCK, or aws_credentials_command"
  split env ANTHROPIC_VERTEX_PROJECT_ID=p "$PROXX" --config none --upstream vertex <<<"$HI"
  expect_code 8
  contains "$err" "auth_token_command: [gcloud, auth, print-access-token]"
  split env AWS_REGION=eu-west-1 "$PROXX" batch --half-price -o out.jsonl --config none --upstream bedrock <<<"$HI"
  expect_code 2
  contains "$err" "Bedrock has no Message Batches: run it without --half-price"
  split env AWS_REGION=eu-west-1 "$PROXX" serve --port 0 --config none --upstream bedrock --key-file nowhere
  expect_code 2
}

@test "hosts: what a host lacks is a notice or a refusal, and never a surprise" {
  use_host bedrock
  export AWS_BEARER_TOKEN_BEDROCK=a-key-of-bedrock-1
  split "$PROXX" -c c.yaml <<<'{"model":"claude-opus-4-8","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}},"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"type":"object"}}}]}'
  expect_code 0
  contains "$err" "Bedrock has no structured outputs"
  contains "$err" "Bedrock has no strict tools"
  split "$PROXX" -c c.yaml <<<'{"model":"claude-opus-4-8","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x.example/a.png"}}]}]}'
  expect_code 3
  contains "$err" "messages[0].content[0]: Bedrock takes no URL sources: send the bytes"
  split "$PROXX" -c c.yaml <<<'{"model":"anthropic.claude-opus-4-8","messages":[{"role":"user","content":"hi"}]}'
  expect_code 4
  contains "$err" "use an inference profile such as global.anthropic."
}

@test "hosts: a dry run shows the request as the host gets it" {
  settings_of vertex >c.yaml
  split "$PROXX" -n -v -c c.yaml <<<"$HAIKU_STREAM"
  expect_code 0
  contains "$err" "POST https://aiplatform.googleapis.com/v1/projects/p1/locations/global/publishers/anthropic/models/claude-haiku-4-5@20251001:streamRawPredict"
  expect body "$(jq -c '[.anthropic_version, has("model"), .stream]' <<<"$out")" '["vertex-2023-10-16",false,true]'
}
