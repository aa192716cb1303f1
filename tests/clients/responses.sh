#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2154
# Clients whose default is the Responses API against `serve --mock`: responses.sh [FOLDER], with the
# binary in $PROXX: the Codex CLI with its shell and an MCP server, openai-agents, the AI SDK. Optional:
# not part of CI. Packages go to FOLDER, to be used again, or to a folder that is removed; they take
# 600 MB. Codex runs what the mock says without a sandbox of its own. Exit 1: a case failed.
set -euo pipefail
. "$(dirname "$0")/rows.bash"
mkdir -p "$cache/node"

forget_settings
start_server

# Node looks for packages beside a program.
cp "$source"/responses/*.mjs "$source/responses/package.json" "$cache/node"
cd "$cache/node"
if npm install --no-audit --no-fund >"$work/npm.log" 2>&1; then
  CODEX=$cache/node/node_modules/.bin/codex
  CODEX_VERSION=$("$CODEX" --version | sed 's/.* //')
  export CODEX CODEX_VERSION
  run_program codex python3 "$source/responses/with_codex.py"
  run_program agents_js node agents.mjs
  run_program ai_sdk node ai_sdk.mjs
else
  row npm install "$(tail -n 1 "$work/npm.log")"
fi
if with_requirements "$cache/python" "$source/responses/with_agents.py" >"$work/pip.log" 2>&1; then
  run_program agents_py "$cache/python/bin/python" "$source/responses/with_agents.py"
else
  row agents_py install "$(tail -n 1 "$work/pip.log")"
fi
print_table
