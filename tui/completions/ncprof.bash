# bash completion for ncprof. The words come out of `ncprof --help`, so they are always true.

_ncprof_commands() { # program, a command with commands of its own or nothing
    "$@" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\)  *[^ ].*/\1/p'
}

_ncprof_options() { # program, command or nothing
    "$@" --help 2>/dev/null | sed -n 's/^  \(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p'
}

# What an option takes: the words of a list in its help, "text, markdown, csv or json".
_ncprof_values() { # option, program, command or nothing
    "${@:2}" --help 2>/dev/null | sed -n "s/^  \(-., \)\{0,1\}$1 [A-Z]*  *\(.*\)/\2/p" |
        grep -oE '[a-z0-9]+(\|[a-z0-9]+)+' | tr '|' '\n'
}

_ncprof() {
    local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    local commands i
    local -a command=()
    COMPREPLY=()
    commands=$(_ncprof_commands "$program")
    for ((i = 1; i < COMP_CWORD; i++)); do # "plan", then "status" of plan's own
        grep -qxF -- "${COMP_WORDS[i]:--}" <<<"$commands" || break
        command+=("${COMP_WORDS[i]}")
        commands=$(_ncprof_commands "$program" "${command[@]}")
    done
    if [[ ${command[*]} == record ]]; then # behind -- another program is meant
        for ((i = 2; i < COMP_CWORD; i++)); do
            if [[ ${COMP_WORDS[i]} == -- ]] && declare -F _command_offset >/dev/null; then
                _command_offset $((i + 1))
                return
            fi
        done
    fi
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_ncprof_options "$program" "${command[@]}")" -- "$word")
    elif [[ $before == --* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_ncprof_values "$before" "$program" "${command[@]}")" -- "$word")
    elif [[ -n $commands ]] && ((COMP_CWORD == ${#command[@]} + 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
    fi
}

complete -o default -o bashdefault -F _ncprof ncprof
