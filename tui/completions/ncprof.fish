# fish completion for ncprof. The words come out of `ncprof --help`, so they are always true.

function __ncprof_commands # a command with commands of its own, or nothing
    ncprof $argv --help 2>/dev/null | string replace -rf '^  ([a-z]+)  +(.*)' '$1\t$2'
end

function __ncprof_command # the words of the command that is being typed: plan, status
    set -l command
    for word in (commandline -opc)[2..]
        contains -- $word (__ncprof_commands $command | string replace -r '\t.*' ''); or break
        set -a command $word
    end
    string join \n -- $command
end

function __ncprof_options
    ncprof (__ncprof_command) --help 2>/dev/null |
        string replace -rf '^  (?:-., )?(--[a-z-]+)(?: [A-Z]\S*)?  +(.*)' '$1\t$2'
end

function __ncprof_wants_command
    test (count (commandline -opc)) -eq (math 1 + (count (__ncprof_command)))
end

complete -c ncprof -n __ncprof_wants_command -a '(__ncprof_commands (__ncprof_command))'
complete -c ncprof -n 'string match -q -- "-*" (commandline -ct)' -a '(__ncprof_options)'
