# The browser in a real terminal: tmux on a socket of its own, of fixed size. Nothing sleeps blindly:
# everything waits for a text, for at most thirty seconds.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
NCPROF=$(realpath "${NCPROF:?the program under test}")
[ -x "$NCPROF" ] || { echo "Bail out! $NCPROF cannot be run"; exit 2; }
DATA=$PWD/tests/golden/data
WORK=$(mktemp -d)
SOCKET=ncprof-test-$$
count=0

command -v tmux >/dev/null || { echo "1..0 # SKIP tmux is not installed"; exit 0; }

tm() { tmux -f /dev/null -L "$SOCKET" "$@"; }
screen() { tm capture-pane -p; }
keys() { tm send-keys "$@"; }

finish() {
    tm kill-server 2>/dev/null
    rm -rf "$WORK" 2>/dev/null || { sleep 0.2; rm -rf "$WORK"; } # the shell may still write there
}
trap finish EXIT

# A shell that prompts with "ready$ " and knows the program as $NCPROF.
open_terminal() { # [columns rows]
    tm kill-server 2>/dev/null
    tm new-session -d -x "${1:-80}" -y "${2:-24}" \
        env -i PATH="$PATH" HOME="$WORK" TMPDIR="$WORK" TERM=screen-256color LC_ALL=C.UTF-8 \
        ${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} NCPROF="$NCPROF" DATA="$DATA" WORK="$WORK" \
        PS1='ready$ ' bash --norc --noprofile
    wait_for 'ready\$'
    keys "cd $WORK && clear" Enter
    wait_for '^ready\$'
}

# Waits until a line of the screen matches; the screen is shown when none does.
wait_for() {
    local i
    for ((i = 0; i < 600; i++)); do
        screen 2>/dev/null | grep -Eq -- "$1" && return 0
        sleep 0.05
    done
    echo "# no line matches: $1"
    screen | sed 's/^/# | /'
    return 1
}

wait_gone() {
    local i
    for ((i = 0; i < 600; i++)); do
        screen | grep -Eq -- "$1" || return 0
        sleep 0.05
    done
    echo "# still there: $1"
    screen | sed 's/^/# | /'
    return 1
}

# The program that the pane's shell runs, for signals: by parentage, never by name.
browser() { pgrep -P "$(tm display-message -p '#{pane_pid}')"; }

# ok "what" command...: one test.
ok() {
    local name=$1
    shift
    count=$((count + 1))
    if "$@"; then echo "ok $count - $name"; else echo "not ok $count - $name"; fi
}

# Ends the file.
plan() { echo "1..$count"; }
