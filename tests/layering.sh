#!/usr/bin/env bash
# Includes go one way, and what is heavy or foreign stays in its folder (ARCHITECTURE.md, layers).
# Usage: tests/layering.sh [SRC]
set -euo pipefail
src=${1:-$(dirname "$0")/../src}
cd "$src"
layers=(core config upstream exchange http server mock cli)

# server and mock stand side by side on http; server also stands on exchange.
declare -A allowed=(
  [core]="core"
  [config]="core config"
  [upstream]="core upstream"
  [exchange]="core upstream exchange"
  [http]="core http"
  [server]="core config upstream exchange http server"
  [mock]="core http mock"
  [cli]="core config upstream exchange http server mock cli"
)
# A header and the folders it may be included in.
foreign=(
  'curl/.*:upstream'
  'CLI/.*:cli'
  'yaml-cpp/.*:config'
  'boost/beast.*:http'
  'nlohmann/.*:mock config core'
)

failed=0
complain() { echo "layering: $*" >&2; failed=1; }

for layer in "${layers[@]}"; do
  [ -d "$layer" ] || continue
  while IFS=: read -r file used; do
    case " ${allowed[$layer]} " in
      *" $used "*) ;;
      *) complain "$file includes $used/, which is not below $layer" ;;
    esac
  done < <(grep -HE '^#include "[a-z]+/' "$layer"/*.h "$layer"/*.cc | sed 's|^\([^:]*\):#include "\([a-z]*\)/.*|\1:\2|' | sort -u)
  for rule in "${foreign[@]}"; do
    case " ${rule##*:} " in *" $layer "*) continue ;; esac
    while read -r file; do
      complain "$file includes <${rule%%:*}>, which belongs to ${rule##*:}"
    done < <(grep -lE "^#include <${rule%%:*}>" "$layer"/*.h "$layer"/*.cc)
  done
done
# CLI11 is slow to compile: it stays with the option tables.
for file in cli/*; do
  case $file in cli/options*) continue ;; esac
  if grep -q '^#include <CLI/' "$file"; then complain "$file includes CLI11; only cli/options* may"; fi
done
# The mock's rules are written from the specification, not from the converter's table.
if grep -ln '"core/models.h"' mock/* >&2; then complain "mock includes core/models.h"; fi
# core knows no clock, randomness, environment, files or threads.
if grep -nE '^#include <(chrono|random|thread|mutex|atomic|fstream|iostream|filesystem|ctime|unistd\.h|boost/.*)>' core/* >&2; then
  complain "core includes a header of the outside world"
fi
exit "$failed"
