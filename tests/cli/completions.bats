#!/usr/bin/env bats
# What the three shells offer; tests/docs.sh holds their flags to the help.
load helpers

setup_path() {
  mkdir -p bin
  ln -sf "$PROXX" bin/proxx
  PATH=$PWD/bin:$PATH
}

# bash_offers WORDS...: what bash offers for the last of them.
bash_offers() {
  # shellcheck disable=SC2016  # the inner shell's own variables
  bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _proxx; printf "%s\n" "${COMPREPLY[@]}"' \
    _ "$PROXX_SOURCE/completions/proxx.bash" "$@"
}
fish_offers() { fish --no-config -c "source '$PROXX_SOURCE/completions/proxx.fish'; complete -C '$1'" | cut -f 1; }

@test "bash: commands, flags, choices, files" {
  setup_path
  expect command "$(bash_offers proxx ser)" serve
  contains "$(bash_offers proxx batch --fail)" --fail-fast
  expect format "$(bash_offers proxx -F js)" json
  expect kind "$(bash_offers proxx convert str)" stream
  expect "a command's help" "$(bash_offers proxx help ser)" serve
  expect scenario "$(bash_offers proxx mock --script parallel)" parallel-tools
  touch request.json
  contains "$(bash_offers proxx request)" request.json
  contains "$(bash_offers proxx ask -a req)" request.json
  contains "$(bash_offers proxx ask -C req)" request.json
  contains "$(bash_offers proxx ask -J req)" request.json
  expect "the form of a batch" "$(bash_offers proxx batch -F '' | tr '\n' ' ')" "json text "
  expect "no value to guess" "$(bash_offers proxx serve --port '')$(bash_offers proxx serve -p '')" ""
}

@test "bash: -m takes the models of this proxx" {
  setup_path
  contains "$(bash_offers proxx -m claude-sonnet)" claude-sonnet-5-5
  expect family "$(bash_offers proxx ask -m opu)" opus
  echo 'models: {gpt-4o: claude-sonnet-5-5}' >aliases.yaml
  export PROXX_CONFIG=$PWD/aliases.yaml
  expect alias "$(bash_offers proxx ask -m gpt-)" gpt-4o
}

@test "fish: commands, flags, choices, models" {
  command -v fish >/dev/null || skip "no fish here"
  setup_path
  expect command "$(fish_offers 'proxx ser')" serve
  contains "$(fish_offers 'proxx batch --fail')" --fail-fast
  expect format "$(fish_offers 'proxx -F js')" json
  contains "$(fish_offers 'proxx ask -m claude-sonnet')" claude-sonnet-5-5
  expect "a command's help" "$(fish_offers 'proxx help ser')" serve
  expect "the form of a batch" "$(fish_offers 'proxx batch -F ' | sort | tr '\n' ' ')" "json text "
  contains "$(fish_offers 'proxx ask -')" --conversation
  contains "$(fish_offers 'proxx serve -')" -p
  expect scenario "$(fish_offers 'proxx mock --script parallel')" parallel-tools
}

@test "zsh: the file loads as _proxx, and commands, flags and models come" {
  command -v zsh >/dev/null || skip "no zsh here"
  setup_path
  zsh_offers() {
    zsh -fc "
      autoload -Uz compinit; fpath=('$PROXX_SOURCE/completions' \$fpath); compinit -u -D
      [[ \$_comps[proxx] == _proxx ]] || exit 1
      compadd() { [[ \$1 == -a ]] && print -l -- \${(P)2} }
      _describe() { print -l -- \${(P)2} }; _files() { :; }
      _arguments() { print -l -- \"\$@\"; }
      $1"
  }
  contains "$(zsh_offers 'words=(proxx s) CURRENT=2 PREFIX=s; _proxx')" "serve:"
  contains "$(zsh_offers 'words=(proxx batch -) CURRENT=3 PREFIX=-; _proxx')" "--fail-fast["
  contains "$(zsh_offers 'words=(proxx batch -) CURRENT=3 PREFIX=-; _proxx')" "--format[form of the answers]:format:(json text)"
  contains "$(zsh_offers 'words=(proxx ask -) CURRENT=3 PREFIX=-; _proxx')" "--conversation["
  contains "$(zsh_offers 'words=(proxx serve -) CURRENT=3 PREFIX=-; _proxx')" "-p["
  contains "$(zsh_offers 'words=(proxx -) CURRENT=2; PREFIX=-; _proxx >/dev/null; _proxx_models')" claude-sonnet-5-5
}
