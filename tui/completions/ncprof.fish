# fish completion for ncprof. The words come out of `ncprof --help`, so they are always true.

function __ncprof_commands
    ncprof --help 2>/dev/null | string replace -rf '^  ([a-z]+)  +(.*)' '$1\t$2'
end

function __ncprof_options
    set -l words (commandline -opc)
    set -l command
    if set -q words[2]; and contains -- $words[2] (__ncprof_commands | string replace -r '\t.*' '')
        set command $words[2]
    end
    ncprof $command --help 2>/dev/null |
        string replace -rf '^  (?:-., )?(--[a-z-]+)(?: [A-Z]\S*)?  +(.*)' '$1\t$2'
end

complete -c ncprof -n 'test (count (commandline -opc)) -eq 1' -a '(__ncprof_commands)'
complete -c ncprof -n 'string match -q -- "-*" (commandline -ct)' -a '(__ncprof_options)'
