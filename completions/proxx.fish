# fish completion for proxx

# True if the command is one of the arguments; `send` is the one without a word.
function __proxx_is
    set -l words (commandline -opc)
    set -l command send
    if set -q words[2]; and contains -- $words[2] ask batch bridge convert serve mock models config help
        set command $words[2]
    end
    contains -- $command $argv
end

function __proxx_first
    test (count (commandline -opc)) -eq 1
end

function __proxx_models
    proxx models --json 2>/dev/null | string match -ra '"id":"[^"]*"' | string split -f 4 '"'
end

# The error about a scenario that is not there names those that are.
function __proxx_scenarios
    proxx mock --script '?' 2>&1 | string match -r '(?<=there are: ).*(?=, and files)' | string split ' '
end

complete -c proxx -n __proxx_first -a ask -d 'Ask in words, get text'
complete -c proxx -n __proxx_first -a send -d 'One request as JSON; the default'
complete -c proxx -n __proxx_first -a batch -d 'Many requests as JSON Lines'
complete -c proxx -n __proxx_first -a bridge -d 'A parent process speaks JSON Lines'
complete -c proxx -n __proxx_first -a convert -d 'Translate offline'
complete -c proxx -n __proxx_first -a serve -d 'The same over HTTP'
complete -c proxx -n __proxx_first -a mock -d 'An upstream that answers by script'
complete -c proxx -n __proxx_first -a models -d 'The names that -m takes'
complete -c proxx -n __proxx_first -a config -d 'The effective settings'
complete -c proxx -n __proxx_first -a help -d 'What there is, or the options of a command'
complete -c proxx -n '__proxx_is help' -x -a 'ask send batch bridge convert serve mock models config'

# General, for all; then for all that load settings.
complete -c proxx -s h -l help -d 'Help'
complete -c proxx -l color -x -a 'auto always never' -d 'Colours in diagnostics'
complete -c proxx -n '__proxx_is send' -s V -l version -d Versions
set -l loads '__proxx_is send ask batch bridge serve models config'
complete -c proxx -n "$loads convert" -s c -l config -r -d 'Configuration file, or none'
complete -c proxx -n $loads -s v -l verbose -d 'Show headers; twice: bodies too'
complete -c proxx -n $loads -s q -l quiet -d 'No notices'
complete -c proxx -n $loads -l mock -d 'Ask the built-in stand-in for Claude'
complete -c proxx -n $loads -l upstream -x -a 'anthropic aws google bedrock vertex foundry' -d 'Who hosts Claude'
complete -c proxx -n $loads -l upstream-url -x -a mock -d 'The upstream'
complete -c proxx -n $loads -l key-file -r -d 'Read the API key from a file'
complete -c proxx -n $loads -s H -l header -x -d 'Extra upstream header'
complete -c proxx -n $loads -s x -l proxy -x -d 'Reach the upstream through this proxy'
complete -c proxx -n $loads -l cacert -r -d 'Trust the CAs of this PEM file'
set -l models '__proxx_is send ask batch bridge serve models config convert'
complete -c proxx -n $models -s m -l model -x -a '(__proxx_models)' -d 'Model or alias'
complete -c proxx -n $models -l strict -d 'Fail on what Claude has no place for'

set -l requests '__proxx_is send ask batch bridge'
complete -c proxx -n $requests -l record -x -a '(__fish_complete_directories)' -d 'Keep the exchange for a replay'
complete -c proxx -n $requests -l retry -x -d 'Try again up to N times'
complete -c proxx -n $requests -l max-time -x -d 'Limit for one try'
complete -c proxx -n $requests -l connect-timeout -x -d 'Limit to connect'
complete -c proxx -n $requests -l idle-timeout -x -d 'Longest silence'

set -l answers '__proxx_is send ask'
complete -c proxx -n $answers -s F -l format -x -a 'auto json sse text' -d 'Form of the answer'
complete -c proxx -n $answers -l stream -d 'Ask for a stream'
complete -c proxx -n $answers -l no-stream -d 'Ask for none'
set -l outputs '__proxx_is send ask batch'
complete -c proxx -n $outputs -s o -l output -r -d 'Write here instead of stdout'
complete -c proxx -n $outputs -s n -l dry-run -d 'Print the Anthropic request, send nothing'
complete -c proxx -n '__proxx_is send ask batch bridge' -s u -l usage -d 'Tokens, cost and times on stderr'

