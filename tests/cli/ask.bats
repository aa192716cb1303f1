#!/usr/bin/env bats
# proxx ask: a prompt in words, the answer as text (proxx(1)).
load helpers

# asked [OPTIONS] WORDS: the Anthropic request that would be sent, in $out; stdin is left alone.
asked() { split "$PROXX" ask -n "$@"; }
# got FILTER: of the request in $out.
got() { jq -rc "$1" <<<"$out"; }

# The smallest things with the right first bytes.
make_files() {
  printf '\x89PNG\r\n\x1a\n....' >pic.dat
  printf '\xff\xd8\xff\xe0....' >photo.dat
  printf 'GIF89a....' >anim.dat
  printf 'RIFF....WEBPVP8 ' >web.dat
  printf '%%PDF-1.7\n' >paper.dat
  printf 'some notes\n' >notes.dat
}

@test "words become a prompt, the answer is text" {
  split "$PROXX" ask --mock two words </dev/null
  expect_code 0
  expect stderr "$err" ""
  contains "$out" "two words"
  expect lines "$(wc -l <"$BATS_TEST_TMPDIR/out")" 1
}

@test "words may look like anything" {
  asked '[[mock:text]]' 'a,b' '[x,y]' -- -v --flag </dev/null
  expect prompt "$(got '.messages[0].content[0].text')" '[[mock:text]] a,b [x,y] -v --flag'
}

@test "stdin comes before -f, -f before the words" {
  echo from the file >prompt.txt
  asked -f prompt.txt the words <<<'from the pipe'
  expect prompt "$(got '.messages[0].content[0].text')" $'from the pipe\n\nfrom the file\n\nthe words'
  printf 'from a pipe\n\n' | { asked the words; expect prompt "$(got '.messages[0].content[0].text')" $'from a pipe\n\nthe words'; }
  asked -f - the words <<<'once'
  expect prompt "$(got '.messages[0].content[0].text')" $'once\n\nthe words'
  asked --no-stdin the words <<<'not this'
  expect prompt "$(got '.messages[0].content[0].text')" 'the words'
}

@test "stdin: closed, a terminal and /dev/null are not read; empty adds nothing" {
  asked words <&-
  expect_code 0
  expect prompt "$(got '.messages[0].content[0].text')" words
  split script -qec "'$PROXX' ask --mock words" /dev/null </dev/null
  expect_code 0
  contains "$out" "words"
  : >empty
  asked words <empty
  expect prompt "$(got '.messages[0].content[0].text')" words
}

@test "a pipe that says nothing: one notice after 2 s, and none with -q" {
  mkfifo quiet
  sleep 30 >quiet 3>&- &
  children+=($!)
  "$PROXX" ask --mock words <quiet >live 2>err 3>&- &
  local pid=$!
  children+=("$pid")
  wait_for err "proxx: reading stdin (use --no-stdin or </dev/null to skip)"
  kill "$pid"
  expect "lines" "$(wc -l <err)" 1
  (sleep 2.5; echo late) | { split "$PROXX" ask --mock -q words; expect stderr "$err" ""; contains "$out" "late"; }
}

@test "no prompt is exit 2" {
  asked </dev/null
  expect_code 2
  contains "$err" "no prompt"
  asked -f missing.txt </dev/null
  expect_code 2
  contains "$err" "missing.txt: No such file or directory"
  expect stdout "$out" ""
}

@test "stdin that is an image is attached" {
  make_files
  asked what is this <pic.dat
  expect_code 0
  expect type "$(got '.messages[0].content[0].source.media_type')" image/png
  asked -a - what is this <pic.dat
  expect_code 0
  expect type "$(got '.messages[0].content[0].source.media_type')" image/png
  expect prompt "$(got '.messages[0].content[1].text')" 'what is this'
}

@test "-a: types are told by the first bytes" {
  make_files
  local row
  for row in pic.dat:image:image/png photo.dat:image:image/jpeg anim.dat:image:image/gif web.dat:image:image/webp \
    paper.dat:document:application/pdf notes.dat:document:text/plain; do
    asked -a "${row%%:*}" look </dev/null
    expect_code 0
    expect "$row" "$(got '.messages[0].content[0] | "\(.type):\(.source.media_type)"')" "${row#*:}"
  done
  asked -a pic.dat look </dev/null
  expect bytes "$(got '.messages[0].content[0].source.data' | base64 -d | sha256sum)" "$(sha256sum <pic.dat)"
}

@test "-a: ;type= overrides, URLs are images, several keep their order" {
  make_files
  printf '\0\1\2' >odd.bin
  asked -a odd.bin look </dev/null
  expect_code 2
  contains "$err" "odd.bin: neither PNG"
  asked -a 'odd.bin;type=image/png' look </dev/null
  expect type "$(got '.messages[0].content[0].source.media_type')" image/png
  asked -a https://example.com/a.png -a paper.dat look </dev/null
  expect types "$(got '[.messages[0].content[] | .source.type // "-"]')" '["url","base64","-"]'
  asked -a 'https://example.com/a.pdf;type=application/pdf' look </dev/null
  expect_code 2
  asked -a empty.dat look </dev/null
  expect_code 2
}

