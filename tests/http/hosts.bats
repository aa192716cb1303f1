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
  use_host vertex --token-life 4  # fifty clients take seconds on a busy machine
  token_command
  start_serve -c c.yaml
  fetch "$url/chat/completions" -d "$HAIKU"
  expect_status 200
  expect runs "$(wc -l <runs)" 1
  sleep 4.2
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

# everywhere CODE WORDS [OPTIONS]: filter, batch and bridge of one request end so, and tell no secret.
everywhere() {
  local code_wanted=$1 words=$2 command
  shift 2
  printf '%s\n' "$HAIKU" >one
  printf '{"id":"1","body":%s}\n' "$HAIKU" >line
  for command in send batch bridge; do
    case $command in
      send) split "$PROXX" "$@" <one ;;
      batch) split "$PROXX" batch -q "$@" one ;;
      bridge) split "$PROXX" bridge "$@" <line ;;
    esac
    lacks "$out$err" secret-
    # A batch and a bridge that began tell each request how it ended.
    case $command:$code_wanted in
      batch:8 | bridge:8) contains "$out$err" "$words" ;;
      *) expect_code "$code_wanted"; contains "$out$err" "$words" ;;
    esac
  done
}

@test "hosts: a region, project, workspace or resource that is missing is exit 2, in every command" {
  local host what rest
  while read -r host what rest; do
    printf 'upstream: %s\n' "$host" >c.yaml
    if [ "$host:$what" = aws:workspace ]; then echo 'region: eu-west-1' >>c.yaml; fi
    if [ "$host:$what" = google:workspace ]; then echo 'project: p1' >>c.yaml; fi
    everywhere 2 "upstream $host needs a $what: set $what or $rest" -c c.yaml
    split "$PROXX" serve --port 0 -c c.yaml
    expect_code 2
    contains "$err" "upstream $host needs a $what: set $what or $rest"
  done <<'END'
bedrock region AWS_REGION
aws region AWS_REGION
aws workspace ANTHROPIC_AWS_WORKSPACE_ID
vertex project ANTHROPIC_VERTEX_PROJECT_ID
google project ANTHROPIC_GOOGLE_CLOUD_PROJECT
google workspace ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID
foundry resource ANTHROPIC_FOUNDRY_RESOURCE
END
}

