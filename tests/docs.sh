#!/usr/bin/env bash
# Help, man pages, completions, config.yaml and README say the same: every flag stands in all of the
# first three, every key of config.yaml in proxx.yaml(5), and what README and docs/ mark as `sh run` runs.
#   tests/docs.sh PROXX SOURCE_DIR
set -euo pipefail
proxx=$(realpath "$1")
source_dir=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
commands='send ask batch bridge convert serve mock models config'

complain() {
  echo "docs: $*" >&2
  failures=$((failures + 1))
}

help_of() { "$proxx" "$1" --help; }
help_flags() { help_of "$1" | sed -nE 's/^  (-[^ ]*).*/\1/p' | tr ',' '\n' | sort -u; }

# The flags of `.It Fl m , -model Ar NAME` lines; of convert, models and config those of proxx(1).
man_page() {
  case $1 in
    ask | batch | bridge | serve | mock) echo "$source_dir/man/proxx-$1.1" ;;
    *) echo "$source_dir/man/proxx.1" ;;
  esac
}
man_flags() { grep '^\.It Fl' "$1" | sed -E 's/ Ar .*//' | grep -oE -- '(Fl|,) -?[A-Za-z][A-Za-z-]*' | sed -E 's/^(Fl|,) /-/' | sort -u; }

