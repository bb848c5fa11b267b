#!/usr/bin/python3
"""Threads that run on many stacks: every call of each is there, in memory that is bounded."""
import subprocess

from common import equal, expect, functions, info, main, program, record, test

COROUTINES = r"""
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>
#define SIZE 16384
static ucontext_t home, *all;
static long count, rounds, sum;
__attribute__((noinline)) static void step(long n) { sum += n; }
__attribute__((noinline)) static void body(int n)
{
    for (long i = 0; i < rounds; i++) {
        step(n);
        swapcontext(&all[n], &home);
        step(n);
    }
}
static void *run(void *unused)
{
    char *memory = mmap(NULL, count * SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    all = calloc(count, sizeof *all);
    for (long i = 0; i < count; i++) {
        getcontext(&all[i]);
        all[i].uc_stack.ss_sp = memory + i * SIZE;
        all[i].uc_stack.ss_size = SIZE;
        all[i].uc_link = &home;
        makecontext(&all[i], (void (*)(void))body, 1, (int)i);
    }
    for (long round = 0; round <= rounds; round++)
        for (long i = 0; i < count; i++)
            swapcontext(&home, &all[(i * 7919) % count]);
    return unused;
}
int main(int argc, char **argv)
{
    count = atol(argv[1]);
    rounds = atol(argv[2]);
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("%ld %ld\n", sum, used.ru_maxrss);
    return 0;
}
"""


def coroutines(count, rounds, *flags):
    path = program("coroutines" + "".join(flags), COROUTINES, "-w", "-pthread", *(flags or ["-finstrument-functions"]))
    plain = subprocess.run([path, str(count), str(rounds)], capture_output=True, text=True).stdout.split()
    done = record("--force", "-o", "x.ncp", "--", path, count, rounds, timeout=250)
    equal(done.returncode, 0, done.stderr)
    expect("lost" not in done.stderr, done.stderr)
    equal(done.stdout.split()[0], plain[0])
    calls = {name: row["ncalls"] for name, row in functions("x.ncp").items() if name[0] != "["}
    equal(calls, {"main": 1, "run": 1, "body": count, "step": 2 * count * rounds})
    return int(done.stdout.split()[1]) - int(plain[1])


@test("300 stacks, more than hold memory at a time")
def _():
    for flags in ([], ["-pg"]):
        coroutines(300, 20, *flags)


@test("20,000 stacks in a thread, all alive")
def _():
    more = coroutines(20000, 2)
    expect(more < 250000, f"{more} kB more")
    equal(len(info("x.ncp")["threads"]), 20002)


main()