@test "-s, -t, --max-tokens, -r and -m" {
  echo You are terse. >system.txt
  asked -s @system.txt -m claude-sonnet-4-5 -t 0.5 --max-tokens 99 hi </dev/null
  expect system "$(got '.system[0].text')" 'You are terse.'
  expect rest "$(got '[.model,.temperature,.max_tokens]')" '["claude-sonnet-4-5",0.5,99]'
  asked -s 'Be kind.' -r low hi </dev/null
  expect system "$(got '.system[0].text')" 'Be kind.'
  expect effort "$(got '.output_config.effort')" low
  asked -t warm hi </dev/null
  expect_code 2
  asked -r sometimes hi </dev/null
  expect_code 2
}

@test "-J asks for JSON by a schema" {
  echo '{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}' >person.json
  asked -J person.json who </dev/null
  expect_code 0
  expect format "$(got '.output_config.format.type')" json_schema
  split "$PROXX" ask --mock -J person.json who </dev/null
  expect_code 0
  expect keys "$(jq -c keys <<<"$out")" '["name"]'
  asked -J @person.json who </dev/null
  expect format "$(got '.output_config.format.type')" json_schema
  asked -J @nosuch.json who </dev/null
  expect_code 2
  contains "$err" "nosuch.json: No such file"
  echo '{"type":' >broken.json
  asked -J broken.json who </dev/null
  expect_code 2
  contains "$err" "broken.json: "
  echo '[]' >list.json
  asked -J list.json who </dev/null
  expect_code 2
  contains "$err" "list.json: expected a JSON Schema, an object"
}

# latin WHAT: the word caf\351 as bytes.
latin() { printf 'un caf\351'; }

@test "text that is not UTF-8 is Windows-1252, with one notice that -q hides" {
  split "$PROXX" ask -n 'what is this' < <(latin)
  expect_code 0
  expect prompt "$(jq -r '.messages[0].content[0].text' <<<"$out")" $'un café\n\nwhat is this'
  expect notice "$err" "proxx: not UTF-8: stdin (read as Windows-1252)"
  split "$PROXX" ask -n -q 'what is this' < <(latin)
  expect notice "$err" ""
  printf 'a \200 b' >euro.txt
  split "$PROXX" ask -n -s "$(printf 'br\350ve')" -f euro.txt "$(latin)" "déjà" </dev/null
  expect_code 0
  expect system "$(jq -r '.system[0].text // .system' <<<"$out")" brève
  expect prompt "$(jq -r '.messages[0].content[0].text' <<<"$out")" $'a € b\n\nun café déjà'
  expect notices "$(wc -l <<<"$err")" 1
  for name in euro.txt words --system; do contains "$err" "$name (read as Windows-1252)"; done
  split "$PROXX" ask -n -s @euro.txt who </dev/null
  expect system "$(jq -r '.system[0].text // .system' <<<"$out")" 'a € b'
}

@test "a byte order mark decides, and is removed" {
  split "$PROXX" ask -n x < <(printf '\357\273\277hello')
  expect_code 0
  expect prompt "$(jq -r '.messages[0].content[0].text' <<<"$out")" $'hello\n\nx'
  expect stderr "$err" ""
  split "$PROXX" ask -n x < <(printf '\377\376h\0\351\0=\330\0\336')
  expect prompt "$(jq -r '.messages[0].content[0].text' <<<"$out")" $'hé😀\n\nx'
  contains "$err" "UTF-16LE"
  split "$PROXX" ask -n x < <(printf '\376\377\0h\0\351\330=\336\0')
  expect prompt "$(jq -r '.messages[0].content[0].text' <<<"$out")" $'hé😀\n\nx'
  printf '\357\273\277in a file' >mark.txt
  split "$PROXX" ask -n -f mark.txt -s @mark.txt "$(printf '\357\273\277word')" </dev/null
  expect prompt "$(jq -r '.messages[0].content[0].text' <<<"$out")" $'in a file\n\nword'
  expect system "$(jq -r '.system[0].text // .system' <<<"$out")" 'in a file'
}