bash_flags() {
  local words=(proxx) i=1
  [ "$1" = send ] || { words+=("$1"); i=2; }
  # shellcheck disable=SC2016  # the inner shell's own variables
  bash -c 'source "$1"; COMP_CWORD=$2; shift 2; COMP_WORDS=("$@" -); _proxx; printf "%s\n" "${COMPREPLY[@]}"' \
    _ "$source_dir/completions/proxx.bash" "$i" "${words[@]}" | sort -u
}
# What _arguments would be given, taken apart: `(...)*--flag[...]`.
zsh_flags() {
  local line="proxx -" current=2
  [ "$1" = send ] || { line="proxx $1 -"; current=3; }
  zsh -fc "
    compadd() { :; }; _describe() { :; }; _files() { :; }
    _arguments() { print -l -- \"\$@\"; }
    words=($line) CURRENT=$current PREFIX=-
    source '$source_dir/completions/_proxx'
  " | sed -E 's/^\([^)]*\)//; s/^\*//' | sed -nE 's/^(--?[A-Za-z][A-Za-z-]*)\[.*/\1/p' | sort -u
}
fish_flags() {
  local line="proxx"
  [ "$1" = send ] || line="proxx $1"
  HOME=$work fish --no-config -c "
    source '$source_dir/completions/proxx.fish'
    complete -C '$line -'; complete -C '$line --'" | cut -f 1 | grep -E '^-' | sort -u
}

# compare WHAT A B: lines of one file that the other lacks.
compare() {
  local line
  while read -r line; do complain "$1: $line"; done < <(diff "$2" "$3" | sed -n 's/^< /only in help: /p; s/^> /not in help: /p')
}

shells=
for shell in bash zsh fish; do
  if command -v "$shell" >/dev/null; then shells="$shells $shell"; else echo "docs: skipped: there is no $shell here"; fi
done
: >"$work/first-page"
for command in $commands; do
  help_flags "$command" >"$work/help"
  [ -s "$work/help" ] || complain "$command: no flags in its help"
  [ "$(help_of "$command" | wc -l)" -le 42 ] || complain "$command: the help does not fit a screen"
  help_of "$command" | grep -q '^Example:' || complain "$command: no example in its help"
  page=$(man_page "$command")
  man_flags "$page" >"$work/man"
  if [ "$page" = "$source_dir/man/proxx.1" ]; then
    cat "$work/help" >>"$work/first-page"
    while read -r flag; do
      complain "$command: $flag is not in proxx(1)"
    done < <(comm -23 "$work/help" "$work/man")
  else
    compare "$(basename "$page")" "$work/help" "$work/man"
  fi
  for shell in $shells; do
    "${shell}_flags" "$command" >"$work/completion"
    compare "$shell completion of $command" "$work/help" "$work/completion"
  done
done

# The overview: every command, on a small screen.
"$proxx" --help >"$work/overview"
[ "$(wc -l <"$work/overview")" -le 24 ] || complain "proxx --help: more than 24 lines"
[ "$(wc -L <"$work/overview")" -le 92 ] || complain "proxx --help: wider than 92 columns"
for command in $commands help; do
  grep -q "^  $command  *[A-Z]" "$work/overview" || complain "proxx --help: no line for $command"
done
sort -u "$work/first-page" -o "$work/first-page"
man_flags "$source_dir/man/proxx.1" >"$work/man"
while read -r flag; do complain "proxx(1): $flag is in no help"; done < <(comm -13 "$work/first-page" "$work/man")

# Keys of config.yaml, with the section before a dot.
awk '/^[a-z_]+:/ { sub(/:.*/, ""); section = $0; top[section] = 1; order[++n] = section }
     /^  [a-z_]+:/ { sub(/:.*/, ""); sub(/^ +/, ""); delete top[section]; print section "." $0 }
     END { for (i = 1; i <= n; i++) if (order[i] in top) print order[i] }' "$source_dir/config.yaml" | sort >"$work/keys"
sed -nE 's/^\.It Cm ([a-z_.]+) :.*/\1/p' "$source_dir/man/proxx.yaml.5" | sort >"$work/man-keys"
while read -r line; do complain "config.yaml and proxx.yaml(5): $line"; done < <(diff "$work/keys" "$work/man-keys" | grep '^[<>]')

# Both formatters head and foot a page with the system's name: Linux, not BSD or the machine's own.
for page in "$source_dir"/man/*.[15]; do
  for formatter in 'mandoc' 'groff -mdoc -Tascii'; do
    command -v "${formatter%% *}" >/dev/null || continue
    [ "$formatter" = mandoc ] || [ -n "$(find /usr/share/groff -name doc.tmac 2>/dev/null)" ] || continue # groff-base has no mdoc
    # shellcheck disable=SC2086  # a command and its options
    $formatter "$page" 2>/dev/null | sed -n '1p; $p' >"$work/edges"
    if grep -q BSD "$work/edges" || ! tail -n 1 "$work/edges" | grep -q '^Linux '; then
      complain "$(basename "$page"): ${formatter%% *} does not say Linux at its head and foot"
    fi
  done
done
if command -v mandoc >/dev/null; then
  mandoc -T lint -W warning "$source_dir"/man/*.[15] || complain "mandoc has something to say"
fi

# Blocks marked `sh run`, and `sh proxx` of docs/everyday.md, run as printed but for fixed ports, without a
# key and with nothing of the user's: README's each in a folder of its own, those of another page in one.
mkdir "$work/bin" "$work/home"
ln -s "$proxx" "$work/bin/proxx"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
blocks=0
run_blocks() {
  local page=$1 name block folder port
  name=$(basename "$page" .md)
  awk -v out="$work/$name" '
    /^```/ { if (on) { close(file); on = 0 } else if ($0 == "```sh run" || $0 == "```sh proxx") { on = 1; file = out sprintf("%02d", ++n) } ; next }
    on { print > file }' "$page"
  for block in "$work/$name"[0-9][0-9]; do
    [ -e "$block" ] || { complain "$name has nothing to run"; break; }
    blocks=$((blocks + 1))
    port=$(free_port)
    sed -i "s/:8080/:$port/g; s/9009/$(free_port)/g" "$block"
    folder=$work/$name.d
    [ "$name" != README ] || folder=$block.d
    mkdir -p "$folder"
    (cd "$folder" && env -i PATH="$work/bin:$PATH" HOME="$work/home" ANTHROPIC_BASE_URL=mock PROXX_PORT="$port" \
      timeout 120 bash -euo pipefail "$block" message.txt </dev/null >"$block.log" 2>&1) ||
      { complain "$name: a block failed: $(head -n 2 "$block")"; cat "$block.log" >&2; }
  done
}
run_blocks "$source_dir/README.md"
run_blocks "$source_dir/docs/clients.md"
if command -v git >/dev/null; then
  run_blocks "$source_dir/docs/everyday.md"
else
  echo "docs: skipped: docs/everyday.md, there is no git here"
fi

# The picture of a terminal is what this binary prints.
python3 "$source_dir/scripts/terminal.py" "$proxx" >"$work/terminal.svg"
cmp "$work/terminal.svg" "$source_dir/docs/terminal.svg" >&2 || complain "docs/terminal.svg: draw it again with scripts/terminal.py"

# The characters of each task's lines, as docs/everyday.md's table has them.
awk -F '|' '
  /^\| [0-9]/ { told[$2 + 0] = ($3 + 0) " " ($4 + 0) " " ($5 + 0) }
  /^## [0-9]/ { split($0, words, " "); task = words[2] }
  /^```/ { on = !on; who = $0; sub(/^```sh /, "", who); next }
  on { count[task, who] += length($0) + 1 }
  END {
    for (task in told) {
      counted = (count[task, "proxx"] + 0) " " (count[task, "llm"] + 0) " " (count[task, "aichat"] + 0)
      if (counted != told[task]) print "task " task ": " told[task] " in the table, counted " counted
    }
  }' "$source_dir/docs/everyday.md" >"$work/counts"
while read -r line; do complain "docs/everyday.md: $line"; done <"$work/counts"

[ "$failures" -eq 0 ] || exit 1
echo "docs: flags, keys and $blocks blocks of README and docs agree"