complete -c proxx -n '__proxx_is ask' -s f -l file -r -d 'Prompt from a file'
complete -c proxx -n '__proxx_is ask' -s s -l system -x -d 'System prompt, or @FILE'
complete -c proxx -n '__proxx_is ask' -s a -l attach -r -d 'Image, PDF or text'
complete -c proxx -n '__proxx_is ask' -s C -l conversation -r -d 'Go on with the conversation in a file'
complete -c proxx -n '__proxx_is ask' -l no-stdin -d 'Do not read stdin'
complete -c proxx -n '__proxx_is ask' -s t -l temperature -x -d '0 to 1'
complete -c proxx -n '__proxx_is ask' -l max-tokens -x -d 'Longest answer'
complete -c proxx -n '__proxx_is ask' -s r -l reasoning -x -a 'none minimal low medium high xhigh max' -d Effort
complete -c proxx -n '__proxx_is ask' -s J -l schema -r -d 'JSON Schema of the answer'

complete -c proxx -n '__proxx_is batch bridge' -s j -l jobs -x -d 'Requests in flight'
complete -c proxx -n '__proxx_is batch' -s F -l format -x -a 'json text' -d 'Form of the answers'
complete -c proxx -n '__proxx_is batch' -l resume -d 'Run what failed or has no answer yet'
complete -c proxx -n '__proxx_is batch' -l text -d 'Each line is a prompt'
complete -c proxx -n '__proxx_is batch' -l fail-fast -d 'Stop at the first line that fails'
complete -c proxx -n '__proxx_is batch' -l half-price -d 'Send as batches: half the price, within 24 hours'
complete -c proxx -n '__proxx_is batch' -l no-wait -d 'One look, exit 13 if not finished'
complete -c proxx -n '__proxx_is batch' -l cancel -d 'End the batches that run'
complete -c proxx -n '__proxx_is batch' -l again -d 'Send what is in doubt or gone again'
complete -c proxx -n '__proxx_is batch' -l adopt -x -d 'The batch in doubt is this one'

complete -c proxx -n '__proxx_is convert' -a 'request response stream'
complete -c proxx -n '__proxx_is convert' -l api -x -a 'chat responses completions' -d 'API of the answer'
complete -c proxx -n '__proxx_is convert' -l include-usage -x -a 'true false' -d 'A last chunk with usage'
complete -c proxx -n '__proxx_is convert' -l created -x -d 'Unix seconds'
complete -c proxx -n '__proxx_is convert' -l request -r -d 'The OpenAI request that was asked'

complete -c proxx -n '__proxx_is serve mock' -l host -x -d 'Where to listen'
complete -c proxx -n '__proxx_is serve' -s p -l port -x -d '0 picks a free one'
complete -c proxx -n '__proxx_is mock' -l port -x -d '0 picks a free one'
complete -c proxx -n '__proxx_is serve' -l unix -r -d 'Listen on this Unix socket'
complete -c proxx -n '__proxx_is serve' -l auth-file -r -d 'Accepted client keys'
complete -c proxx -n '__proxx_is serve' -l cors -x -d 'Browser origin to allow'
complete -c proxx -n '__proxx_is serve' -l allowed-host -x -d 'Host name to answer'
complete -c proxx -n '__proxx_is serve' -l max-connections -x -d 'Most connections at a time'
complete -c proxx -n '__proxx_is serve' -l threads -x -d 'Event loops'
complete -c proxx -n '__proxx_is serve' -l drain -x -d 'Time to finish running answers'
complete -c proxx -n '__proxx_is serve' -l log-level -x -a 'error warn info debug' -d Level
complete -c proxx -n '__proxx_is serve' -l log-format -x -a 'text json' -d Format
complete -c proxx -n '__proxx_is serve' -l metrics -d 'Serve /metrics'
complete -c proxx -n '__proxx_is serve' -l check-health -d 'Ask the server that runs, and exit'

complete -c proxx -n '__proxx_is mock' -l script -r -a '(__proxx_scenarios)' -d 'Scenario, or a file'
complete -c proxx -n '__proxx_is mock' -l replay -x -a '(__fish_complete_directories)' -d 'Answer with what --record kept'
complete -c proxx -n '__proxx_is mock' -l delay -x -d 'Wait between events'
complete -c proxx -n '__proxx_is mock' -l as -x -a 'aws google bedrock mantle vertex foundry' -d 'Play a host'
complete -c proxx -n '__proxx_is mock' -l token -x -d 'The only key or token it takes'
complete -c proxx -n '__proxx_is mock' -l token-life -x -d 'Of each token, in seconds'
complete -c proxx -n '__proxx_is mock' -l aws-key -x -d 'Whose signatures it takes'
complete -c proxx -n '__proxx_is mock' -l clock-ahead -x -d 'Of the host, in seconds'
complete -c proxx -n '__proxx_is mock' -l batch-time -x -d 'How long a message batch takes'

complete -c proxx -n '__proxx_is models' -l json -d 'As GET /v1/models answers'
complete -c proxx -n '__proxx_is models' -l remote -d 'Ask the upstream'
complete -c proxx -n '__proxx_is config' -l path -d 'Only the path of the file'