@test "hosts: no credential is exit 8, in every command; Anthropic's goes to no other host" {
  local host words
  export ANTHROPIC_API_KEY=secret-of-anthropic-1 ANTHROPIC_AUTH_TOKEN=secret-of-anthropic-2
  while read -r host words; do
    settings_of "$host" >c.yaml
    split "$PROXX" -c c.yaml <<<"$HAIKU"
    expect_code 8
    contains "$err" "$words"
    split "$PROXX" batch -c c.yaml <<<"$HAIKU"
    expect_code 8
    contains "$err" "$words"
    split "$PROXX" bridge -c c.yaml <<<"{\"id\":\"1\",\"body\":$HAIKU}"
    expect_code 8
    contains "$err" "$words"
  done <<'END'
bedrock no AWS credential: set AWS_BEARER_TOKEN_BEDROCK, or aws_credentials_command: [aws, configure, export-credentials, --format, process]
mantle no AWS credential: set AWS_BEARER_TOKEN_BEDROCK, or aws_credentials_command: [aws, configure, export-credentials, --format, process]
aws no AWS credential: set ANTHROPIC_AWS_API_KEY, or aws_credentials_command: [aws, configure, export-credentials, --format, process]
vertex no Google token: set auth_token_command: [gcloud, auth, print-access-token]
google no Google token: set auth_token_command: [gcloud, auth, print-access-token]
foundry no Foundry credential: set ANTHROPIC_FOUNDRY_API_KEY, or auth_token_command: [az, account, get-access-token, --resource, https://ai.azure.com, --query, accessToken, -o, tsv]
END
}

@test "hosts: a command whose output is no key, or that fails, is exit 2 at the start, in every command" {
  local key script words
  while IFS='|' read -r key script words; do
    settings_of bedrock >c.yaml
    printf '#!/bin/sh\n%s\n' "$script" >bad.sh
    chmod +x bad.sh
    echo "$key: [$PWD/bad.sh]" >>c.yaml
    everywhere 2 "$key: $words" -c c.yaml
    split "$PROXX" serve --port 0 -c c.yaml
    expect_code 2
    contains "$err" "$key: $words"
    lacks "$out$err" secret-
  done <<'END'
auth_token_command|echo secret-a; exit 3|
auth_token_command|echo secret-a; echo secret-b|the output: holds more than one line
auth_token_command|printf 'secret-a\rsecret-b\n'|the output: holds a byte that no key has
auth_token_command|printf 'secret-a\n\n'|the output: holds more than one line
auth_token_command|echo 'secret-a b'|the output: holds a byte that no key has
auth_token_command|:|the output: holds no key: it is empty
api_key_command|echo secret-a; echo secret-b|the output: holds more than one line
aws_credentials_command|echo secret-a|the output: expected the JSON of: aws configure export-credentials
aws_credentials_command|echo '{"AccessKeyId":"secret-a"}'|the output: has no AccessKeyId and SecretAccessKey
aws_credentials_command|echo '{"AccessKeyId":"a","SecretAccessKey":"secret-a\\n"}'|the output: holds a byte that no key has
aws_credentials_command|echo '{"AccessKeyId":"a","SecretAccessKey":"secret-a","Expiration":"soon"}'|the output: Expiration is no time
END
}

@test "hosts: a session that has ended and that nothing renews is told in the host's words" {
  local host
  for host in bedrock aws; do
    use_host "$host" --token-life 1 --aws-key AKIDMOCK:secret-mock-key-1
    export AWS_ACCESS_KEY_ID=AKIDMOCK AWS_SECRET_ACCESS_KEY=secret-mock-key-1 AWS_SESSION_TOKEN=secret-session-1
    rm -f serve.log
    start_serve -c c.yaml
    fetch "$url/chat/completions" -H 'authorization: Bearer any' -d "$HAIKU"
    expect_status 200
    sleep 1.2
    everywhere 8 "The security token included in the request is expired" -c c.yaml
    fetch "$url/chat/completions" -H 'authorization: Bearer any' -d "$HAIKU"
    expect_status "$([ "$host" = aws ] && echo 401 || echo 403)"
    contains "$body" "The security token included in the request is expired"
    lacks "$body$(cat serve.log)" secret-
    kill "$serve_pid" "$mock_pid"
  done
}

@test "hosts: a clock that is an hour off is corrected by the host's, once: filter, batch, bridge, serve" {
  local ahead
  for ahead in 3600 -3600; do
    use_host bedrock --aws-key AKIDMOCK:mock-secret-key-1 --clock-ahead="$ahead"
    export AWS_ACCESS_KEY_ID=AKIDMOCK AWS_SECRET_ACCESS_KEY=mock-secret-key-1
    split "$PROXX" -v --retry 0 -c c.yaml <<<"$HAIKU"
    expect_code 0
    expect tries "$(grep -c '^> x-amz-date' <<<"$err")" 2
    split "$PROXX" batch -q -c c.yaml <<<"$HAIKU"
    expect_code 0
    split "$PROXX" bridge -c c.yaml <<<"{\"id\":\"1\",\"body\":$HAIKU}"
    contains "$out" '"chat.completion'
    rm -f serve.log
    start_serve -c c.yaml
    for _ in 1 2; do
      fetch "$url/messages" -H 'x-api-key: any' -d '{"model":"claude-opus-4-8","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'
      expect_status 200
    done
    kill "$serve_pid" "$mock_pid"
  done
  use_host aws --aws-key AKIDMOCK:mock-secret-key-1 --clock-ahead=3600
  printf '%s\n%s\n' "$HAIKU" "$HAIKU" >two
  split "$PROXX" batch -q --half-price -o out.jsonl -c c.yaml two
  expect_code 0
  expect lines "$(wc -l <out.jsonl)" 2
}

@test "hosts: a renewal that fails ends half price with exit 8 and no call; it goes on with the next run" {
  use_host google --token-life 1 --batch-time 2500
  cat >token.sh <<'END'
#!/bin/sh
[ -e ended ] && exit 7
echo "token-$(date +%s%N)"
END
  chmod +x token.sh
  echo "auth_token_command: [$PWD/token.sh]" >>c.yaml
  echo 'half_price: {poll: 0.2}' >>c.yaml
  printf '%s\n%s\n' "$HAIKU" "$HAIKU" >two
  "$PROXX" batch -q --half-price -o out.jsonl -c c.yaml two 2>half.err 3>&- &
  local half=$!
  wait_for out.jsonl.batches msgbatch_
  touch ended
  exit_code_of "$half"
  expect exit "$exit_code" 8
  contains "$(cat half.err)" "auth_token_command: '$PWD/token.sh' exited with status 7"
  rm ended
  split "$PROXX" batch -q --half-price -o out.jsonl -c c.yaml two
  expect_code 0
  expect lines "$(wc -l <out.jsonl)" 2
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

@test "hosts: the built-in mock plays the host that is chosen, also where nothing else is set" {
  local host
  for host in anthropic aws google bedrock vertex foundry; do
    split "$PROXX" --config none --mock --upstream "$host" <<<"$HAIKU"
    expect_code 0
    contains "$out" "Hello from the mock"
  done
  settings_of mantle >c.yaml
  split "$PROXX" ask --mock -c c.yaml hi
  expect_code 0
  rm -f serve.log
  start_serve --mock --config none --upstream vertex
  fetch "$url/chat/completions" -d "$HAIKU_STREAM"
  expect_status 200
  contains "$body" "[DONE]"
  split "$PROXX" mock --as bedrock --aws-key secret-without-id
  expect_code 2
  contains "$err" "--aws-key: expected ID:SECRET"
}

@test "hosts: the id that Vertex tells in an error's body is the request's, for the client and in the log" {
  use_host vertex
  token_command
  start_serve -c c.yaml
  local path
  for path in chat/completions messages; do
    fetch "$url/$path" -H 'anthropic-beta: skills-2025-10-02' -d '{"model":"claude-opus-4-8","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'
    expect_status 400
    # shellcheck disable=SC2016
    contains "$body" 'Unexpected value(s) `skills-2025-10-02`'
    contains "$(header x-request-id)" req_vrtx_
    contains "$(cat serve.log)" "$(header x-request-id)"
  done
}

@test "hosts: a command that hangs holds nobody up but those who wait for its token, and ends with the server" {
  use_host foundry --token-life 1
  cat >token.sh <<'END'
#!/bin/sh
[ -e started ] || { echo token-one-of-the-day; exit; }
echo $$ >hanging
exec sleep 60
END
  chmod +x token.sh
  echo "auth_token_command: [$PWD/token.sh]" >>c.yaml
  start_serve --drain 1 -c c.yaml
  fetch "$url/chat/completions" -d "$HAIKU"
  expect_status 200
  touch started
  sleep 1.2
  curl -sS --max-time 30 -o waiting "$url/chat/completions" -d "$HAIKU" &
  children+=($!)
  wait_for hanging ''
  fetch --max-time 2 "${url%/v1}/healthz"
  expect_status 200
  fetch --max-time 2 "$url/models"
  expect_status 200
  kill "$serve_pid"
  exit_code_of "$serve_pid"
  local i
  for i in $(seq 100); do
    kill -0 "$(cat hanging)" 2>/dev/null || break
    sleep 0.05
  done
  ! kill -0 "$(cat hanging)" 2>/dev/null
}

@test "hosts: a dry run shows the request as the host gets it" {
  settings_of vertex >c.yaml
  split "$PROXX" -n -v -c c.yaml <<<"$HAIKU_STREAM"
  expect_code 0
  contains "$err" "POST https://aiplatform.googleapis.com/v1/projects/p1/locations/global/publishers/anthropic/models/claude-haiku-4-5@20251001:streamRawPredict"
  expect body "$(jq -c '[.anthropic_version, has("model"), .stream]' <<<"$out")" '["vertex-2023-10-16",false,true]'
}

@test "hosts: a server without a credential says which settings give it one" {
  printf 'upstream: bedrock\nregion: us-east-1\n' >c.yaml
  start_serve -c c.yaml
  fetch "$url/chat/completions" -d "$HAIKU"
  expect_status 401
  contains "$body" "the server has none: no AWS credential: set AWS_BEARER_TOKEN_BEDROCK"
}
