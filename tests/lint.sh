#!/usr/bin/env bash
# The part of make lint that is no business of make's: format, cppcheck, shellcheck.
# Says nothing more where all is well.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${BUILD:-.build}
status=0

say() {
    printf '  %-5s %s\n' "$1" "$2"
}

mapfile -t code < <(find capture formats tui tests -name '*.[ch]' | sort)
mapfile -t sources < <(printf '%s\n' "${code[@]}" | grep '\.c$' | grep -v '^tests/')
mapfile -t scripts < <(grep -rlIE '^#! ?(/usr)?/bin/(env )?(ba)?sh' .ci capture tui tests screenshots 2>/dev/null)

say FMT "${#code[@]} files"
clang-format --dry-run -Werror "${code[@]}" || status=1

say CHECK "${#sources[@]} files"
mkdir -p "$build/lint/cppcheck"
cppcheck --quiet -j "$(nproc)" --cppcheck-build-dir="$build/lint/cppcheck" \
    --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    --std=c11 --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
    -D_GNU_SOURCE -D__x86_64__ -D__linux__ -D__STDC_VERSION__=201112L -I. "${sources[@]}" || status=1

say SHELL "${#scripts[@]} files"
# 2119, 2120: a helper may be called without the arguments that it passes on.
shellcheck -x -e SC2119,SC2120 "${scripts[@]}" || status=1

exit $status
