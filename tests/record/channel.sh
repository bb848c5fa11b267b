#!/bin/sh
# Builds and runs the test of the channel: both sides of it, with a writer that keeps all it gets.
set -e
program=${BUILD:-.build}/tests/channel_test
mkdir -p "$(dirname "$program")"
# shellcheck disable=SC2086  # the flags are words
${CC:-cc} -std=c11 -D_GNU_SOURCE -I. -O2 -g -Wall -Wextra $CHANNEL_FLAGS -o "$program" \
    tests/record/channel_*.c tests/record/fake_writer.c capture/channel/*.c \
    capture/launcher/clock.c capture/launcher/choices.c capture/launcher/session.c capture/launcher/session_blocks.c capture/launcher/drain.c capture/launcher/drain_take.c \
    capture/launcher/ledger.c capture/launcher/taken.c capture/launcher/decode.c capture/launcher/events.c \
    capture/launcher/programs.c capture/launcher/definitions.c capture/launcher/processes.c \
    capture/launcher/process_facts.c capture/launcher/endings.c capture/launcher/missed.c capture/launcher/selection.c formats/profile/index.c \
    capture/launcher/modules.c capture/launcher/overhead.c \
    capture/launcher/metadata.c capture/launcher/git.c \
    capture/launcher/symbols.c formats/profile/memory.c formats/profile/error.c \
    formats/profile/text.c -ldw -lelf -lcjson -lm -lstdc++ -lpthread
exec "$program" "$@"
