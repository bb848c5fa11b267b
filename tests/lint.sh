#!/usr/bin/env bash
# make lint: format, clang-tidy, cppcheck, shellcheck. Says nothing more where all is well.
# `tests/lint.sh FILE...` looks at these files only.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${BUILD:-.build}
status=0

say() {
    printf '  %-5s %s\n' "$1" "$2"
}

# The flags that pkg-config gave, as the Makefile keeps them.
flags_of() {
    sed -n "s/^$1 := //p" "$build/config.mk"
}

if [ $# -gt 0 ]; then
    code=("$@")
else
    mapfile -t code < <(find capture formats tui tests -name '*.[ch]' | sort)
fi
mapfile -t sources < <(printf '%s\n' "${code[@]}" | grep '\.c$' | grep -v '^tests/')
mapfile -t scripts < <(grep -rlIE '^#! ?(/usr)?/bin/(env )?(ba)?sh' .ci capture tui tests screenshots 2>/dev/null)
read -r -a flags <<<"-std=c11 -D_GNU_SOURCE -I. $(flags_of PKG_CFLAGS) $(flags_of PYTHON_CFLAGS)"

say FMT "${#code[@]} files"
clang-format --dry-run -Werror "${code[@]}" || status=1

say TIDY "${#sources[@]} files"
# shellcheck disable=SC2016 # the inner shell expands
printf '%s\0' "${sources[@]}" | FLAGS="${flags[*]}" xargs -0 -n 1 -P 2 sh -c '
    found=$(clang-tidy --quiet "$1" -- $FLAGS 2>&1 | grep -vE "warnings? (generated|treated)|^Suppressed|^Use -header-filter")
    [ -z "$found" ] || { printf "%s\n" "$found"; exit 1; }' tidy-of || status=1

say CHECK "${#sources[@]} files"
cppcheck --quiet -j 2 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    --std=c11 --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
    -D_GNU_SOURCE -D__x86_64__ -D__linux__ -D__STDC_VERSION__=201112L -I. "${sources[@]}" || status=1

say SHELL "${#scripts[@]} files"
shellcheck "${scripts[@]}" || status=1

exit $status
