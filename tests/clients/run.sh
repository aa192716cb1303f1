#!/usr/bin/env bash
# Runs the clients' suites: run.sh node|python FOLDER, with the binary in $PROXX.
# Packages are installed in FOLDER, once. What cannot run is skipped (exit 77) and says why.
set -euo pipefail
kind=$1 folder=$2
source=$(cd "$(dirname "$0")" && pwd)

skip() {
  echo "skipped: $*" >&2
  exit 77
}

# install STAMP COMMAND...: unless it was done for the same files.
install() {
  local stamp=$1 now
  shift
  now=$(cat "$source"/{package.json,package-lock.json,.npmrc,requirements.txt} | cksum)
  [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && return
  "$@" >"$stamp.log" 2>&1 || { cat "$stamp.log" >&2; return 1; }
  echo "$now" >"$stamp"
}

node_suites() {
  command -v node >/dev/null || skip "node is missing"
  command -v npm >/dev/null || skip "npm is missing"
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || skip "node $major is older than 20"
  mkdir -p "$folder"
  rm -f "$folder"/*.mjs
  # The suites are copied, because node looks for packages beside them.
  cp "$source"/*.mjs "$source"/package.json "$source"/package-lock.json "$source"/.npmrc "$folder"
  cd "$folder"
  install "$folder/.installed" npm ci || skip "the packages cannot be installed"
  node --test --test-reporter=spec ./*.test.mjs
}

python_suites() {
  command -v python3 >/dev/null || skip "python3 is missing"
  mkdir -p "$folder"
  install "$folder/.venv" python3 -m venv --clear "$folder/venv" || skip "there is no venv"
  install "$folder/.installed" "$folder/venv/bin/pip" install --disable-pip-version-check \
    -r "$source/requirements.txt" || skip "the packages cannot be installed"
  export PYTHONDONTWRITEBYTECODE=1
  "$folder/venv/bin/python" "$source/clients_test.py" -v
  "$folder/venv/bin/python" "$source/hosts_test.py" -v
}

"${kind}_suites"