@test "attached text is decoded, too; what is no text is not" {
  latin >latin.txt
  split "$PROXX" ask -n -a latin.txt x </dev/null
  expect_code 0
  expect text "$(jq -r '.messages[0].content[0].source.data' <<<"$out")" "un café"
  contains "$err" "latin.txt (read as Windows-1252)"
  split "$PROXX" ask -n -a - x < <(latin)
  expect text "$(jq -r '.messages[0].content[0].source.data' <<<"$out")" "un café"
  split "$PROXX" ask -n -a 'latin.txt;type=text/plain' x </dev/null
  expect text "$(jq -r '.messages[0].content[0].source.data' <<<"$out")" "un café"
  printf 'PK\003\004\0\0\351' >a.zip
  split "$PROXX" ask -n -a a.zip x </dev/null
  expect_code 2
  contains "$err" "a.zip: neither PNG, JPEG, GIF, WebP, PDF nor text"
  split "$PROXX" ask -n x <a.zip
  expect_code 2
  contains "$err" "stdin: not UTF-8 text; attach it with -a -"
  split "$PROXX" -n - < <(printf '{"messages":[{"role":"user","content":"caf\351"}]}')
  expect_code 3
}

@test "reasoning goes to stderr, dimmed with colours, gone with -q" {
  split "$PROXX" ask --mock -r high '[[mock:thinking]]' </dev/null
  expect_code 0
  [ -n "$err" ]
  lacks "$out" "$err"
  lacks "$err" $'\x1b'
  local reasoning=$err
  split "$PROXX" ask --mock --color always -r high '[[mock:thinking]]' </dev/null
  contains "$err" $'\x1b[2m'
  split "$PROXX" ask --mock --color never -r high '[[mock:thinking]]' </dev/null
  expect "without colours" "$err" "$reasoning"
  split "$PROXX" ask --mock -q -r high '[[mock:thinking]]' </dev/null
  expect stderr "$err" ""
  split "$PROXX" ask --mock '[[mock:thinking]]' </dev/null
  lacks "$err" "$reasoning"
}

@test "a refusal is told on stderr, exit 12" {
  split "$PROXX" ask --mock '[[mock:refusal]]' </dev/null
  expect_code 12
  contains "$err" "proxx: "
}

@test "an error leaves stdout alone" {
  split "$PROXX" ask --mock --retry 0 '[[mock:error-529]]' </dev/null
  expect_code 5
  expect stdout "$out" ""
  contains "$err" "proxx: "
}

@test "-u, -o and the other formats" {
  split "$PROXX" ask --mock -u hi </dev/null
  contains "$err" "proxx: usage: "
  contains "$err" " out, \$"
  contains "$err" "s to first byte"
  split "$PROXX" ask --mock -F json hi </dev/null
  expect object "$(jq -r .object <<<"$out")" chat.completion
  split "$PROXX" ask --mock -F sse hi </dev/null
  contains "$out" "data: [DONE]"
  split "$PROXX" ask --mock -o answer.txt hi </dev/null
  expect stdout "$out" ""
  contains "$(cat answer.txt)" "hi"
}

@test "it streams: the first words are there before the last" {
  "$PROXX" ask --mock '[[mock:slow]]' </dev/null >live 2>err 3>&- &
  local pid=$!
  children+=("$pid")
  local i
  for i in $(seq 100); do [ -s live ] && break; sleep 0.05; done
  [ -s live ]
  kill -0 "$pid"
}

@test "L19: on a terminal, control characters of the model are shown, not sent" {
  printf 'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"a\\u001b[31mb"}}\n\nevent: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\nevent: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n' >esc.sse
  start_mock --script "$PWD/esc.sse"
  export ANTHROPIC_API_KEY=k
  split script -qec "'$PROXX' ask --upstream-url $mock_url hi" /dev/null </dev/null
  contains "$out" 'a\x1b[31mb'
  lacks "$out" $'\x1b'
  split "$PROXX" ask --upstream-url "$mock_url" hi </dev/null
  contains "$out" $'a\x1b[31mb'
}

@test "an answer that was cut off says so on stderr, as text alone would not" {
  local scenario
  for scenario in max-tokens context-window; do
    split "$PROXX" ask --mock "[[mock:$scenario]]" </dev/null
    expect_code 0
    contains "$err" "the answer was cut off: "
    split "$PROXX" ask -q --mock "[[mock:$scenario]]" </dev/null
    expect_code 0
    expect stderr "$err" ""
  done
  split "$PROXX" ask --mock "[[mock:context-window]]" </dev/null
  expect stderr "$err" "proxx: the answer was cut off: the model's context window is full"
  split "$PROXX" ask --mock "[[mock:max-tokens]]" </dev/null
  expect stderr "$err" "proxx: the answer was cut off: it reached --max-tokens, or the model's limit"
  split "$PROXX" -F text --mock <<<"$(ask_for max-tokens)"
  expect stderr "$err" "proxx: the answer was cut off: it reached max_tokens"
  split "$PROXX" ask --mock "[[mock:text]]" </dev/null
  expect stderr "$err" ""
  # Here finish_reason tells.
  split "$PROXX" --mock <<<"$(ask_for max-tokens)"
  expect stderr "$err" ""
}
