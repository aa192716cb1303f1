#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2154
# The walk of a stranger: in a bare Debian 12 of its own, a new user does what README says, with the commands
# that stand there: builds, installs in each way, runs every block, and takes it away again, after which nothing
# may be left. Prints a table with times; what was printed is in build/stranger/log. Needs root; takes as long as
# a build without a cache, or less with CCACHE=yes. Not a part of CI. Its settings are those of scripts/roots.bash.
set -euo pipefail

walk_in_new_root() {
  cd "$(dirname "$0")/.."
  . scripts/roots.bash
  base bookworm
  mkdir -p build/stranger
  local failed=0
  in_root stranger bookworm env ${CCACHE:+CCACHE="$CCACHE"} bash /proxx/scripts/stranger.sh --inside </dev/null |
    tee build/stranger/times || failed=1
  cp "$work/stranger/changes/walk.log" build/stranger/log
  exit "$failed"
}

# In the root, as root. Descriptor 3 is the table.
failures=0
user_path=/home/stranger/.local/bin:/usr/local/bin:/usr/bin:/bin

row() {
  printf '%-40s %-6s %5d s\n' "$1" "$2" "$3" >&3
  [ "$2" = ok ] || failures=$((failures + 1))
}
# as_stranger FOLDER COMMAND
as_stranger() { su stranger -c "cd '$1' && export PATH=$user_path && $2" </dev/null; }
# step NAME COMMAND: in the clone.
step() {
  local began=$SECONDS outcome=ok
  echo "== $1: $2"
  as_stranger /home/stranger/proxx "$2" || outcome=FAILED
  row "$1" "$outcome" $((SECONDS - began))
}
# commands WAY COLUMN: those in a cell of README's table of ways to install, joined by &&.
# shellcheck disable=SC2016
commands() {
  awk -F '|' -v way=" $1 " -v column="$2" '$2 == way { print $column }' /proxx/README.md |
    grep -o '`[^`]*`' | tr -d '`' | sed '$!s/$/ \&\&/' | tr '\n' ' '
}
# What proxx brought: all that bears its name, and every file and folder where users install, but for those
# of the packages that building needs.
brought() {
  {
    find /etc /usr/bin /usr/lib /usr/share /var/lib/dpkg/info -name '*proxx*'
    find /usr/local /home/stranger/.local /home/stranger/.config | grep -v 'ca-certificates\|/lib/python3'
  } 2>/dev/null | sort -u
}

# shellcheck disable=SC2016
run_blocks() {
  local page block folder count=0 began=$SECONDS outcome=ok
  mkdir /blocks
  for page in README docs/clients docs/everyday; do
    awk -v out="/blocks/${page##*/}" '
      /^```/ { if (on) { close(file); on = 0 } else if ($0 == "```sh run" || $0 == "```sh proxx") { on = 1; file = out sprintf("%02d", ++n) } ; next }
      on { print > file }' "/proxx/$page.md"
  done
  for block in /blocks/*; do
    echo "== $block"
    folder=/home/stranger/$(basename "$block")
    case $block in */everyday*) folder=/home/stranger/everyday ;; esac # its blocks share files
    # A network with nothing in it: fixed ports are free, and no block reaches anything else. Servers that a
    # block leaves behind end with it.
    unshare -n -p -f --kill-child bash -c 'ip link set lo up && exec su stranger -c "$1"' - \
      "mkdir -p $folder && cd $folder && PATH=$user_path ANTHROPIC_BASE_URL=mock timeout 120 bash -euo pipefail $block message.txt" </dev/null 3>&- ||
      { outcome=FAILED; printf 'this block failed:\n%s\n' "$(cat "$block")" >&3; }
    count=$((count + 1))
  done
  row "the $count blocks of README and docs" "$outcome" $((SECONDS - began))
  rm -rf /home/stranger/.config # where one block puts a setting
}

walk() {
  local way before began=$SECONDS
  apt-get update -q
  apt-get install -y -q --no-install-recommends sudo jq curl git man-db iproute2 # what a user's machine has
  rm -f /etc/dpkg/dpkg.cfg.d/*docker* # which would leave man pages out
  useradd -m -s /bin/bash stranger
  echo 'stranger ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/stranger
  cp -r /proxx /home/stranger/proxx
  chown -R stranger /home/stranger/proxx
  if [ -n "${CCACHE:-}" ]; then chmod -R a+rwX /ccache; else unset CCACHE_DIR; fi
  row "a Debian 12 with sudo, jq, curl, git, man" ok $((SECONDS - began))

  before=$(brought)
  step "scripts/try.sh" scripts/try.sh
  for way in 'you alone' 'all users' 'Debian, Ubuntu'; do
    step "install for $way" "$(commands "$way" 3 | sed 's/apt install/apt-get install -y/')"
    step "  version, man pages, an answer" 'proxx --version && man -w proxx proxx-ask proxx.yaml && proxx ask --mock hi'
    [ "$way" != 'you alone' ] || run_blocks
    step "  take it away" "$(commands "$way" 4 | sed 's/apt purge/apt-get purge -y/')"
    if diff <(echo "$before") <(brought) >&3; then row "  nothing is left" ok 0; else row "  nothing is left" FAILED 0; fi
  done
  row "in all" ok $((SECONDS - began))
  [ "$failures" = 0 ]
}

if [ "${1:-}" = --inside ]; then
  exec 3>&1 >/walk.log 2>&1
  walk || { tail -n 60 /walk.log >&3; exit 1; }
else
  walk_in_new_root
fi
