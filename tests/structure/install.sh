#!/usr/bin/env bash
# make install: everything in its place, working from there, and gone after make uninstall.
set -u
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
number=0

check() { # name, then a command that succeeds when all is well
    local name=$1
    shift
    number=$((number + 1))
    if "$@" >"$root.log" 2>&1; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        sed 's/^/# /' "$root.log"
    fi
    rm -f "$root.log"
}

# The build folder below the top, so that make sees the paths that it built.
build=${BUILD:-.build}
build=${build#"$PWD"/}
prefix=$root/usr

complete() {
    local file
    for file in bin/ncprof lib/ncprof/libncprof.so lib/ncprof/python include/ncprof.h \
        lib/pkgconfig/ncprof.pc share/man/man1/ncprof.1 \
        share/bash-completion/completions/ncprof share/zsh/site-functions/_ncprof \
        share/fish/vendor_completions.d/ncprof.fish; do
        [ -e "$prefix/$file" ] || { echo "missing: $file"; return 1; }
    done
}

records_python() {
    "$prefix/bin/ncprof" record -o "$root/p.ncp" -- "$PYTHON" -c 'print(sum(range(10)))' &&
        "$prefix/bin/ncprof" report "$root/p.ncp" | grep sum
}

records_native() {
    cc -finstrument-functions -o "$root/words" tests/demo/words.c &&
        "$prefix/bin/ncprof" record -o "$root/n.ncp" -- "$root/words" 50 &&
        "$prefix/bin/ncprof" report "$root/n.ncp" | grep same_word
}

header_compiles() {
    local flags
    flags=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags --libs ncprof) &&
        echo '#include <ncprof.h>' >"$root/h.c" &&
        for language in c c++; do
            # shellcheck disable=SC2086 # a list of words
            cc -x "$language" -Wall -Werror -fsyntax-only "$root/h.c" $flags || return
        done
}

staged() {
    make -s BUILD="$build" install PREFIX=/opt/np DESTDIR="$root/stage" &&
        [ -x "$root/stage/opt/np/bin/ncprof" ] &&
        grep -q -- '-I/opt/np/include' "$root/stage/opt/np/lib/pkgconfig/ncprof.pc"
}

gone() {
    make -s BUILD="$build" uninstall PREFIX="$prefix" && [ -z "$(find "$prefix" ! -type d)" ]
}

check 'make install' make -s BUILD="$build" install PREFIX="$prefix"
check 'everything is in its place' complete
check 'the installed program says its version' "$prefix/bin/ncprof" --version
check 'the installed program records Python' records_python
check 'the installed program records native code' records_native
check 'the header compiles with the flags of pkg-config, as C and as C++' header_compiles
check 'DESTDIR goes before PREFIX' staged
check 'make uninstall leaves no file behind' gone
echo "1..$number"
