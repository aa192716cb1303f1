# bash completion for proxx

_proxx_models() {
  proxx models --json 2>/dev/null | grep -o '"id":"[^"]*"' | cut -d '"' -f 4
}

# The error about a scenario that is not there names those that are.
_proxx_scenarios() {
  proxx mock --script '?' 2>&1 | sed -n 's/.*there are: //; s/, and files.*//p'
}

_proxx() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  local commands='ask send batch bridge convert serve mock models config help'
  local command='' word
  for word in $commands; do
    [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} == "$word" ]] && command=$word
  done

  local general='-c --config -v --verbose -q --quiet --color -h --help'
  local upstream='--mock --upstream --upstream-url --key-file -H --header -x --proxy --cacert'
  local model='-m --model --strict'
  local limits='--record --retry --max-time --connect-timeout --idle-timeout'
  local answer='-o --output -F --format --stream --no-stream -n --dry-run -u --usage'
  local flags
  case $command in
    '' | send) flags="$answer $model $limits $upstream $general -V --version" ;;
    ask) flags="-C --conversation -f --file -s --system -a --attach --no-stdin -t --temperature --max-tokens
      -r --reasoning -J --schema $answer $model $limits $upstream $general" ;;
    batch) flags="-o --output -F --format -j --jobs --text --resume --fail-fast -n --dry-run -u --usage
      --half-price --no-wait --cancel --again --adopt
      $model $limits $upstream $general" ;;
    bridge) flags="-j --jobs -u --usage $model $limits $upstream $general" ;;
    convert) flags='-m --model --strict -c --config --api --include-usage --created --request --color -h --help' ;;
    serve) flags="--host -p --port --unix --auth-file --cors --allowed-host --max-connections --threads
      --drain --log-level --log-format --metrics --check-health $model $upstream $general" ;;
    mock) flags='--host --port --script --replay --delay --as --token --token-life --aws-key --clock-ahead --batch-time --color -h --help' ;;
    models) flags="--json --remote $model $upstream $general" ;;
    config) flags="--path $model $upstream $general" ;;
  esac

  local choices='' files=''
  case $prev in
    -m | --model) choices=$(_proxx_models) ;;
    -F | --format)
      choices='auto json sse text'
      [[ $command != batch ]] || choices='json text'
      ;;
    -r | --reasoning) choices='none minimal low medium high xhigh max' ;;
    --color) choices='auto always never' ;;
    --log-level) choices='error warn info debug' ;;
    --log-format) choices='text json' ;;
    --api) choices='chat responses completions' ;;
    --include-usage) choices='true false' ;;
    --upstream) choices='anthropic aws google bedrock vertex foundry' ;;
    --upstream-url) choices='mock' ;;
    --script) choices=$(_proxx_scenarios) files=yes ;;
    --record | --replay)
      mapfile -t COMPREPLY < <(compgen -d -- "$cur")
      return
      ;;
    -s | --system | -H | --header | -t | --temperature | --max-tokens | -j | --jobs | --retry | \
      --max-time | --connect-timeout | --idle-timeout | -x | --proxy | --host | -p | --port | --cors | \
      --allowed-host | --max-connections | --threads | --drain | --created | --delay | \
      --batch-time | --adopt)
      return
      ;;
    -C | --conversation | -o | --output | -f | --file | -a | --attach | -J | --schema | -c | --config | --key-file | \
      --cacert | --unix | --auth-file | --request)
      files=yes
      ;;
    *)
      if [[ $cur == -* ]]; then
        choices=$flags
      elif [[ $COMP_CWORD -eq 1 ]]; then
        choices=$commands files=yes
      elif [[ $command == convert && $COMP_CWORD -eq 2 ]]; then
        choices='request response stream'
      elif [[ $command == help ]]; then
        choices=$commands
      else
        files=yes
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(
    [[ -z $choices ]] || compgen -W "$choices" -- "$cur"
    [[ -z $files ]] || compgen -f -- "$cur"
  )
}

complete -o filenames -F _proxx proxx
