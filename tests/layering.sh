#!/usr/bin/env bash
# Includes go one way, and what is heavy or foreign stays in its folder (ARCHITECTURE.md, layers).
# Usage: tests/layering.sh [SRC]
set -euo pipefail
src=${1:-$(dirname "$0")/../src}
cd "$src"
# Each folder and those it may include, lowest first. server and mock stand side by side on http.
layers='
base         base
json         base json
anthropic    base json anthropic
policy       base json anthropic policy
answer       base json anthropic answer
text         base json anthropic answer text
openai       base json anthropic policy answer openai
openai/responses base json anthropic policy answer text openai openai/responses
openai/chat  base json anthropic policy answer text openai openai/chat
openai/completions  base json anthropic policy answer text openai openai/completions
config       base json anthropic openai config
upstream     base json anthropic upstream
exchange     base json anthropic answer openai openai/chat openai/completions openai/responses upstream exchange
http         base http
server       base json anthropic answer openai openai/chat openai/responses config upstream exchange http server server/page
server/page  base json anthropic answer config openai exchange http server server/page
mock         base json http mock
cli          base json anthropic answer openai openai/chat openai/responses config upstream exchange http server mock cli
'
# A header and the folders it may be included in.
foreign=(
  'curl/.*:upstream'
  'openssl/.*:upstream mock'
  'CLI/.*:cli'
  'yaml-cpp/.*:config'
  'boost/beast.*:http'
  '(zlib|zstd).*:http'
  'nlohmann/.*:mock config'
)
# Conversion knows no clock, randomness, environment, files or threads.
conversion='base json anthropic policy answer text openai openai/chat openai/completions openai/responses'
outside='chrono|random|thread|mutex|atomic|fstream|iostream|filesystem|ctime|unistd\.h|boost/.*'

failed=0
complain() { echo "layering: $*" >&2; failed=1; }

# layer_of FOLDER: the layer that it is in. A folder without a row belongs to the one above it.
layer_of() {
  layer_found=$1
  while [[ $layers != *$'\n'"$layer_found "* && $layer_found == */* ]]; do layer_found=${layer_found%/*}; done
}
declare -A files_of
while read -r file; do
  layer_of "${file%/*}"
  files_of[$layer_found]+=" $file"
done < <(find ./*/ -name '*.h' -o -name '*.cc' | sed 's|^\./||' | sort)

while read -r layer allowed; do
  [ -n "$layer" ] || continue
  read -ra files <<<"${files_of[$layer]-}"
  [ "${#files[@]}" -gt 0 ] || complain "no folder $layer"
  while IFS=: read -r file used; do
    layer_of "$used"
    case " $allowed " in
      *" $layer_found "*) ;;
      *) complain "$file includes $used/, which is not below $layer" ;;
    esac
  done < <(grep -HE '^#include "[a-z_/]+/[a-z0-9_]+\.h"' "${files[@]}" | sed -E 's|^([^:]*):#include "([a-z_/]+)/[^/]*|\1:\2|' | sort -u)
  for rule in "${foreign[@]}"; do
    case " ${rule##*:} " in *" $layer "*) continue ;; esac
    while read -r file; do
      complain "$file includes <${rule%%:*}>, which belongs to ${rule##*:}"
    done < <(grep -lE "^#include <${rule%%:*}>" "${files[@]}")
  done
  case " $conversion " in
    *" $layer "*) if grep -nE "^#include <($outside)>" "${files[@]}" >&2; then complain "$layer includes a header of the outside world"; fi ;;
  esac
done <<<"$layers"
# CLI11 is slow to compile: it stays with the option tables.
while read -r file; do
  case $file in cli/options*) continue ;; esac
  if grep -q '^#include <CLI/' "$file"; then complain "$file includes CLI11; only cli/options* may"; fi
done < <(find cli -name '*.h' -o -name '*.cc')
# The mock's rules are written from the specification, not from the converter's tables.
if grep -rl '"anthropic/models.h"' mock >&2; then complain "mock includes anthropic/models.h"; fi
exit "$failed"
